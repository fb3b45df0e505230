"""Golden values of gram-perceptual-metric, by PyTorch in float64.

python tools/oracles/gram.py [SHARED]
    SHARED  the folder of shared test assets, default ../shared

Writes to packages/gram-perceptual-metric/src/golden:
gram-matrix.json  matrices and gradients of every normalisation, on numbers from Random
tiny-metric.json  distances and gradients over a small encoder
calibration.json  distances of pairs of pictures, and directional derivatives, over AlexNet and SqueezeNet 1.1
"""

import hashlib
import json
import sys
from pathlib import Path

import lpips
import numpy as np
import torch
import torchvision
from PIL import Image
from safetensors.torch import load_file

from philox import Random
from tiny_encoder import tiny_encoder

torch.set_num_threads(1)
ROOT = Path(__file__).parents[2]
OUT = ROOT / "packages/gram-perceptual-metric/src/golden"
SHARED = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "../shared"


def drawn(random, *shape):
    """Uniform in [-1, 1), as float32 holds it (the numbers are exact in it)."""
    count = 1
    for size in shape:
        count *= size
    return torch.tensor([random.uniform(-1, 1) for _ in range(count)], dtype=torch.float64).reshape(shape)


def raw(features):
    """F F' of features [batch, channels, height, width]."""
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2)


def unit(features):
    return lpips.normalize_tensor(features)


NORMALIZATIONS = {
    "gatys": lambda f: raw(f),
    "johnson": lambda f: raw(f) / f[0].numel(),
    "tsrn-code": lambda f: raw(f) / f[0].numel(),
    "fast-neural-style": lambda f: raw(f) / f[0].numel(),
    "neural-style": lambda f: raw(f) / f[0].numel(),
    "neural-image-synthesis": lambda f: raw(f) / f[0, 0].numel(),
    "pytorch-tutorial": lambda f: raw(f) / f.numel(),
    "channel-unit": lambda f: raw(unit(f)) / f[0, 0].numel(),
    "frobenius": lambda f: raw(f) / torch.linalg.matrix_norm(raw(f), keepdim=True),
}


def guided(gram, features, guides, normalized=True):
    """[batch, regions, channels, channels]; guides [batch, regions, height, width]."""
    if normalized:
        guides = guides / (guides**2).mean((2, 3), keepdim=True).sqrt()
    return torch.stack([gram(features * guides[:, r : r + 1]) for r in range(guides.shape[1])], 1)


def case(function, features, random):
    """The value, and the gradient of its product with further numbers of `random`, in the order of NHWC."""
    x = features.permute(0, 3, 1, 2).clone().requires_grad_()
    value = function(x)
    cotangent = drawn(random, *value.shape)
    (value * cotangent).sum().backward()
    return {"value": value.flatten().tolist(), "gradient": x.grad.permute(0, 2, 3, 1).flatten().tolist()}


def gram_matrices():
    shape, regions = (2, 3, 5, 4), 2
    cases = {}
    for name, function in NORMALIZATIONS.items():
        random = Random(1)
        cases[name] = case(function, drawn(random, *shape), random)
    guided_cases = {}
    for name, normalized in [("unit", True), ("none", False)]:
        random = Random(2)
        features, guides = drawn(random, *shape), drawn(random, *shape[:3], regions).permute(0, 3, 1, 2)
        guided_cases[name] = case(
            lambda f: guided(NORMALIZATIONS["johnson"], f, guides, normalized), features, random
        )
    return {"tolerance": 1e-5, "shape": shape, "regions": regions, "cases": cases, "guided": guided_cases}


def gram_distance(a, b, normalization, guides=None):
    """Eq. 5 of the first document for each image of two batches of features; with guides, for each region."""
    # Image by image: pytorch-tutorial divides by the size of the batch.
    gram = lambda f: torch.cat([NORMALIZATIONS[normalization](image) for image in f.split(1)])
    if guides is None:
        return ((gram(a) - gram(b)) ** 2).sum((1, 2)) / a.shape[1] ** 2
    return ((guided(gram, a, guides) - guided(gram, b, guides)) ** 2).sum((2, 3)) / a.shape[1] ** 2


def feature_distance(a, b, guides=None):
    """LPIPS's baseline: mean over positions of the squared difference of unit features."""
    squares = ((unit(a) - unit(b)) ** 2).sum(1, keepdim=True)
    if guides is None:
        return squares.mean((1, 2, 3))
    return (squares * guides).sum((2, 3)) / guides.sum((2, 3)).clamp(min=1e-9)


