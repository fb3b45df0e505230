"""Golden values of DISTS, from piq, and of the structure distance, from PyTorch.

python tools/oracles/feature_distances.py ASSETS OUT
    ASSETS  the folder of shared assets (see CONTRIBUTING)
    OUT     packages/sr-metrics/src/golden/feature-distances.json

VGG-16 has random weights, as its real ones cannot be had without a download; alpha and beta are the published ones,
which piq has already divided by their sum. Everything in float64.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import piq
import piq.perceptual
import torch
import torchvision
from philox import Random
from picture_pairs import pairs, read
from random_weights import random_weights
from safetensors.torch import load_file
from tiny_encoder import tiny_encoder

torch.set_num_threads(1)

SIDE = 64
SEED = 1
# One pair that is made smaller, to 256 x 273.
LARGE = (10, 20, 300, 280)


def random_vgg16(**_):
    network = torchvision.models.vgg16(weights=None)
    state = network.features.state_dict()
    values = random_weights({f"features.{name}": tensor.shape for name, tensor in state.items()}, SEED)
    network.features.load_state_dict({name: torch.from_numpy(values[f"features.{name}"]) for name in state})
    return network


def make_dists(alpha, beta):
    total = alpha.sum() + beta.sum()
    shares = {name: (w / total).reshape(1, -1, 1, 1) for name, w in (("alpha", alpha), ("beta", beta))}
    piq.perceptual.vgg16 = random_vgg16
    torch.hub.load_state_dict_from_url = lambda *_, **__: shares
    return piq.DISTS(reduction="none").double()


def planes(picture):
    rgb = picture if picture.ndim == 3 else np.stack([picture] * 3, axis=-1)
    return torch.from_numpy(rgb / 255).permute(2, 0, 1)[None]


def middle(picture, side):
    top, left = ((size - side) // 2 for size in picture.shape[:2])
    return picture[top : top + side, left : left + side]


def tiny(height, width):
    random = Random(22)

    def draw(*shape):
        values = [random.uniform() for _ in range(int(np.prod(shape)))]
        return torch.tensor(values, dtype=torch.float32).double().reshape(shape)

    prediction, target = (draw(height, width, 3).permute(2, 0, 1)[None] for _ in range(2))
    prediction.requires_grad_()
    alpha, beta = draw(13), draw(13)
    metric = make_dists(torch.ones(1475), torch.ones(1475))
    encode = tiny_encoder()
    metric.get_features = lambda x: [x, *encode(x).values()]
    total = alpha.sum() + beta.sum()
    metric.weights = [
        part.reshape(1, -1, 1, 1) / total for weights in (alpha, beta) for part in torch.split(weights, [3, 4, 6])
    ]
    losses = {
        "dists": lambda: metric(prediction, target)[0],
        "l1": lambda: torch.nn.functional.l1_loss(encode(prediction)["second"], encode(target)["second"]),
        "l2": lambda: torch.nn.functional.mse_loss(encode(prediction)["second"], encode(target)["second"]),
    }
    entry = {"height": height, "width": width, "alpha": alpha.tolist(), "beta": beta.tolist()}
    for name, loss in losses.items():
        prediction.grad = None
        value = loss()
        value.backward()
        entry[name] = {"value": float(value), "gradient": prediction.grad[0].permute(1, 2, 0).flatten().tolist()}
    return entry


def main(assets, out):
    weights = load_file(assets / "weights/dists_alpha_beta.f32.safetensors")
    metric = make_dists(weights["alpha"].double(), weights["beta"].double())
    cases = []
    with torch.no_grad():
        for about, result, reference in pairs(assets):
            value = metric(planes(middle(result, SIDE)), planes(middle(reference, SIDE)))
            cases.append({**about, "dists": float(value)})
        large = {**cases[5], "area": LARGE}
        a, b = (planes(read(assets / large[role], LARGE)) for role in ("result", "reference"))
        large["dists"] = float(metric(a, b))
    golden = {
        "script": "tools/oracles/feature_distances.py",
        "tools": {name: version(name).split("+")[0] for name in ("piq", "torch")},
        "tolerance": 1e-5,
        "side": SIDE,
        "seed": SEED,
        "cases": cases,
        "large": large,
        "tiny": tiny(9, 10),
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
