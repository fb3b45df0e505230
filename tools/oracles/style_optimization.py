"""Golden loss curves of style transfer by optimisation, by torch.optim on objectives written from the published formulas.

Networks are torchvision's with weights of random_weights.py, pictures and noise come from philox.py. Writes
packages/style-transfer/src/golden/optimization.json. Run with the packages of requirements.txt:
python tools/oracles/style_optimization.py
"""
import json
import math
import pathlib

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn import functional

from philox import Random
from random_weights import fill
from tiny_encoder import tiny_encoder

OUT = pathlib.Path(__file__).parents[2] / "packages/style-transfer/src/golden/optimization.json"
torch.set_num_threads(1)
SIZE = 16
CAFFE = torch.tensor([103.939, 116.779, 123.68], dtype=torch.float64).reshape(1, 3, 1, 1)
MEAN = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64).reshape(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64).reshape(1, 3, 1, 1)
# Indices in `features` of torchvision's VGG-19.
TAPS = {"conv1_1": 0, "relu1_1": 1, "conv1_2": 2, "relu1_2": 3, "conv2_1": 5, "relu2_1": 6, "conv2_2": 7, "relu2_2": 8}


def blocks(seed, height, width, side=4):
    """A picture of squares in random 8-bit colours."""
    random = Random(seed)
    rows, columns = height // side, width // side
    values = np.array([random.uint32() % 256 for _ in range(rows * columns * 3)]).reshape(rows, columns, 3)
    return tensor(values.repeat(side, 0).repeat(side, 1) / 255)


def tensor(values):
    # Rounded as float32 tensors are.
    return torch.from_numpy(values.astype(np.float32)).double().permute(2, 0, 1)[None]


def noise(seed, height, width):
    random = Random(seed)

    def normal():
        radius = math.sqrt(-2 * math.log(1 - random.uniform()))
        return radius * math.cos(2 * math.pi * random.uniform())

    return torch.tensor([normal() for _ in range(height * width * 3)]).double().reshape(1, height, width, 3).permute(0, 3, 1, 2)


def encoder(pooling, preprocessing, precision, seed=1):
    features = torchvision.models.vgg19(weights=None).features[:9]
    wrapper = nn.Module()
    wrapper.features = features
    fill(wrapper.double(), seed)
    wrapper.to(precision).requires_grad_(False)

    def encode(x, layers):
        caffe, mean, deviation = (each.to(precision) for each in (CAFFE, MEAN, DEVIATION))
        x = (255 * x).flip(1) - caffe if preprocessing == "caffe" else (x - mean) / deviation
        found = {}
        for i, layer in enumerate(features):
            if isinstance(layer, nn.ReLU):
                x = torch.relu(x)
            elif isinstance(layer, nn.MaxPool2d):
                x = functional.max_pool2d(x, 2) if pooling == "max" else functional.avg_pool2d(x, 2)
            else:
                x = layer(x)
            for name in layers:
                if TAPS[name] == i:
                    found[name] = x
        return found

    return encode


class UnitGradient(torch.autograd.Function):
    """neural_style.lua, normalize_gradients: the gradient over the sum of its absolute values, times the strength."""

    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.clone()

    @staticmethod
    def backward(ctx, dy):
        unweighted = dy / ctx.strength
        return unweighted / (unweighted.abs().sum() + 1e-8) * ctx.strength, None


def gram(features, guide=None):
    n, m = features.shape[1], features.shape[2] * features.shape[3]
    f = features if guide is None else features * guide / guide.square().mean().sqrt()
    f = f.reshape(n, m)
    return f @ f.T / (n * m)


def guide(mask, features):
    return functional.interpolate(mask, features.shape[2:], mode="bilinear", antialias=True)


def total_variation(x):
    dx = x[:, :, :-1, 1:] - x[:, :, :-1, :-1]
    dy = x[:, :, 1:, :-1] - x[:, :, :-1, :-1]
    return (dx.square().sum() + dy.square().sum()) / 2


