"""Golden values of the wavelet VIF: the steerable pyramid and its filters by pyrtools, the statistics by NumPy.

python tools/oracles/vif.py ASSETS OUT
    ASSETS  the folder of shared assets (see CONTRIBUTING)
    OUT     packages/sr-metrics/src/golden/vif.json
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
import pyrtools
from picture_pairs import grey, pairs
from pyrtools.pyramids import SteerablePyramidSpace

BLOCK, NOISE, TOLERANCE = 3, 0.4, 1e-15


def cut(band):
    rows, columns = (size // BLOCK * BLOCK for size in band.shape)
    return band[:rows, :columns]


def vectors(band, step):
    """The blocks of a band as columns of nine values."""
    rows, columns = (size - BLOCK + 1 for size in band.shape)
    return np.array(
        [band[i : rows + i : step, j : columns + j : step].ravel() for i in range(BLOCK) for j in range(BLOCK)]
    )


def window_sums(band, window):
    """Sums over the windows around the centres of the blocks, mirrored borders."""
    win = np.ones((window, window))
    stop = tuple(size - 1 for size in band.shape)
    return pyrtools.corrDn(band, win, "reflect1", step=(BLOCK, BLOCK), start=(1, 1), stop=stop)


def information(reference, result, window):
    reference, result = cut(reference), cut(result)
    count = window**2
    mean_r, mean_d = window_sums(reference, window) / count, window_sums(result, window) / count
    ss_r = np.maximum(window_sums(reference**2, window) - count * mean_r**2, 0)
    ss_d = np.maximum(window_sums(result**2, window) - count * mean_d**2, 0)
    covariance = window_sums(reference * result, window) - count * mean_r * mean_d
    gain = covariance / (ss_r + TOLERANCE)
    noise = (ss_d - gain * covariance) / count
    for condition, noise_there in ((ss_r < TOLERANCE, ss_d), (ss_d < TOLERANCE, np.zeros_like(ss_d)), (gain < 0, ss_d)):
        noise = np.where(condition, noise_there, noise)
        gain = np.where(condition, 0, gain)
    noise = np.maximum(noise, TOLERANCE)

    u = np.cov(vectors(reference, 1), bias=True)
    blocks = vectors(reference, BLOCK)
    energy = (np.linalg.solve(u, blocks) * blocks).sum(0).reshape(gain.shape) / BLOCK**2
    margin = int(np.ceil((window - 1) / 2 / BLOCK))
    gain, noise, energy = (field[margin:-margin, margin:-margin] for field in (gain, noise, energy))
    eigenvalues = np.linalg.eigvalsh(u)
    kept = sum(np.log2(1 + gain**2 * energy * value / (noise + NOISE)).sum() for value in eigenvalues)
    whole = sum(np.log2(1 + energy * value / NOISE).sum() for value in eigenvalues)
    return kept, whole


def vif(result, reference):
    pyramids = [SteerablePyramidSpace(p, height=4, order=5, edge_type="reflect1").pyr_coeffs for p in (reference, result)]
    sums = [
        information(pyramids[0][level, orientation], pyramids[1][level, orientation], 2 ** (4 - level) + 1)
        for level in range(4)
        for orientation in (0, 3)
    ]
    kept, whole = np.sum(sums, axis=0)
    return float(kept / whole)


def main(assets, out):
    golden = {
        "script": "tools/oracles/vif.py",
        "tools": {"pyrtools": pyrtools.__version__, "numpy": np.__version__},
        "tolerance": 1e-6,
        "cases": [{**about, "vif": vif(grey(x), grey(y))} for about, x, y in pairs(assets)],
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