def quarters(height, width):
    """[1, 4, height, width]: the four quarters of a picture."""
    masks = torch.zeros(1, 4, height, width, dtype=torch.float64)
    for y in range(height):
        for x in range(width):
            masks[0, 2 * (y >= height / 2) + (x >= width / 2), y, x] = 1
    return masks


def inside(masks, size, stride, field, start):
    """1 where the field of a unit, as far as it lies in the picture, is in the mask; by looking at each pixel."""
    out = torch.zeros(*masks.shape[:2], *size, dtype=torch.float64)
    height, width = masks.shape[2:]
    for y in range(size[0]):
        for x in range(size[1]):
            rows = slice(max(start + y * stride, 0), min(start + y * stride + field, height))
            columns = slice(max(start + x * stride, 0), min(start + x * stride + field, width))
            out[:, :, y, x] = masks[:, :, rows, columns].amin((2, 3))
    return out


def tiny_metric():
    shape, seed = (2, 10, 8, 3), 21
    encode = tiny_encoder()
    random = Random(seed)
    images = [
        torch.tensor([random.uniform() for _ in range(2 * 10 * 8 * 3)], dtype=torch.float64)
        .reshape(shape)
        .permute(0, 3, 1, 2)
        for _ in range(2)
    ]
    cases = {}
    # The others are the same as johnson, or a multiple of gatys.
    for name in ["gatys", "johnson", "pytorch-tutorial", "channel-unit", "frobenius", "features"]:
        x = images[0].clone().requires_grad_()
        a, b = encode(x), encode(images[1])
        values = [
            feature_distance(a[l], b[l]) if name == "features" else gram_distance(a[l], b[l], name) for l in a
        ]
        loss = sum(values).mean()
        loss.backward()
        cases[name] = {
            "layers": [value.tolist() for value in values],
            "loss": loss.item(),
            "gradient": x.grad.permute(0, 2, 3, 1).flatten().tolist(),
        }
    masks = quarters(*shape[1:3])
    a, b = encode(images[0]), encode(images[1])
    geometry = {"first": (1, 3, -1), "second": (2, 5, -2)}
    regions = {"gram": [], "features": []}
    for layer in a:
        guides = inside(masks, a[layer].shape[2:], *geometry[layer]).expand(2, -1, -1, -1)
        assert guides.sum((2, 3)).min() > 0
        regions["gram"].append(gram_distance(a[layer], b[layer], "johnson", guides).tolist())
        regions["features"].append(feature_distance(a[layer], b[layer], guides).tolist())
    return {"tolerance": 1e-4, "seed": seed, "shape": shape, "cases": cases, "inside": regions}


NETWORKS = {
    "alex": (torchvision.models.alexnet, "alexnet_torchvision_features.f32.safetensors"),
    "squeeze": (torchvision.models.squeezenet1_1, "squeezenet1_1_torchvision_features.f32.safetensors"),
}
# LPIPS's taps (lpips/pretrained_networks.py) as indices of torchvision's `features`, and which of them the presets take.
TAPS = {"alex": [1, 4, 7, 9, 11], "squeeze": [1, 4, 7, 9, 10, 11, 12]}
PRESETS = {
    "alex": {"literal": [4], "tail": [4, 7, 9, 11], "inner": [4, 7, 9]},
    "squeeze": {"literal": [4], "tail": [4, 7], "inner": [4, 7, 9, 10, 11]},
}

BENCH, IQA = "data/bench/published-outputs", "data/iqa"
PAIRS = [
    *[(f"{IQA}/lpips_examples/ex_{name}.png", f"{IQA}/lpips_examples/ex_ref.png") for name in ("p0", "p1")],
    *[(f"{IQA}/pyiqa/dist_dir/I{i}.bmp", f"{IQA}/pyiqa/ref_dir/I{i}.bmp") for i in ("03", "04", "06", "08", "19")],
    (f"{IQA}/piq/goldhill_jpeg.gif", f"{IQA}/piq/goldhill.gif"),
    (f"{IQA}/piq/i01_01_5.bmp", f"{IQA}/piq/I01.BMP"),
    *[(f"{IQA}/brisque/i04_14_{i}.bmp", f"{IQA}/brisque/I04.BMP") for i in (1, 4)],
    *[
        (f"{BENCH}/enhancenet_outputs/{name}-{method}.png", f"{BENCH}/enhancenet_outputs/{name}_HR.bmp")
        for name in ("coastguard", "comic", "face", "foreman")
        for method in ("Bicubic", "EnhanceNet")
    ],
    *[
        (f"{BENCH}/srcnn_outputs/butterfly_GT_{method}_x3.bmp", f"{BENCH}/srcnn_outputs/butterfly_GT.bmp")
        for method in ("bicubic", "srcnn")
    ],
    # Two pictures of different sizes.
    *[
        (f"data/bench/Set5/x4/img_00{i}_SRF_4_LR.png", f"data/bench/Set5/x4/img_00{i}_SRF_4_HR.png")
        for i in (1, 2, 3, 4, 5)
    ],
]


