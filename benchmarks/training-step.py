"""The training steps of training-step.ts in PyTorch: reads "network-layout count", writes the milliseconds of each step."""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def conv(channels, out, kernel=3):
    return nn.Conv2d(channels, out, kernel, padding=kernel // 2)


class Compact(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [conv(3, 32), nn.ReLU(inplace=True)]
        for _ in range(8):
            layers += [conv(32, 32), nn.ReLU(inplace=True)]
        self.details = nn.Sequential(*layers, conv(32, 48), nn.PixelShuffle(4))

    def forward(self, x):
        return self.details(x) + F.interpolate(x, scale_factor=4, mode="bilinear")


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            conv(64, 64), nn.BatchNorm2d(64), nn.PReLU(), conv(64, 64), nn.BatchNorm2d(64)
        )

    def forward(self, x):
        return x + self.body(x)


class SRResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Sequential(conv(3, 64, 9), nn.PReLU())
        self.trunk = nn.Sequential(*[Residual() for _ in range(16)], conv(64, 64), nn.BatchNorm2d(64))
        up = [conv(64, 256), nn.PixelShuffle(2), nn.PReLU()]
        self.tail = nn.Sequential(*up, conv(64, 256), nn.PixelShuffle(2), nn.PReLU(), conv(64, 3, 9))

    def forward(self, x):
        features = self.head(x)
        return self.tail(features + self.trunk(features))


class Dense(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.convs = nn.ModuleList(conv(channels + i * growth, growth if i < 4 else channels) for i in range(5))

    def forward(self, x):
        known = [x]
        for layer in self.convs[:4]:
            known.append(F.leaky_relu(layer(torch.cat(known, 1)), 0.2, inplace=True))
        return x + 0.2 * self.convs[4](torch.cat(known, 1))


class RRDB(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.body = nn.Sequential(*[Dense(channels, growth) for _ in range(3)])

    def forward(self, x):
        return x + 0.2 * self.body(x)


class RRDBNet(nn.Module):
    def __init__(self, channels=32, blocks=3, growth=16):
        super().__init__()
        self.head = conv(3, channels)
        self.body = nn.Sequential(*[RRDB(channels, growth) for _ in range(blocks)], conv(channels, channels))
        self.up = nn.ModuleList(conv(channels, channels) for _ in range(2))
        self.tail = nn.Sequential(conv(channels, channels), nn.LeakyReLU(0.2, inplace=True), conv(channels, 3))

    def forward(self, x):
        features = self.head(x)
        features = features + self.body(features)
        for layer in self.up:
            features = F.leaky_relu(layer(F.interpolate(features, scale_factor=2, mode="nearest")), 0.2, inplace=True)
        return self.tail(features)


def contestant(network, loss, batch, side, layout):
    network = network.to(memory_format=layout)
    x = torch.rand(batch, 3, side, side).to(memory_format=layout)
    target = torch.rand(batch, 3, 4 * side, 4 * side).to(memory_format=layout)
    optimizer = torch.optim.Adam(network.parameters(), 1e-4)

    def step():
        optimizer.zero_grad()
        value = loss(network(x), target)
        value.backward()
        optimizer.step()
        value.item()

    return step


networks = {
    "compact": (Compact, F.l1_loss, 16, 48),
    "srresnet": (SRResNet, F.mse_loss, 16, 24),
    "rrdb": (RRDBNet, F.l1_loss, 8, 24),
}
layouts = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}
contestants = {
    f"{name}-{short}": contestant(network(), *how, layout)
    for name, (network, *how) in networks.items()
    for short, layout in layouts.items()
}
counts = ", ".join(f"{name} {sum(p.numel() for p in network().parameters()):,}" for name, (network, *_) in networks.items())
print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads; parameters: {counts}", flush=True)
for line in sys.stdin:
    name, count = line.split()
    times = []
    for _ in range(int(count)):
        started = time.perf_counter()
        contestants[name]()
        times.append((time.perf_counter() - started) * 1000)
    print(*(f"{t:.3f}" for t in times), flush=True)
