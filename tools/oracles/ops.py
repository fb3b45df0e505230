"""Golden values and gradients of the operations of sr-tensor, by PyTorch, Pillow and scipy in float64.

Writes packages/sr-tensor/src/golden/ops.json. Run with the packages of requirements.txt: python tools/oracles/ops.py

The cases are those of packages/sr-tensor/src/testing/op-cases.ts, by name. For each: the output, the gradients of
sum(output * v) with respect to all inputs, and those of sum(gradients * u), with v and u drawn after the inputs.
"""

import json
from pathlib import Path

import numpy as np
import PIL
import scipy
import torch
from PIL import Image
from scipy import ndimage
from torch.nn import functional as F

from philox import Random

OUT = Path(__file__).parents[2] / "packages/sr-tensor/src/golden/ops.json"
SEED = 1


def image(*shape):
    return {"shape": list(shape), "low": -1, "high": 1}


def levels(*shape):
    return {"shape": list(shape), "low": -1, "high": 1, "levels": 16}


def faint(*shape):
    return {"shape": list(shape), "low": -0.1, "high": 0.1}


def strong(*shape):
    return {"shape": list(shape), "low": -16, "high": 16, "levels": 2}


def channels(low, high):
    return {"shape": [3], "low": low, "high": high}


def draw(spec, random):
    low, high, count = spec["low"], spec["high"], int(np.prod(spec["shape"]))
    if "levels" in spec:
        n = spec["levels"]
        values = [low + ((high - low) * (np.floor(random.uniform() * n) + 0.5)) / n for _ in range(count)]
    else:
        values = [random.uniform(low, high) for _ in range(count)]
    # The tensors of the other side hold float32.
    values = np.array(values, dtype=np.float32).astype(np.float64).reshape(spec["shape"])
    return torch.tensor(values, requires_grad=True)


def channels_first(f):
    """A function of images [batch, height, width, channels] from one of PyTorch's."""
    return lambda x, *rest: f(x.permute(0, 3, 1, 2), *rest).permute(0, 2, 3, 1)


def pad(mode, left, right, top, bottom):
    return channels_first(lambda x: F.pad(x, (left, right, top, bottom), mode=mode))


def interpolate(mode, size=None, scale=None, antialias=False):
    corners = {} if mode in ("nearest",) else {"align_corners": False}
    if mode == "lanczos":
        corners = {}
    return channels_first(
        lambda x: F.interpolate(x, size=size, scale_factor=scale, mode=mode, antialias=antialias, **corners)
    )


def products(rows, columns):
    """Images multiplied with a matrix along their rows and one along their columns."""
    rows, columns = torch.tensor(rows), torch.tensor(columns)
    return lambda x: torch.einsum("ih,nhwc,jw->nijc", rows, x, columns)


def pillow_matrix(resample, size, to):
    """What Pillow does with each unit vector: its weights, in its own float32."""
    columns = []
    for j in range(size):
        unit = np.zeros((1, size), np.float32)
        unit[0, j] = 1
        columns.append(np.asarray(Image.fromarray(unit).resize((to, 1), resample))[0])
    return np.array(columns, dtype=np.float64).T


def pillow(resample, height, width, to_height, to_width):
    return products(pillow_matrix(resample, height, to_height), pillow_matrix(resample, width, to_width))


def blur(height, width, mode, sigma, radius):
    """scipy's Gaussian filter as matrices, from what it does with unit vectors."""
    def matrix(n):
        return ndimage.gaussian_filter1d(np.eye(n), sigma, axis=0, mode=mode, radius=radius)

    return products(matrix(height), matrix(width))


VERTICAL = torch.tensor([[0, -1, 0], [0, 0, 0], [0, 1, 0]], dtype=torch.float64)


def differences(x, padding, mode):
    """Central differences of [batch, channels, height, width]: vertical, horizontal."""
    n = x.shape[1]
    x = F.pad(x, (padding,) * 4, mode=mode)
    kernel = lambda k: k.expand(n, 1, 3, 3)
    return F.conv2d(x, kernel(VERTICAL), groups=n), F.conv2d(x, kernel(VERTICAL.T), groups=n)


