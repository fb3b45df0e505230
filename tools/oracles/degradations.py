"""Golden blur kernels and a blurred picture, by SciPy.

Writes packages/sr-data/src/golden/degradations.json. Run with the packages of requirements.txt:
python tools/oracles/degradations.py
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import ndimage, special, stats

from philox import Random

OUT = pathlib.Path(__file__).parents[2] / "packages/sr-data/src/golden/degradations.json"


def grid(size):
    half = size // 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float64)
    return x, y


def gaussian(size, sigma, rotation=0.0):
    along, across = sigma if isinstance(sigma, list) else (sigma, sigma)
    turn = np.array([[np.cos(rotation), -np.sin(rotation)], [np.sin(rotation), np.cos(rotation)]])
    covariance = turn @ np.diag([along**2, across**2]) @ turn.T
    kernel = stats.multivariate_normal([0, 0], covariance).pdf(np.stack(grid(size), -1))
    return kernel / kernel.sum()


def sinc(size, cutoff):
    x, y = grid(size)
    r = np.hypot(x, y)
    with np.errstate(invalid="ignore"):
        kernel = np.where(r == 0, cutoff**2 / (4 * np.pi), cutoff * special.j1(cutoff * r) / (2 * np.pi * r))
    return kernel / kernel.sum()


random = Random(13)
height, width, channels = 7, 9, 3
picture = np.array([random.uniform() for _ in range(height * width * channels)], np.float32)
turned = gaussian(5, [1.5, 0.6], 0.7)
blurred = ndimage.correlate(
    picture.reshape(height, width, channels).astype(np.float64), turned[:, :, None], mode="mirror"
)

golden = {
    "tool": "SciPy",
    "version": scipy.__version__,
    "tolerance": 1e-9,
    "gaussian": [
        {"options": options, "weights": gaussian(**options).ravel().tolist()}
        for options in [
            {"size": 5, "sigma": 1.2},
            {"size": 7, "sigma": [2.5, 0.8], "rotation": 0.5},
            {"size": 7, "sigma": [0.4, 3.0], "rotation": -2.0},
        ]
    ],
    "sinc": [
        {"options": options, "weights": sinc(**options).ravel().tolist()}
        for options in [{"size": 7, "cutoff": 1.1}, {"size": 13, "cutoff": 3.0}]
    ],
    "blurred": {
        "options": {"size": 5, "sigma": [1.5, 0.6], "rotation": 0.7},
        "height": height,
        "width": width,
        "data": blurred.ravel().tolist(),
    },
}
OUT.write_text(json.dumps(golden) + "\n")
