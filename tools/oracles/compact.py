"""Golden outputs of the compact network, by PyTorch: a plain nn.Module with the same names, tiny sizes, fixed weights; and
pictures as an upscaler with as many layers as are used gives them.

Writes packages/sr-models/src/golden/compact.json. Run with the packages of requirements.txt: python tools/oracles/compact.py
"""
import json
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from philox import Random
from random_weights import fill

OUT = pathlib.Path(__file__).parents[2] / "packages/sr-models/src/golden/compact.json"


class Compact(nn.Module):
    def __init__(self, scale, channels, depth, base):
        super().__init__()
        self.scale, self.base = scale, base
        self.head = nn.Conv2d(3, channels, 3, padding=1)
        self.body = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(depth))
        self.tail = nn.Conv2d(channels, 3 * scale * scale, 3, padding=1)

    def forward(self, x):
        features = functional.relu(self.head(x))
        for layer in self.body:
            features = functional.relu(layer(features))
        aligned = {} if self.base == "nearest" else {"align_corners": False}
        enlarged = functional.interpolate(x, scale_factor=self.scale, mode=self.base, **aligned)
        return functional.pixel_shuffle(self.tail(features), self.scale) + enlarged


def rounded(values):
    return [float(np.float32(v)) for v in values.flatten()]


def case(seed, height, width, **config):
    random = np.random.RandomState(seed)
    network = Compact(**config)
    with torch.no_grad():
        # Coarse values keep the file short and are exact in float32.
        for parameter in network.parameters():
            parameter.copy_(torch.from_numpy(np.round(random.normal(0, 0.3, parameter.shape) * 256) / 256))
        x = torch.from_numpy(np.round(random.uniform(0, 1, (1, 3, height, width)) * 256) / 256).float()
        y = network(x)
    return {
        "config": config,
        "weights": {
            name: {"shape": list(value.shape), "data": rounded(value.numpy())}
            for name, value in network.state_dict().items()
        },
        "input": {"shape": [1, height, width, 3], "data": rounded(x.permute(0, 2, 3, 1).numpy())},
        "output": {"shape": list(y.permute(0, 2, 3, 1).shape), "data": rounded(y.permute(0, 2, 3, 1).numpy())},
    }


def enlarged(seed=5, height=7, width=9, last=1 / 8, **config):
    """What a picture of noise becomes, in floats and in 8 bits: float64, so that no order of sums is preferred."""
    network = fill(Compact(**config), seed).double()
    # So that few values lie beyond black and white.
    for parameter in network.tail.parameters():
        parameter.data *= last

    def enlarge(values):
        x = torch.tensor(values, dtype=torch.float64).reshape(1, height, width, 3)
        with torch.no_grad():
            y = network(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1).flatten().numpy()
        assert 0.9 < ((y > 0) & (y < 1)).mean() < 1
        return y.clip(0, 1)

    random = Random(seed)
    draw = [random.uniform() for _ in range(height * width * 3)]
    levels = [int(value * 256) for value in draw]
    return {
        "config": config,
        "seed": seed,
        "last": last,
        "size": [height, width],
        "floats": [round(value, 6) for value in enlarge(draw).tolist()],
        "levels": [int(value) for value in np.floor(enlarge([level / 255 for level in levels]) * 255 + 0.5)],
    }


golden = {
    "tool": "PyTorch",
    "version": torch.__version__.split("+")[0],
    "tolerance": 1e-5,
    "cases": [
        case(1, 5, 7, scale=4, channels=4, depth=2, base="bilinear"),
        case(2, 6, 4, scale=3, channels=3, depth=1, base="bilinear"),
        case(3, 4, 5, scale=2, channels=3, depth=1, base="nearest"),
        case(4, 3, 3, scale=1, channels=3, depth=0, base="nearest"),
    ],
    "enlarged": enlarged(scale=4, channels=8, depth=8, base="bilinear"),
    # How many numbers the shipped sizes have, counted by PyTorch.
    "parameters": {
        str(scale): sum(p.numel() for p in Compact(scale, 32, 8, "bilinear").parameters()) for scale in (1, 2, 3, 4)
    },
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(golden) + "\n")
