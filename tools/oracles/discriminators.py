"""Golden outputs of the discriminators and structure extractors, by PyTorch.

Plain modules with the names of the reference implementations; weights from random_weights.py, images from philox.py. Writes
packages/sr-models/src/golden/discriminators.json. Run with the packages of requirements.txt:
python tools/oracles/discriminators.py
"""

import json
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import spectral_norm

from philox import Random
from random_weights import fill

torch.set_num_threads(1)
OUT = pathlib.Path(__file__).parents[2] / "packages/sr-models/src/golden/discriminators.json"
SEED = 3


def lrelu():
    return nn.LeakyReLU(0.2)


def widths(features, depth):
    return [features * min(2**pair, 8) for pair in range(depth)]


def pair_layers(channels, features, depth, kernel):
    """SRGAN's trunk as the layers of one nn.Sequential."""
    layers, last = [], channels
    for out in widths(features, depth):
        for k, stride in [(3, 1), (kernel, 2)]:
            layers.append(nn.Conv2d(last, out, k, stride, 1))
            if len(layers) > 1:
                layers.append(nn.BatchNorm2d(out))
            layers.append(lrelu())
            last = out
    return layers, last


class Sequential(nn.Module):
    """features, flattened, classifier: SRGAN, SPSR's VGG, feature matching."""

    def __init__(self, size, features, hidden, channels, depth, kernel, mean=0.0, scale=1.0):
        super().__init__()
        layers, last = pair_layers(channels, features, depth, kernel)
        self.features = nn.Sequential(*layers)
        units = last * (size // 2**depth) ** 2
        self.classifier = nn.Sequential(nn.Linear(units, hidden), lrelu(), nn.Linear(hidden, 1))
        self.mean, self.scale = torch.tensor(mean).reshape(1, -1, 1, 1), scale

    def forward(self, x):
        return self.classifier(self.features((x - self.mean) * self.scale).flatten(1))


class Enhancenet(nn.Module):
    """features, flattened, classifier; no batch norm."""

    def __init__(self, size, features, hidden, channels):
        super().__init__()
        layers, last = [], channels
        for pair in range(5):
            for stride in (1, 2):
                layers += [nn.Conv2d(last, features * 2**pair, 3, stride, 1), lrelu()]
                last = features * 2**pair
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Linear(last * (size // 32) ** 2, hidden), lrelu(), nn.Linear(hidden, 1))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class BasicSr(nn.Module):
    """The names and biases of BasicSR's VGGStyleDiscriminator."""

    def __init__(self, size, features, hidden, channels, depth):
        super().__init__()
        last = channels
        for pair, out in enumerate(widths(features, depth)):
            for half, (kernel, stride) in enumerate([(3, 1), (4, 2)]):
                first = pair == half == 0
                self.add_module(f"conv{pair}_{half}", nn.Conv2d(last, out, kernel, stride, 1, bias=first))
                if not first:
                    self.add_module(f"bn{pair}_{half}", nn.BatchNorm2d(out))
                last = out
        self.linear1 = nn.Linear(last * (size // 2**depth) ** 2, hidden)
        self.linear2 = nn.Linear(hidden, 1)
        self.depth = depth

    def forward(self, x):
        for pair in range(self.depth):
            for half in (0, 1):
                x = getattr(self, f"conv{pair}_{half}")(x)
                if pair + half > 0:
                    x = getattr(self, f"bn{pair}_{half}")(x)
                x = functional.leaky_relu(x, 0.2)
        return self.linear2(functional.leaky_relu(self.linear1(x.flatten(1)), 0.2))


class GlobalPool(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        layers, last = pair_layers(3, features, 4, 3)
        self.net = nn.Sequential(
            *layers, nn.AdaptiveAvgPool2d(1), nn.Conv2d(last, hidden, 1), lrelu(), nn.Conv2d(hidden, 1, 1)
        )

    def forward(self, x):
        return self.net(x).flatten(1)


class Patch(nn.Module):
    def __init__(self, features, depth, channels, norm):
        super().__init__()
        wrap = spectral_norm if norm == "spectral" else lambda layer: layer
        layers, last = [], channels
        for i in range(depth + 1):
            out, batch = features * min(2**i, 8), norm == "batch" and i > 0
            layers.append(wrap(nn.Conv2d(last, out, 4, 2 if i < depth else 1, 1, bias=not batch)))
            layers += [nn.BatchNorm2d(out)] if batch else []
            layers.append(lrelu())
            last = out
        self.model = nn.Sequential(*layers, wrap(nn.Conv2d(last, 1, 4, 1, 1)))

    def forward(self, x):
        return self.model(x)


class Unet(nn.Module):
    def __init__(self, features, channels):
        super().__init__()

        def sn(inputs, outputs, kernel=3, stride=1):
            return spectral_norm(nn.Conv2d(inputs * features, outputs * features, kernel, stride, 1, bias=False))

        self.conv0 = nn.Conv2d(channels, features, 3, 1, 1)
        self.conv1, self.conv2, self.conv3 = sn(1, 2, 4, 2), sn(2, 4, 4, 2), sn(4, 8, 4, 2)
        self.conv4, self.conv5, self.conv6 = sn(8, 4), sn(4, 2), sn(2, 1)
        self.conv7, self.conv8 = sn(1, 1), sn(1, 1)
        self.conv9 = nn.Conv2d(features, 1, 3, 1, 1)

    def forward(self, x):
        def up(y):
            return functional.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False)

        def act(y):
            return functional.leaky_relu(y, 0.2)

        x0 = act(self.conv0(x))
        x1 = act(self.conv1(x0))
        x2 = act(self.conv2(x1))
        y = act(self.conv4(up(act(self.conv3(x2))))) + x2
        y = act(self.conv5(up(y))) + x1
        y = act(self.conv6(up(y))) + x0
        return self.conv9(act(self.conv8(act(self.conv7(y)))))


class Nse(nn.Module):
    """The default reconstruction of the structure extractor: strides 2 and 2, six convolutions, two shortcuts."""

    def __init__(self, channels, shortcut, activation):
        super().__init__()
        self.conv1 = nn.Conv2d(3, channels, 3, 1, 1)
        for first in (2, 4):
            self.add_module(f"conv{first}", nn.Conv2d(channels, channels, 3, 2, 1))
            self.add_module(f"conv{first + 1}", nn.Conv2d(channels, channels, 3, 1, 1))
        self.conv6 = nn.Conv2d(channels, channels, 1)
        if shortcut == "convolution":
            self.shortcut1 = nn.Conv2d(channels, channels, 1, 2)
            self.shortcut2 = nn.Conv2d(channels, channels, 1, 2)
        self.shortcut, self.activation = shortcut, activation

    def forward(self, x):
        x = functional.relu(self.conv1(x))
        for block, (first, second) in enumerate([(self.conv2, self.conv3), (self.conv4, self.conv5)], 1):
            if self.shortcut == "convolution":
                short = getattr(self, f"shortcut{block}")(x)
            else:
                short = functional.avg_pool2d(x, 2)
            x = functional.relu(second(functional.relu(first(x))) + short)
        x = self.conv6(x)
        return functional.relu(x) if self.activation == "relu" else x


class Mlp(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:]), 1):
            self.add_module(f"fc{i}", nn.Linear(inputs, outputs))
        self.last = len(sizes) - 1

    def forward(self, x):
        for i in range(1, self.last + 1):
            x = getattr(self, f"fc{i}")(x)
            x = functional.relu(x) if i < self.last else x
        return x


def signed(size=96, features=64, hidden=1024, channels=3):
    return Sequential(size, features, hidden, channels, depth=4, kernel=3, mean=[0.5] * channels, scale=2.0)


def vgg(size=128, features=64, hidden=100, channels=3, preset="spsr", depth=None):
    depth = depth or int(np.floor(np.log2(size / 4)))
    if preset == "basicsr":
        return BasicSr(size, features, hidden, channels, depth)
    return Sequential(size, features, hidden, channels, depth, kernel=4)


def matching(size=96, features=64, hidden=1024, range="byte"):
    mean = [0.4488, 0.4371, 0.404]
    return Sequential(size, features, hidden, 3, 4, 4, mean, scale=255.0 if range == "byte" else 1.0)


def patch(features=64, depth=3, channels=3, norm="spectral"):
    return Patch(features, depth, channels, norm)


def enhancenet(size=128, features=32, hidden=1024, channels=3):
    return Enhancenet(size, features, hidden, channels)


def unet(features=64, channels=3):
    return Unet(features, channels)


def pooled(features=64, hidden=1024):
    return GlobalPool(features, hidden)


FAMILIES = {
    "srgan-discriminator": signed,
    "vgg-discriminator": vgg,
    "enhancenet-discriminator": enhancenet,
    "feature-matching-discriminator": matching,
    "global-pool-discriminator": pooled,
    "patch-discriminator": patch,
    "unet-discriminator": unet,
}


def nse(channels=32, shortcut="pool", activation="none"):
    return Nse(channels, shortcut, activation)


def count(network):
    return sum(p.numel() for p in network.parameters())


def images(batch, size, channels):
    random = Random(11)
    values = [random.uniform() for _ in range(batch * size * size * channels)]
    return torch.tensor(values, dtype=torch.float32).reshape(batch, size, size, channels).permute(0, 3, 1, 2)


def numbers(tensor):
    return [float(np.float32(v)) for v in tensor.detach().reshape(-1)]


def nhwc(tensor):
    return tensor.permute(0, 2, 3, 1) if tensor.ndim == 4 else tensor


def summary(tensor):
    """Mean, deviation, and every so manieth value of the flattened tensor."""
    flat = tensor.detach().reshape(-1)
    step = max(1, flat.numel() // 8)
    return {
        "shape": list(tensor.shape),
        "mean": float(flat.double().mean()),
        "deviation": float(flat.double().std(unbiased=False)),
        "step": step,
        "samples": numbers(flat[::step]),
    }


def is_conv(module):
    return isinstance(module, nn.Conv2d)


def case(name, batch, side, /, **config):
    network = fill(FAMILIES[name](**config), SEED)
    x = images(batch, side, config.get("channels", 3)).requires_grad_()
    taps = {}
    for path, module in network.named_modules():
        if is_conv(module) or isinstance(module, nn.BatchNorm2d):
            module.register_forward_hook(lambda _, __, y, path=path: taps.update({path: nhwc(y.clone())}))
    network.eval()
    with torch.no_grad():
        # The vectors of a spectral norm are of length 1 once they have been used.
        inference = None if "weight_u" in " ".join(network.state_dict()) else nhwc(network(x))
    network.train()
    logits = network(x)
    maps = {path: summary(y) for path, y in taps.items()}
    weights = torch.arange(1, logits.numel() + 1, dtype=torch.float32).reshape(nhwc(logits).shape) / logits.numel()
    gradients = torch.autograd.grad((nhwc(logits) * weights).sum(), [x, *network.parameters()], retain_graph=True)
    names = [path for path, _ in network.named_parameters()]
    buffers = {path: value for path, value in network.named_buffers() if value.dtype.is_floating_point}
    updated = {path: summary(value) for path, value in buffers.items()}
    network.eval()
    with torch.no_grad():
        afterwards = nhwc(network(x))
    return {
        "name": name,
        "config": config,
        "input": [batch, side, side, config.get("channels", 3)],
        "parameters": count(network),
        "names": [path for path in network.state_dict() if not path.endswith("num_batches_tracked")],
        "logits": {"shape": list(nhwc(logits).shape), "data": numbers(nhwc(logits))},
        "inference": None if inference is None else numbers(inference),
        "afterwards": numbers(afterwards),
        "taps": {path: y for path, y in maps.items() if not path.startswith(("net.24", "net.26"))},
        "updated": updated,
        "inputGradient": summary(nhwc(gradients[0])),
        "gradientNorms": {path: float(g.double().norm()) for path, g in zip(names, gradients[1:])},
    }


def extractor_case(size, **config):
    network = fill(nse(**config), SEED)
    x = images(2, size, 3).requires_grad_()
    y = network(x)
    (gradient,) = torch.autograd.grad(y.square().sum(), x)
    return {
        "config": config,
        "input": [2, size, size, 3],
        "names": list(network.state_dict()),
        "parameters": count(network),
        "output": summary(nhwc(y)),
        "inputGradient": summary(nhwc(gradient)),
    }


def head_case(*sizes):
    network = fill(Mlp(sizes), SEED)
    random = Random(11)
    x = torch.tensor([random.uniform() for _ in range(3 * sizes[0])], dtype=torch.float32).reshape(3, -1)
    return {
        "sizes": sizes,
        "names": list(network.state_dict()),
        "parameters": count(network),
        "output": numbers(network(x)),
    }


golden = {
    "tool": "PyTorch",
    "version": torch.__version__.split("+")[0],
    "tolerance": 1e-4,
    "counts": [
        {"name": name, "config": config, "parameters": count(FAMILIES[name](**config))}
        for name, config in [
            ("srgan-discriminator", {}),
            ("vgg-discriminator", {}),
            ("vgg-discriminator", {"preset": "basicsr"}),
            ("vgg-discriminator", {"preset": "basicsr", "size": 256}),
            ("vgg-discriminator", {"size": 96}),
            ("vgg-discriminator", {"size": 32, "channels": 32}),
            ("enhancenet-discriminator", {}),
            ("feature-matching-discriminator", {}),
            ("feature-matching-discriminator", {"hidden": 100}),
            ("global-pool-discriminator", {}),
            ("patch-discriminator", {}),
            ("patch-discriminator", {"norm": "batch"}),
            ("unet-discriminator", {}),
        ]
    ],
    "cases": [
        case("srgan-discriminator", 3, 32, size=32, features=4, hidden=5),
        case("vgg-discriminator", 3, 32, size=32, features=4, hidden=5, channels=6),
        case("vgg-discriminator", 3, 32, size=32, features=4, hidden=5, preset="basicsr"),
        case("enhancenet-discriminator", 3, 32, size=32, features=3, hidden=5),
        case("feature-matching-discriminator", 3, 32, size=32, features=4, hidden=5),
        case("global-pool-discriminator", 3, 40, features=4, hidden=5),
        case("patch-discriminator", 2, 40, features=4),
        case("patch-discriminator", 2, 40, features=4, norm="batch"),
        case("unet-discriminator", 2, 16, features=3),
    ],
    "extractors": [
        extractor_case(24),
        extractor_case(24, channels=8, shortcut="convolution", activation="relu"),
    ],
    "heads": [head_case(64, 128, 128, 32), head_case(128, 256, 256, 24)],
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(golden) + "\n")
for entry in golden["counts"]:
    print(entry)
print([e["parameters"] for e in golden["extractors"]], [h["parameters"] for h in golden["heads"]], OUT.stat().st_size)
