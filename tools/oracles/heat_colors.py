"""The colours of heat maps, written down anew, and how even scikit-image finds them.

python tools/oracles/heat_colors.py OUT
    OUT  packages/sr-metrics/src/golden/heat-colors.json

A helix in OKLab; the matrices to linear sRGB are inverted from those of its definition (LMS from XYZ, D65) by NumPy.
"""

import json
import sys
from pathlib import Path

import numpy as np
import skimage
from skimage.color import deltaE_ciede2000, rgb2lab

STOPS = 33

# B. Ottosson, "A perceptual color space for image processing": M1 (XYZ to LMS) and M2 (LMS' to Lab).
M1 = np.array(
    [
        [0.8189330101, 0.3618667424, -0.1288597137],
        [0.0329845436, 0.9293118715, 0.0361456387],
        [0.0482003018, 0.2643662691, 0.6338517070],
    ]
)
M2 = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# IEC 61966-2-1.
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def helix(t):
    hue = np.deg2rad(270 + 200 * t)
    return np.stack([0.22 + 0.73 * t, 0.14 * np.cos(hue), 0.14 * np.sin(hue)])


def srgb(lab):
    linear = np.linalg.inv(TO_XYZ) @ np.linalg.inv(M1) @ (np.linalg.inv(M2) @ lab) ** 3
    assert linear.min() > -1e-3 and linear.max() < 1 + 1e-3, "the helix leaves sRGB"
    linear = linear.clip(0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055).T


def main(out):
    colors = srgb(helix(np.linspace(0, 1, STOPS)))
    lab = rgb2lab(colors[None])[0]
    steps = deltaE_ciede2000(lab[1:], lab[:-1])
    golden = {
        "script": "tools/oracles/heat_colors.py",
        "tools": {"scikit-image": skimage.__version__, "numpy": np.__version__},
        "tolerance": "1 level",
        "colors": np.round(255 * colors).astype(int).tolist(),
        "lightness": lab[:, 0].tolist(),
        "ciede2000": {"least": float(steps.min()), "most": float(steps.max())},
    }
    out.write_text(json.dumps(golden) + "\n")


main(Path(sys.argv[1]))
