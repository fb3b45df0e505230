"""Golden values of the map of the Gram distance, by SciPy's Gaussian and PyTorch's network and enlarging.

python tools/oracles/gram_map.py OUT
    OUT  packages/gram-perceptual-metric/src/golden/gram-map.json

The Gram matrix of every position is written down whole, `[height, width, C, C]`, and blurred by `scipy.ndimage`.
"""

import json
import sys
from pathlib import Path

import numpy as np
import scipy
import torch
from philox import Random
from scipy.ndimage import gaussian_filter1d
from tiny_encoder import tiny_encoder
from torch.nn.functional import interpolate

torch.set_num_threads(1)

SEED = 31
SHAPE = (13, 18)
WINDOW = 3
STRIDES = {"first": 1, "second": 2}


def draw(random):
    height, width = SHAPE
    values = np.array([random.uniform() for _ in range(height * width * 3)]).astype(np.float32).astype(np.float64)
    return torch.from_numpy(values.reshape(height, width, 3)).permute(2, 0, 1)[None]


def unit(features):
    return features / (np.linalg.norm(features, axis=-1, keepdims=True) + 1e-10)


def local_grams(features, sigma):
    products = features[..., :, None] * features[..., None, :]
    for axis in (0, 1):
        products = gaussian_filter1d(products, sigma, axis=axis, mode="reflect", truncate=4)
    return products


def layer_map(a, b, sigma, normalization):
    a, b = (f[0].permute(1, 2, 0).numpy() for f in (a, b))
    channels = a.shape[-1]
    scale = 1 / channels
    if normalization == "channel-unit":
        a, b, scale = unit(a), unit(b), 1
    difference = scale * (local_grams(a, sigma) - local_grams(b, sigma))
    return (difference**2).sum((2, 3)) / channels**2


def distance_map(a, b, normalization):
    encode = tiny_encoder()
    of, to = encode(a), encode(b)
    total = torch.zeros(1, 1, *SHAPE, dtype=torch.float64)
    for layer, stride in STRIDES.items():
        one = layer_map(of[layer], to[layer], WINDOW / stride, normalization)
        total += interpolate(torch.from_numpy(one)[None, None], size=SHAPE, mode="bilinear", align_corners=False)
    return total.flatten().tolist()


def main(out):
    random = Random(SEED)
    a, b = draw(random), draw(random)
    golden = {
        "script": "tools/oracles/gram_map.py",
        "tools": {"scipy": scipy.__version__, "numpy": np.__version__, "torch": torch.__version__.split("+")[0]},
        "tolerance": 1e-5,
        "seed": SEED,
        "shape": [1, *SHAPE, 3],
        "window": WINDOW,
        "maps": {name: distance_map(a, b, name) for name in ("johnson", "channel-unit")},
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]))
