"""Golden values of NIQE and BRISQUE: distributions, resizing and kernel regression by piq, windows by SciPy, the rest NumPy.

python tools/oracles/no_reference.py ASSETS OUT
    ASSETS  the folder of shared assets (see CONTRIBUTING), with the authors' models
    OUT     packages/sr-metrics/src/golden/no-reference.json

Where a picture is flat, a value equals its local mean and products with it are zero, but for rounding, whose sign decides
how many count as positive. The values of BRISQUE are given with that rounding and (`exact`) without it.
"""

import json
import sys
from pathlib import Path

import numpy as np
import piq
import scipy
import torch
from picture_pairs import grey, luma, read, sha256
from piq.brisque import _aggd_parameters, _ggd_parameters, _rbf_kernel, _scale_features
from piq.functional import imresize
from scipy.io import loadmat
from scipy.ndimage import correlate
from scipy.special import gamma

torch.set_num_threads(1)

KADIS = "data/iqa/kadis_mos"
TID = "data/iqa/pyiqa"
# path, (left, top, width, height) or the whole picture
PICTURES = [
    ("data/iqa/niqe/baboon.png", None),
    ("data/iqa/piq/goldhill.gif", (100, 100, 288, 192)),
    ("data/iqa/piq/goldhill_jpeg.gif", (100, 100, 200, 300)),
    ("data/iqa/piq/I01.BMP", (0, 0, 192, 192)),
    ("data/iqa/piq/i01_01_5.bmp", (0, 0, 192, 192)),
    *((f"{TID}/ref_dir/{name}.bmp", (100, 60, 300, 196)) for name in ("I03", "I04", "I06", "I08", "I19")),
    ("data/iqa/brisque/i04_14_1.bmp", (96, 96, 192, 192)),
    ("data/iqa/brisque/i04_14_4.bmp", (10, 20, 210, 220)),
    *(
        (f"{KADIS}/{name}.png", (120, 90, 192, 194))
        for name in (
            "arc-ires-683154_18_01",
            "background-1732322_03_02",
            "bar-61848_25_03",
            "beach-185558_25_05",
            "cat-565448_07_02",
            "church-854942_01_05",
            "cyprus-1367967_12_02",
            "devonport-494980_10_02",
            "elster-627757_22_04",
            "flower-1503353_18_05",
        )
    ),
]
TID_RESULTS = [(f"{TID}/dist_dir/{name}.bmp", None) for name in ("I03", "I04", "I06", "I08", "I19")]
FIT = PICTURES[4:10]
FIT_BLOCK = 32

line = np.exp(-(np.arange(-3, 4) ** 2) / (2 * (7 / 6) ** 2))
WINDOW = np.outer(line, line) / line.sum() ** 2


def normalize(values, mode, exact=False):
    def mean(x):
        return correlate(x, WINDOW, mode=mode, cval=0.0)

    difference = values - mean(values)
    if exact:
        difference[np.abs(difference) < 1e-9] = 0
    deviation = np.sqrt(np.abs(mean(values**2) - mean(values) ** 2))
    return difference / (deviation + 1), deviation


def tensor(values):
    return torch.from_numpy(np.ascontiguousarray(values))[None, None]