@channels_first
def image_gradients(x):
    v, h = differences(x, 1, "constant")
    return torch.cat([h, v], 1)


def gradient_map(padding, mode="constant"):
    def f(x):
        v, h = differences(x, padding, mode)
        return torch.sqrt(v**2 + h**2 + 1e-6)

    return channels_first(f)


def batch_norm_training(x, weight, bias, mean, variance):
    y = F.batch_norm(x.permute(0, 3, 1, 2), None, None, weight, bias, training=True).permute(0, 2, 3, 1)
    # PyTorch changes running statistics in place, out of autograd's sight: by its documented rule, checked against it.
    flat = x.reshape(-1, x.shape[-1])
    running = 0.9 * mean + 0.1 * flat.mean(0), 0.9 * variance + 0.1 * flat.var(0)
    changed = mean.detach().clone(), variance.detach().clone()
    F.batch_norm(x.detach().permute(0, 3, 1, 2), *changed, training=True)
    assert all(torch.allclose(a, b) for a, b in zip(running, changed))
    return torch.cat([y.reshape(-1), *running])


def batch_norm_inference(x, weight, bias, mean, variance):
    # PyTorch does not differentiate with respect to running statistics: its documented formula, checked against it.
    y = (x - mean) / torch.sqrt(variance + 1e-5) * weight + bias
    arguments = [t.detach() for t in (mean, variance, weight, bias)]
    assert torch.allclose(y, F.batch_norm(x.detach().permute(0, 3, 1, 2), *arguments).permute(0, 2, 3, 1))
    return y


def shuffle_in_tensorflow_order(x, weight, bias):
    y = F.conv2d(x.permute(0, 3, 1, 2), weight.permute(3, 2, 0, 1), bias)
    return F.pixel_shuffle(y, 2).permute(0, 2, 3, 1)