def halves(height, width):
    left = torch.zeros(1, 1, height, width, dtype=torch.float64)
    left[..., : width // 2] = 1
    return [left, 1 - left]


FORMS = {
    "gatys": dict(pooling="average", preprocessing="caffe", half=True, share=lambda n: 1 / 4, units=255, deviation=1),
    "neural-style": dict(pooling="max", preprocessing="caffe", half=False, share=lambda n: 1 / n**2, units=255, deviation=1e-3),
    "johnson-baseline": dict(pooling="max", preprocessing="caffe", half=False, share=lambda n: 1 / n**2, units=255, deviation=1),
    "pytorch-tutorial": dict(pooling="max", preprocessing="torchvision", half=False, share=lambda n: 1 / n**2, units=1, deviation=1),
}


def curve(preset, content_layers, style_layers, weights, start, iterations, optimizer="lbfgs", masks=None, normalized=False, style_size=(24, 16), network="vgg19", size=SIZE, precision=torch.float64):
    form = FORMS[preset]
    if network == "tiny":
        tiny = tiny_encoder()
        encode = lambda x, layers: tiny(x)
    else:
        encode = encoder(form["pooling"], form["preprocessing"], precision)
    content, style = blocks(1, size, size).to(precision), blocks(2, *style_size).to(precision)
    layers = [*content_layers, *style_layers]
    contents = encode(content, content_layers)
    regions = [(None, None)] if masks is None else list(zip(halves(size, size), halves(*style_size)))

    def targets():
        for own, other in regions:
            if masks == "pixels":
                yield {name: gram(f) for name, f in encode(style * other, style_layers).items()}
            else:
                yield {name: gram(f, None if other is None else guide(other, f)) for name, f in encode(style, style_layers).items()}

    styles = list(targets())

    def terms(x):
        features = encode(x, layers)
        unit = UnitGradient.apply if normalized else lambda f, strength: f
        value_content = sum(
            (weights["content"] * w / (2 if form["half"] else 1))
            * (lambda d: d.square().sum() if form["half"] else d.square().mean())(unit(features[name], weights["content"] * w) - contents[name])
            for name, w in content_layers.items()
        )
        value_style = 0
        for (own, _), target in zip(regions, styles):
            found = encode(x * own, style_layers) if masks == "pixels" else features
            for name, w in style_layers.items():
                f = unit(found[name], weights["style"] * w)
                g = gram(f, guide(own, f) if masks == "guided" else None)
                value_style = value_style + weights["style"] * w * form["share"](f.shape[1]) * (g - target[name]).square().sum()
        return value_content, value_style, weights["smoothness"] * total_variation(255 * x)

    if start == "content":
        first = content
    else:
        first = ((form["deviation"] * noise(0, size, size) + CAFFE.flip(1)) / 255).to(precision)
    z = (first * form["units"]).clone(memory_format=torch.contiguous_format).requires_grad_()
    values = []

    def closure():
        z.grad = None
        found = terms(z / form["units"])
        total = sum(found)
        z.grad = torch.autograd.grad(total, z)[0].contiguous()
        values.append([float(f"{float(torch.as_tensor(v).detach()):.8g}") for v in (total, *found)])
        return total

    if optimizer == "lbfgs":
        method = torch.optim.LBFGS([z], max_iter=iterations, max_eval=2 * iterations, tolerance_grad=0, tolerance_change=0, history_size=100)
        method.step(closure)
    else:
        method = torch.optim.Adam([z], lr=10 * form["units"] / 255)
        for _ in range(iterations):
            method.step(closure)
    print(preset, optimizer, masks, [values[i][0] for i in (0, 1, iterations // 2, iterations - 1)], flush=True)
    return dict(
        preset=preset, network=network, contentLayers=content_layers, styleLayers=style_layers, weights=weights, start=start, iterations=iterations,
        optimizer=optimizer, masks=masks, normalizeGradients=normalized, size=size, styleSize=style_size,
        losses=values[:iterations],
    )


GATYS = dict(preset="gatys", content_layers={"relu2_2": 1}, style_layers={"relu1_1": 0.2, "relu2_1": 0.2}, weights=dict(content=1, style=1e3, smoothness=0))
NEURAL = dict(preset="neural-style", content_layers={"relu2_1": 1}, style_layers={"relu1_1": 1, "relu2_1": 1}, weights=dict(content=5, style=100, smoothness=1e-3))
JOHNSON = dict(preset="johnson-baseline", content_layers={"relu2_1": 1}, style_layers={"relu1_2": 1, "relu2_2": 1}, weights=dict(content=1, style=5, smoothness=1e-6))
TUTORIAL = dict(
    preset="pytorch-tutorial",
    content_layers={"conv2_2": 1},
    style_layers={name: 1 for name in ["conv1_1", "conv1_2", "conv2_1", "conv2_2"]},
    weights=dict(content=1, style=1e6, smoothness=0),
)

SMOOTH = dict(
    preset="pytorch-tutorial",
    content_layers={"second": 1},
    style_layers={"first": 1, "second": 1},
    weights=dict(content=1, style=1e3, smoothness=0),
    network="tiny",
)

TOLERANCE = 0.01


def long_curve(**case):
    """
    Fifty iterations over VGG, and how far PyTorch's own float32 leaves float64 on the way (the largest difference of a total).

    ReLUs and pools have kinks, and L-BFGS without a line search takes steps that raise the objective a thousandfold: there a
    difference of rounding can decide which way the curve takes. A curve is a measure of an implementation in float32 only where
    float32 itself follows it; so those are left out on which PyTorch's two precisions differ by more than a fifth of the tolerance.
    Where they part is the second step: the first one is short (1 over the sum of the gradient), what it changes in the gradient is
    hardly more than rounding, and the length of the second goes by that change.
    """
    double = curve(**case, iterations=50)
    single = curve(**case, iterations=50, precision=torch.float32)
    drift = max(abs(s[0] / d[0] - 1) for s, d in zip(single["losses"], double["losses"]))
    kept = drift < TOLERANCE / 5
    print(f"  drift of float32 {drift:.4f}", "" if kept else "(left out)", flush=True)
    return [double | {"drift": float(f"{drift:.2g}")}] if kept else []


if __name__ == "__main__":
    cases = [
        *(case for size in (32,) for form in (GATYS, NEURAL, JOHNSON, TUTORIAL) for case in long_curve(**form, start="content", size=size, style_size=(size, size))),
        curve(**SMOOTH, start="content", iterations=50),
        curve(**SMOOTH, start="noise", iterations=50),
        *(curve(**form, start="content", iterations=2, optimizer="adam") for form in (GATYS, NEURAL, TUTORIAL)),
        curve(**GATYS, start="noise", iterations=2, optimizer="adam"),
        curve(**GATYS, start="content", iterations=2, optimizer="adam", masks="guided"),
        curve(**GATYS, start="content", iterations=2, optimizer="adam", masks="pixels"),
        curve(**NEURAL, start="content", iterations=2, optimizer="adam", normalized=True),
    ]
    golden = {
        "tool": f"torch {torch.__version__.split('+')[0]}, torchvision {torchvision.__version__.split('+')[0]}, float64",
        # Of each loss.
        "tolerance": TOLERANCE,
        "side": 4,
        "cases": cases,
    }
    OUT.write_text(json.dumps(golden) + "\n")
