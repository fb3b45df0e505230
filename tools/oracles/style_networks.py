"""Golden outputs of the style networks, by PyTorch: plain modules written from the papers' tables and PyTorch's example.

Weights are those of random_weights.py or published files, inputs those of philox.py. Writes
packages/style-transfer/src/golden/networks.json. Run with the packages of requirements.txt:
python tools/oracles/style_networks.py SHARED, SHARED being the folder of test assets.
"""
import hashlib
import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from philox import Random
from random_weights import fill

OUT = pathlib.Path(__file__).parents[2] / "packages/style-transfer/src/golden/networks.json"
torch.set_num_threads(1)
SAMPLES = 48
LAST = 1 / 16
MEAN = torch.tensor([103.939, 116.779, 123.68], dtype=torch.float64).reshape(1, 3, 1, 1)


class Padded(nn.Module):
    """A convolution whose input is mirrored, padded with zeros or not padded."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding="reflect", doubled=False):
        super().__init__()
        amount = kernel // 2
        self.before = nn.ReflectionPad2d(amount) if padding == "reflect" else nn.Identity()
        self.conv2d = nn.Conv2d(inputs, outputs, kernel, stride, padding=amount if padding == "zero" else 0)
        self.doubled = doubled

    def forward(self, x):
        x = functional.interpolate(x, scale_factor=2, mode="nearest") if self.doubled else x
        return self.conv2d(self.before(x))


class Transposed(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv2d = nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, 1)

    def forward(self, x):
        return self.conv2d(x)


class Block(nn.Module):
    def __init__(self, channels, padding, norm):
        super().__init__()
        self.conv1, self.conv2 = (Padded(channels, channels, 3, padding=padding) for _ in range(2))
        self.names = [f"{norm}1", f"{norm}2"]
        for name in self.names:
            self.add_module(name, normalization(norm, channels))

    def forward(self, x):
        y = torch.relu(getattr(self, self.names[0])(self.conv1(x)))
        y = getattr(self, self.names[1])(self.conv2(y))
        crop = (x.shape[2] - y.shape[2]) // 2
        return y + (x[:, :, crop:-crop, crop:-crop] if crop else x)


def normalization(norm, channels):
    return nn.BatchNorm2d(channels) if norm == "bn" else nn.InstanceNorm2d(channels, affine=True)


class Style(nn.Module):
    def __init__(self, channels=32, blocks=5, norm="batch", padding="reflect-start", upsampling="transposed", output="paper"):
        super().__init__()
        self.margin = nn.ReflectionPad2d(8 * blocks) if padding == "reflect-start" else nn.Identity()
        self.output, self.norm, self.blocks = output, {"batch": "bn", "instance": "in"}[norm], blocks
        outer = "reflect" if padding == "reflect" else "zero"
        inner = "none" if padding == "reflect-start" else padding
        n = channels
        self.conv1 = Padded(3, n, 9, padding=outer)
        self.conv2 = Padded(n, 2 * n, 3, 2, padding=outer)
        self.conv3 = Padded(2 * n, 4 * n, 3, 2, padding=outer)
        for i in range(blocks):
            self.add_module(f"res{i + 1}", Block(4 * n, inner, self.norm))
        up = Transposed if upsampling == "transposed" else lambda a, b: Padded(a, b, 3, padding=outer, doubled=True)
        self.deconv1, self.deconv2 = up(4 * n, 2 * n), up(2 * n, n)
        self.deconv3 = Padded(n, 3, 9, padding=outer)
        for i, width in enumerate([n, 2 * n, 4 * n, 2 * n, n]):
            self.add_module(f"{self.norm}{i + 1}", normalization(self.norm, width))

    def forward(self, x):
        height, width = x.shape[2:]
        levels = 255 * x
        if self.output == "code":
            levels = levels.flip(1) - MEAN
        elif self.output == "paper":
            levels = levels - MEAN.flip(1)
        y = self.margin(levels)
        for i, layer in enumerate([self.conv1, self.conv2, self.conv3]):
            y = torch.relu(getattr(self, f"{self.norm}{i + 1}")(layer(y)))
        for i in range(self.blocks):
            y = getattr(self, f"res{i + 1}")(y)
        for i, layer in enumerate([self.deconv1, self.deconv2]):
            y = torch.relu(getattr(self, f"{self.norm}{i + 4}")(layer(y)))
        y = self.deconv3(y)
        if self.output == "code":
            y = ((150 * torch.tanh(y) + MEAN) / 255).flip(1)
        elif self.output == "paper":
            y = 127.5 * (1 + torch.tanh(y)) / 255
        else:
            y = y / 255
        return y[:, :, :height, :width]


JOHNSON = dict()
CODE = dict(norm="instance", output="code")
PYTORCH = dict(norm="instance", padding="reflect", upsampling="nearest", output="linear")
SMALL = dict(PYTORCH, channels=12, output="code")
COUNTS = [
    ("johnson", {}, JOHNSON),
    ("fast-neural-style", {}, CODE),
    ("fast-neural-style", {"channels": 16}, CODE | {"channels": 16}),
    ("pytorch-examples", {}, PYTORCH),
    ("small", {}, SMALL),
]
CASES = [
    ("johnson", dict(channels=4, blocks=2), JOHNSON, (24, 20)),
    ("johnson", dict(channels=4, blocks=1, padding="zero"), JOHNSON, (13, 18)),
    ("fast-neural-style", dict(channels=4, blocks=2), CODE, (20, 23)),
    ("pytorch-examples", dict(channels=4, blocks=2), PYTORCH, (20, 24)),
    ("pytorch-examples", dict(channels=4, blocks=1, padding="zero"), PYTORCH, (16, 17)),
    ("small", dict(channels=4, blocks=1), SMALL, (15, 16)),
]


def picture(seed, height, width):
    random = Random(seed)
    values = np.array([random.uniform() for _ in range(height * width * 3)]).reshape(1, height, width, 3)
    return torch.from_numpy(values.astype(np.float32)).double().permute(0, 3, 1, 2)


def statistics(x):
    values = x.detach().permute(0, 2, 3, 1)
    flat = values.reshape(-1)
    step = max(1, flat.numel() // SAMPLES)
    return {
        "shape": list(values.shape),
        "mean": flat.mean().item(),
        "deviation": flat.std(correction=0).item(),
        "step": step,
        "samples": [float(f"{v:.8g}") for v in flat[::step].tolist()],
    }


def case(seed, preset, config, base, size):
    network = fill(Style(**(base | config)).double(), seed)
    with torch.no_grad():
        # Into the middle of the tanh.
        network.deconv3.conv2d.weight *= LAST
        network.deconv3.conv2d.bias *= LAST
    x = picture(seed, *size).requires_grad_()
    y = network(x)
    gradient = torch.autograd.grad(y.square().mean(), x)[0]
    return dict(preset=preset, config=config, seed=seed, size=size, output=statistics(y), gradient=statistics(gradient))


def published(shared, name):
    path = shared / f"weights/reference-nets/{name}.f32.safetensors"
    network = Style(**PYTORCH, channels=16).double()
    network.load_state_dict({key: value.double() for key, value in load_file(path).items()})
    with torch.no_grad():
        y = network.eval()(picture(7, 48, 56))
    return dict(file=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), seed=7, size=[48, 56], output=statistics(y))


if __name__ == "__main__":
    assets = pathlib.Path(sys.argv[1])
    golden = {
        "tool": "PyTorch, float64",
        "version": torch.__version__.split("+")[0],
        "tolerance": 1e-4,
        "last": LAST,
        "publishedTolerance": 1e-3,
        "counts": [
            dict(preset=preset, config=config, parameters=sum(p.numel() for p in Style(**base).parameters()))
            for preset, config, base in COUNTS
        ],
        "cases": [case(seed, *entry) for seed, entry in enumerate(CASES, 1)],
        "published": [published(assets, name) for name in ("fns_candy_nc16", "fns_udnie_nc16")],
    }
    OUT.write_text(json.dumps(golden) + "\n")