def unshuffle_in_tensorflow_order(x, factor):
    n, c, h, w = x.shape
    y = F.pixel_unshuffle(x, factor).reshape(n, c, factor**2, h // factor, w // factor)
    return y.transpose(1, 2).reshape(n, -1, h // factor, w // factor)


def conv(x, weight, bias, mode="constant", stride=1):
    x = F.pad(x.permute(0, 3, 1, 2), (1, 1, 1, 1), mode=mode)
    return F.conv2d(x, weight.permute(3, 2, 0, 1), bias, stride=stride).permute(0, 2, 3, 1)


def dense_features(x, weight0, bias0, weight1, bias1, weight2, bias2):
    for weight, bias in ((weight0, bias0), (weight1, bias1), (weight2, bias2)):
        # Contiguous for the gradient of its gradient.
        weight = weight.permute(3, 2, 0, 1).contiguous()
        y = F.conv2d(x.permute(0, 3, 1, 2), weight, bias, padding=1).permute(0, 2, 3, 1)
        x = torch.cat([x, F.leaky_relu(y, 0.2)], 3)
    return x


def conv_transpose(x, weight, bias):
    y = F.conv_transpose2d(x.permute(0, 3, 1, 2), weight.permute(3, 2, 0, 1), bias, stride=2, padding=1, output_padding=1)
    return y.permute(0, 2, 3, 1)


R = Image.Resampling
NORM = dict(
    x=image(2, 3, 4, 3), weight=channels(0.5, 1.5), bias=image(3), runningMean=image(3), runningVariance=channels(0.5, 2)
)
CONV = dict(weight=image(3, 3, 2, 3), bias=image(3))
MAP = {"x": {"shape": [1, 4, 5, 2], "low": 0, "high": 8}}

CASES = {
    "pad zero": (dict(x=image(2, 3, 4, 2)), pad("constant", 0, 3, 1, 2)),
    "pad reflect 2": (dict(x=image(2, 4, 5, 2)), pad("reflect", 2, 2, 2, 2)),
    "pad reflect margins": (dict(x=image(1, 3, 4, 2)), pad("reflect", 0, 3, 1, 2)),
    "pad replicate 1": (dict(x=image(2, 3, 4, 2)), pad("replicate", 1, 1, 1, 1)),
    "pad replicate margins": (dict(x=image(1, 3, 4, 2)), pad("replicate", 0, 3, 1, 2)),
    "pixelShuffle 2": (dict(x=image(2, 2, 3, 8)), channels_first(lambda x: F.pixel_shuffle(x, 2))),
    "pixelShuffle 3": (dict(x=image(1, 2, 2, 18)), channels_first(lambda x: F.pixel_shuffle(x, 3))),
    "pixelUnshuffle 2": (dict(x=image(2, 4, 6, 2)), channels_first(lambda x: F.pixel_unshuffle(x, 2))),
    "pixelUnshuffle 3 tensorflow order": (
        dict(x=image(1, 3, 6, 2)),
        channels_first(lambda x: unshuffle_in_tensorflow_order(x, 3)),
    ),
    "toTensorflowOrder": (
        dict(x=image(1, 3, 3, 2), weight=image(1, 1, 2, 8), bias=image(8)),
        shuffle_in_tensorflow_order,
    ),
    "relu": (dict(x=levels(1, 3, 4, 2)), F.relu),
    "leakyRelu": (dict(x=levels(1, 3, 4, 2)), F.leaky_relu),
    "leakyRelu 0.2": (dict(x=levels(1, 3, 4, 2)), lambda x: F.leaky_relu(x, 0.2)),
    "prelu shared": (dict(x=levels(1, 3, 4, 3), slope=dict(shape=[1], low=0.1, high=0.5)), channels_first(F.prelu)),
    "prelu by channel": (dict(x=levels(1, 3, 4, 3), slope=channels(-0.5, 0.5)), channels_first(F.prelu)),
    "resize torch nearest x2": (dict(x=image(2, 3, 4, 2)), interpolate("nearest", scale=2)),
    "resize torch nearest to 7x3": (dict(x=image(1, 5, 4, 2)), interpolate("nearest", (7, 3))),
    "resize torch linear x4": (dict(x=image(2, 3, 4, 2)), interpolate("bilinear", scale=4)),
    "resize torch linear to 3x9": (dict(x=image(1, 5, 6, 2)), interpolate("bilinear", (3, 9))),
    "resize torch linear antialiased to 3x4": (
        dict(x=image(1, 8, 7, 2)),
        interpolate("bilinear", (3, 4), antialias=True),
    ),
    "resize torch cubic x4": (dict(x=image(1, 4, 5, 2)), interpolate("bicubic", scale=4)),
    "resize torch cubic scale 1.7": (dict(x=image(1, 5, 4, 2)), interpolate("bicubic", scale=1.7)),
    "resize torch cubic to 3x4": (dict(x=image(1, 7, 8, 2)), interpolate("bicubic", (3, 4))),
    "resize torch cubic antialiased to 3x4": (
        dict(x=image(1, 9, 10, 2)),
        interpolate("bicubic", (3, 4), antialias=True),
    ),
    "resize torch lanczos antialiased to 3x9": (
        dict(x=image(1, 8, 7, 2)),
        interpolate("lanczos", (3, 9), antialias=True),
    ),
    "resize pil nearest to 2x7": (dict(x=image(1, 5, 4, 2)), pillow(R.NEAREST, 5, 4, 2, 7)),
    "resize pil linear x2": (dict(x=image(1, 3, 4, 2)), pillow(R.BILINEAR, 3, 4, 6, 8)),
    "resize pil linear to 3x4": (dict(x=image(1, 8, 7, 2)), pillow(R.BILINEAR, 8, 7, 3, 4)),
    "resize pil cubic x4": (dict(x=image(1, 4, 5, 2)), pillow(R.BICUBIC, 4, 5, 16, 20)),
    "resize pil cubic to 3x4": (dict(x=image(1, 9, 10, 2)), pillow(R.BICUBIC, 9, 10, 3, 4)),
    "resize pil lanczos to 3x9": (dict(x=image(1, 8, 7, 2)), pillow(R.LANCZOS, 8, 7, 3, 9)),
    "resize pil cubic in blocks": (dict(x=image(1, 300, 2, 1)), pillow(R.BICUBIC, 300, 2, 150, 3)),
    "gaussianBlur replicate": (dict(x=image(1, 5, 6, 2)), blur(5, 6, "nearest", 1, 4)),
    "gaussianBlur symmetric": (dict(x=image(1, 5, 6, 2)), blur(5, 6, "reflect", 1, 4)),
    "gaussianBlur reflect": (dict(x=image(1, 5, 6, 2)), blur(5, 6, "mirror", 0.8, 2)),
    "gaussianBlur zero": (dict(x=image(1, 5, 6, 2)), blur(5, 6, "constant", 1.5, 5)),
    "imageGradients": (dict(x=image(1, 4, 5, 2)), image_gradients),
    "gradientMap padding 1": (MAP, gradient_map(1)),
    "gradientMap padding 2": (MAP, gradient_map(2)),
    "gradientMap replicate": (MAP, gradient_map(1, "replicate")),
    "batchNorm training": (NORM, batch_norm_training),
    "batchNorm inference": (NORM, batch_norm_inference),
    "instanceNorm": (dict(x=image(2, 3, 4, 3)), channels_first(F.instance_norm)),
    "instanceNorm affine": (
        dict(x=image(2, 3, 4, 3), weight=channels(0.5, 1.5), bias=image(3)),
        channels_first(lambda x, weight, bias: F.instance_norm(x, weight=weight, bias=bias)),
    ),
    "conv2d 3x3 reflect stride 2": (
        dict(x=image(2, 5, 6, 2), **CONV),
        lambda *inputs: conv(*inputs, mode="reflect", stride=2),
    ),
    "conv2d 3x3": (dict(x=image(2, 4, 5, 2), **CONV), conv),
    "denseFeatures": (
        dict(
            x=image(2, 4, 5, 2),
            weight0=faint(3, 3, 2, 3),
            bias0=strong(3),
            weight1=faint(3, 3, 5, 2),
            bias1=strong(2),
            weight2=faint(3, 3, 7, 1),
            bias2=strong(1),
        ),
        dense_features,
    ),
    "conv2dTranspose 3x3 stride 2": (
        dict(x=image(2, 3, 4, 2), weight=image(3, 3, 3, 2), bias=image(3)),
        conv_transpose,
    ),
}


def gradients(y, inputs, **options):
    """All gradients in one vector; zeros where y does not depend on an input."""
    found = torch.autograd.grad(y, inputs, allow_unused=True, **options) if y.requires_grad else [None] * len(inputs)
    return torch.cat([(torch.zeros_like(x) if g is None else g).reshape(-1) for x, g in zip(inputs, found)])


def numbers(values):
    return [float(f"{v:.8g}") for v in values.detach().reshape(-1).tolist()]


def golden(specs, f):
    random = Random(SEED)
    inputs = [draw(spec, random) for spec in specs.values()]
    y = f(*inputs)
    v = draw({"shape": list(y.shape), "low": -1, "high": 1}, random).detach()
    first = gradients((y * v).sum(), inputs, create_graph=True)
    u = draw({"shape": list(first.shape), "low": -1, "high": 1}, random).detach()
    second = gradients((first * u).sum(), inputs)
    return {
        "inputs": specs,
        "shape": list(y.shape),
        "output": numbers(y),
        "gradients": numbers(first),
        "secondGradients": numbers(second),
    }


if __name__ == "__main__":
    data = {
        "tools": {"torch": torch.__version__.split("+")[0], "pillow": PIL.__version__, "scipy": scipy.__version__},
        "script": "tools/oracles/ops.py",
        # Float32 against float64: about 100 roundings of 6e-8, in units of the largest value.
        "tolerance": 1e-5,
        "cases": {name: golden(*case) for name, case in CASES.items()},
    }
    OUT.write_text(json.dumps(data, separators=(",", ":")).replace('"cases":', '"cases":\n').replace('"inputs"', '\n"inputs"') + "\n")