def read(path):
    """[1, 3, height, width] in [0, 1]."""
    with Image.open(SHARED / path) as image:
        pixels = np.asarray(image.convert("RGB"))
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].double() / 255


def network(name):
    """A function from pictures in [0, 1] to the features behind each of LPIPS's taps, after the ReLU."""
    make, file = NETWORKS[name]
    model = make(weights=None).features
    state = {key.removeprefix("features."): value for key, value in load_file(SHARED / "weights" / file).items()}
    model.load_state_dict(state)
    model.double().eval().requires_grad_(False)
    for module in model.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    scaling = lpips.ScalingLayer().double()

    def encode(images, version="0.1"):
        x = 2 * images - 1
        if version == "0.1":
            x = scaling(x)
        features = {}
        for index, module in enumerate(model):
            x = module(x)
            if index in TAPS[name]:
                features[index] = x
            if index == TAPS[name][-1]:
                return features

    return encode


def preset_distance(a, b, indices, normalization="johnson"):
    return sum(gram_distance(a[i], b[i], normalization) for i in indices)


def hash_of(path):
    return hashlib.sha256((SHARED / path).read_bytes()).hexdigest()


def calibration():
    encoders = {name: network(name) for name in NETWORKS}
    pairs = []
    for result, reference in PAIRS:
        values = {}
        with torch.no_grad():
            x, y = read(result), read(reference)
            for name, encode in encoders.items():
                a, b = encode(x), encode(y)
                for preset, indices in PRESETS[name].items():
                    values[f"gram-{name} {preset}"] = preset_distance(a, b, indices).item()
                literal = PRESETS[name]["literal"]
                for normalization in ("channel-unit", "frobenius"):
                    values[f"gram-{name} {normalization}"] = preset_distance(a, b, literal, normalization).item()
                a0, b0 = encode(x, "0.0"), encode(y, "0.0")
                values[f"gram-{name} signed"] = preset_distance(a0, b0, literal).item()
                if x.shape == y.shape:
                    values[f"features-{name}"] = sum(feature_distance(a[i], b[i]) for i in a).item()
        pairs.append(
            {"result": result, "reference": reference, "sha256": [hash_of(result), hash_of(reference)], "values": values}
        )
    return {"tolerance": 1e-4, "pairs": pairs, "derivatives": derivatives(encoders)}


def derivatives(encoders):
    """Slopes of the loss of a corner of the first pair along directions that Random draws."""
    size, count, seed = 64, 8, 31
    corner = [read(path)[:, :, :size, :size] for path in PAIRS[0]]
    slopes = {}
    for name, encode in encoders.items():
        for metric in ("gram", "features"):
            x = corner[0].clone().requires_grad_()
            a, b = encode(x), encode(corner[1])
            if metric == "gram":
                value = preset_distance(a, b, PRESETS[name]["inner"])
            else:
                # lpips.normalize_tensor has no gradient where all features of a position are 0; these are constants.
                value = sum(feature_distance(a[i] + (a[i] == 0).all(1, keepdim=True) * 1e-20, b[i]) for i in a)
            value.sum().backward()
            gradient = x.grad.permute(0, 2, 3, 1)
            random = Random(seed)
            slopes[f"{metric}-{name}"] = {
                "value": value.item(),
                "norm": gradient.norm().item(),
                "slopes": [(gradient * drawn(random, *gradient.shape)).sum().item() for _ in range(count)],
            }
    return {"size": size, "seed": seed, "metrics": slopes}


def write(name, content):
    versions = {"torch": torch.__version__.split("+")[0], "lpips": "0.1.4", "torchvision": torchvision.__version__.split("+")[0]}
    text = json.dumps({"script": "tools/oracles/gram.py", "tools": versions, **content})
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(text + "\n")


def main():
    write("gram-matrix", gram_matrices())
    write("tiny-metric", tiny_metric())
    write("calibration", calibration())


main()
