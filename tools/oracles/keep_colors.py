"""Golden pictures with kept colours: luma by scikit-image's YIQ, moments by SciPy's matrix roots.

Writes packages/style-transfer/src/golden/keep-colors.json. Run with the packages of requirements.txt:
python tools/oracles/keep_colors.py
"""
import json
import pathlib

import numpy as np
import scipy
import skimage
from scipy.linalg import inv, sqrtm
from skimage.color import rgb2yiq, yiq2rgb

from philox import Random

OUT = pathlib.Path(__file__).parents[2] / "packages/style-transfer/src/golden/keep-colors.json"


def picture(seed, low, high, height=6, width=5):
    """Dull enough that nothing is clipped."""
    random = Random(seed)
    grey = [random.uniform(low, high) for _ in range(height * width)]
    return np.array([[g + random.uniform(-0.1, 0.1) for _ in range(3)] for g in grey]).astype(np.float32).astype(np.float64)


own, other = picture(1, 0.35, 0.65), picture(2, 0.3, 0.6)
yiq = rgb2yiq(other.reshape(6, 5, 3))
yiq[..., 0] = rgb2yiq(own.reshape(6, 5, 3))[..., 0]
root = sqrtm(np.cov(other.T, bias=True)) @ inv(sqrtm(np.cov(own.T, bias=True)))
moments = (own - own.mean(0)) @ root.T + other.mean(0)
golden = {
    "tool": f"scikit-image {skimage.__version__}, SciPy {scipy.__version__}",
    "tolerance": 1e-5,
    "width": 5,
    "height": 6,
    "picture": own.ravel().tolist(),
    "reference": other.ravel().tolist(),
    "luma": yiq2rgb(yiq).ravel().tolist(),
    "moments": moments.ravel().tolist(),
}
assert moments.min() > 0 and moments.max() < 1
OUT.write_text(json.dumps(golden) + "\n")
