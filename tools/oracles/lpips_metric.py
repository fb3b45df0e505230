"""Golden values of LPIPS, from the package lpips with the weights of the shared assets.

python tools/oracles/lpips_metric.py ASSETS OUT
    ASSETS  the folder of shared assets (see CONTRIBUTING)
    OUT     packages/sr-metrics/src/golden/lpips.json

Everything in float64. AlexNet and SqueezeNet have their real weights, VGG-16 random ones, as they can be had without a
download. (Not called lpips.py, which would hide the package.)
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import lpips
import numpy as np
import torch
from safetensors.torch import load_file

from philox import Random
from picture_pairs import pairs, read, sha256
from random_weights import random_weights
from tiny_encoder import TinyNetwork

torch.set_num_threads(1)

FILES = {
    "alex": "weights/alexnet_torchvision_features.f32.safetensors",
    "squeeze": "weights/squeezenet1_1_torchvision_features.f32.safetensors",
}
# VGG-16 is slow: it sees this much of each picture, from its middle.
VGG_SIDE = 64
VGG_SEED = 1


def load(assets, net, lin_version, use_linear, spatial=False):
    model = lpips.LPIPS(
        net=net,
        version=lin_version,
        lpips=use_linear,
        spatial=spatial,
        pretrained=use_linear,
        model_path=str(assets / f"weights/lpips_linear_pth/v{lin_version}/{net}.pth"),
        pnet_rand=True,
        verbose=False,
    )
    # `slice2.3.weight` there is `features.3.weight` in torchvision.
    names = {f"features.{name.split('.', 1)[1]}": name for name in model.net.state_dict()}
    if net in FILES:
        tensors = load_file(assets / FILES[net])
    else:
        tensors = random_weights({name: model.net.state_dict()[own].shape for name, own in names.items()}, VGG_SEED)
    model.net.load_state_dict({own: torch.as_tensor(tensors[name]) for name, own in names.items()})
    return model.double()


def signed(picture):
    """[1, 3, height, width] in [-1, 1]."""
    rgb = picture if picture.ndim == 3 else np.stack([picture] * 3, axis=-1)
    return torch.from_numpy(rgb / 255 * 2 - 1).permute(2, 0, 1)[None]


def middle(picture, side):
    top, left = ((size - side) // 2 for size in picture.shape[:2])
    return picture[top : top + side, left : left + side]


def real_pairs(assets):
    models = {
        f"{net} v{v} {'linear' if linear else 'baseline'}": load(assets, net, v, linear)
        for net in ("alex", "squeeze", "vgg")
        for v in ("0.0", "0.1")
        for linear in (True, False)
    }
    for about, result, reference in pairs(assets):
        entry = {**about, "values": {}}
        for name, model in models.items():
            a, b = (middle(p, VGG_SIDE) if name.startswith("vgg") else p for p in (result, reference))
            with torch.no_grad():
                entry["values"][name] = float(model(signed(a), signed(b)))
        yield entry


def gradient(assets):
    """The gradient of v0.1 with AlexNet by autograd, as its slopes along directions from the counter."""
    about, result, reference = next(pairs(assets))
    a, b = signed(middle(result, 64)), signed(middle(reference, 64))
    # By pictures in [0, 1].
    x = ((a + 1) / 2).requires_grad_()
    value = load(assets, "alex", "0.1", True)(2 * x - 1, b)
    value.backward()
    grad = x.grad[0].permute(1, 2, 0).reshape(-1).numpy()
    slopes = []
    for seed in range(1, 9):
        random = Random(seed)
        direction = np.array([random.uniform(-1, 1) for _ in range(grad.size)])
        slopes.append(float(direction @ grad))
    return {**about, "side": 64, "value": float(value), "norm": float(np.linalg.norm(grad)), "slopes": slopes}


def tiny(height, width):
    random = Random(21)

    def draw(*shape):
        return torch.tensor([random.uniform() for _ in range(int(np.prod(shape)))], dtype=torch.float64).reshape(shape)

    # In the order of the tensors there: [height, width, channel].
    x, y = (draw(height, width, 3).permute(2, 0, 1)[None] for _ in range(2))
    x = x.float().double().requires_grad_()
    y = y.float().double()
    linear = [draw(4).float().double(), draw(6).float().double()]
    entry = {"height": height, "width": width, "weights": [w.tolist() for w in linear]}
    for kind in ("linear", "baseline"):
        for spatial in (False, True):
            model = lpips.LPIPS(
                net="alex", version="0.0", lpips=kind == "linear", spatial=spatial,
                pretrained=False, pnet_rand=True, verbose=False,
            ).double()
            model.net, model.chns, model.L = TinyNetwork(), [4, 6], 2
            if kind == "linear":
                for layer, weights in zip(model.lins, linear, strict=False):
                    layer.model[1].weight.data = weights.reshape(1, -1, 1, 1)
            value, layers = model(2 * x - 1, 2 * y - 1, retPerLayer=True)
            if spatial:
                entry[f"{kind}Map"] = value[0, 0].flatten().tolist()
                continue
            x.grad = None
            value.backward()
            entry[kind] = {
                "value": float(value),
                "layers": [float(part) for part in layers],
                "gradient": x.grad[0].permute(1, 2, 0).flatten().tolist(),
            }
    return entry


def examples(assets):
    folder = "data/iqa/lpips_examples"
    model = load(assets, "alex", "0.1", True)
    reference = f"{folder}/ex_ref.png"
    for name in ("ex_p0", "ex_p1"):
        result = f"{folder}/{name}.png"
        with torch.no_grad():
            value = float(model(signed(read(assets / result)), signed(read(assets / reference))))
        yield {
            "result": result,
            "reference": reference,
            "sha256": [sha256(assets / result), sha256(assets / reference)],
            "value": value,
        }


def main(assets, out):
    golden = {
        "script": "tools/oracles/lpips_metric.py",
        "tools": {name: version(name).split("+")[0] for name in ("lpips", "torch")},
        "tolerance": 1e-5,
        "vgg": {"side": VGG_SIDE, "seed": VGG_SEED},
        "examples": list(examples(assets)),
        "cases": list(real_pairs(assets)),
        "gradient": gradient(assets),
        "tiny": tiny(9, 10),
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