def halve(values):
    height, width = values.shape
    return imresize(tensor(values), sizes=(height // 2, width // 2))[0, 0].numpy()


def aggd(values):
    shape, left, right = (float(p) for p in _aggd_parameters(tensor(values)))
    factor = np.sqrt(gamma(1 / shape) / gamma(3 / shape))
    return shape, left, right, factor


def niqe_block(values):
    shape, left, right, factor = aggd(values)
    features = [shape, (left + right) * factor / 2]
    for shift in ((0, 1), (1, 0), (1, 1), (1, -1)):
        shape, left, right, factor = aggd(values * np.roll(values, shift, axis=(0, 1)))
        mean = (right - left) * factor * gamma(2 / shape) / gamma(1 / shape)
        features += [shape, mean, left * factor, right * factor]
    return features


def niqe_features(values, side, share=None):
    """The features of the blocks; with `share`, of those that are sharper than this share of the sharpest."""
    rows, columns = (size // side for size in values.shape)
    values = values[: rows * side, : columns * side]
    chosen = range(rows * columns)
    features = []
    for scale in (1, 2):
        normal, deviation = normalize(values, "nearest")
        n = side // scale
        blocks = [np.s_[r * n : (r + 1) * n, c * n : (c + 1) * n] for r in range(rows) for c in range(columns)]
        if scale == 1 and share is not None:
            sharpness = np.array([deviation[b].mean() for b in blocks])
            chosen = np.flatnonzero(sharpness > share * sharpness.max())
        features.append(np.array([niqe_block(normal[blocks[i]]) for i in chosen]))
        values = halve(values)
    return np.hstack(features)


def niqe(values, model):
    features = niqe_features(values, 96)
    mean, covariance = model["mu_prisparam"][0], model["cov_prisparam"]
    seen = np.cov(features, rowvar=False) if len(features) > 1 else np.zeros_like(covariance)
    difference = mean - features.mean(0)
    return float(np.sqrt(difference @ np.linalg.pinv((covariance + seen) / 2) @ difference))


def brisque_features(values, exact):
    features = []
    for scale in (1, 2):
        normal, _ = normalize(values, "constant", exact)
        shape, sigma = (float(p) for p in _ggd_parameters(tensor(normal)))
        features += [shape, sigma**2]
        for shift in ((0, 1), (1, 0), (1, 1), (-1, 1)):
            shape, left, right, _ = aggd(normal * np.roll(normal, shift, axis=(0, 1)))
            mean = (right - left) * gamma(2 / shape) / np.sqrt(gamma(1 / shape) * gamma(3 / shape))
            features += [shape, mean, left**2, right**2]
        values = halve(values)
    return features


def read_model(path):
    """Of libsvm, whose files say how they are read: coefficient, then index:value from 1."""
    head, body = path.read_text().split("\nSV\n")
    header = dict(line.split()[:2] for line in head.splitlines())
    rows = [line.split() for line in body.strip().splitlines()]
    vectors = np.zeros((len(rows), 36))
    for vector, row in zip(vectors, rows):
        for entry in row[1:]:
            index, value = entry.split(":")
            vector[int(index) - 1] = float(value)
    return float(header["gamma"]), float(header["rho"]), np.array([float(row[0]) for row in rows]), vectors


def brisque(features, model):
    gamma_, rho, coefficients, vectors = model
    scaled = _scale_features(torch.tensor([features], dtype=torch.float64))
    kernel = _rbf_kernel(scaled, torch.from_numpy(vectors.T.copy()), gamma_)
    return float((kernel @ torch.from_numpy(coefficients)).item() - rho)


def rgb2gray(picture):
    return grey(picture, rounded=True)


def main(assets, out):
    pristine = loadmat(assets / "data/iqa/niqe/modelparameters.mat")
    svr = read_model(assets / "data/iqa/brisque/allmodel")
    cases = []
    for path, area in PICTURES + TID_RESULTS:
        picture = read(assets / path, area)
        plain, exact = (brisque(brisque_features(rgb2gray(picture), e), svr) for e in (False, True))
        entry = {"picture": path, "sha256": sha256(assets / path), "brisque": plain, "brisqueExact": exact}
        if area is not None:
            entry["area"] = area
        if (path, area) in PICTURES:
            entry["niqe"] = niqe(luma(picture), pristine)
        cases.append(entry)

    kept = np.vstack([niqe_features(luma(read(assets / path, area)), FIT_BLOCK, 0.75) for path, area in FIT])
    golden = {
        "script": "tools/oracles/no_reference.py",
        "tools": {"piq": piq.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
        "tolerance": 1e-3,
        "cases": cases,
        "features": brisque_features(rgb2gray(read(assets / PICTURES[1][0])), False),
        "fit": {
            "pictures": [{"picture": path, "sha256": sha256(assets / path), "area": area} for path, area in FIT],
            "blockSize": FIT_BLOCK,
            "blocks": len(kept),
            "mean": kept.mean(0).tolist(),
            "variances": kept.var(0, ddof=1).tolist(),
            "covarianceOfFirst": np.cov(kept, rowvar=False)[0].tolist(),
        },
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
