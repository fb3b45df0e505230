"""Golden values of the distances of colours, histograms and feature statistics, by NumPy and SciPy.

python tools/oracles/distributions.py ASSETS OUT
    ASSETS  the folder of shared assets (see CONTRIBUTING)
    OUT     packages/sr-metrics/src/golden/distributions.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import scipy
from philox import Random
from picture_pairs import pairs
from scipy.linalg import sqrtm
from scipy.stats import moment, wasserstein_distance


def channels(picture):
    return [picture] * 3 if picture.ndim == 2 else list(np.moveaxis(picture, -1, 0))


def moments(channel):
    values = channel.ravel() / 255
    return np.array([values.mean(), values.std(), np.cbrt(moment(values, 3))])


def shares(channel, bins):
    return np.histogram(channel, bins=bins, range=(-0.5, 255.5))[0] / channel.size


def distances(x, y):
    p, q = shares(x, 64), shares(y, 64)
    used = p + q > 0
    return {
        # Of the values themselves, in units of the range of 256 levels.
        "earth-mover": wasserstein_distance(x.ravel(), y.ravel()) / 256,
        "chi-square": 0.5 * np.sum((p - q)[used] ** 2 / (p + q)[used]),
        "hellinger": np.sqrt(0.5 * np.sum((np.sqrt(p) - np.sqrt(q)) ** 2)),
        "intersection": 1 - np.minimum(p, q).sum(),
    }


def values(result, reference):
    both = list(zip(channels(result), channels(reference)))
    each = [distances(x, y) for x, y in both]
    return {
        "colorMoments": float(sum(np.abs(moments(x) - moments(y)).sum() for x, y in both)),
        "histograms": {name: float(np.mean([d[name] for d in each])) for name in each[0]},
    }


def frechet(count, size, seed):
    """Of features that the tests draw alike: noise, mixed with its neighbours, of two kinds."""
    random = Random(seed)
    sets = []
    for kind in (1, 2):
        noise = np.array([[random.uniform(-1, 1) for _ in range(size)] for _ in range(count)])
        sets.append(noise + 0.5 * kind * np.roll(noise, 1, axis=1) + 0.1 * kind)
    (m1, s1), (m2, s2) = ((s.mean(0), np.cov(s, rowvar=False)) for s in sets)
    root = sqrtm(s1 @ s2)
    distance = float(np.sum((m1 - m2) ** 2) + np.trace(s1 + s2 - 2 * np.real(root)))
    return {"count": count, "size": size, "seed": seed, "distance": distance}


def main(assets, out):
    golden = {
        "script": "tools/oracles/distributions.py",
        "tools": {"numpy": np.__version__, "scipy": scipy.__version__},
        "tolerance": 1e-9,
        "bins": 64,
        "cases": [{**about, **values(x, y)} for about, x, y in pairs(assets)],
        "frechet": [frechet(40, 3, 1), frechet(60, 12, 2), frechet(100, 32, 3)],
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
