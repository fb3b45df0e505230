"""The mean colour of a folder of pictures, by Pillow and NumPy in float64; mean-color.test.ts holds what it prints.

python tools/oracles/mean_color.py FOLDER
"""

import pathlib
import sys

import numpy as np
from PIL import Image

total, pixels = np.zeros(3), 0
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.png")):
    picture = np.asarray(Image.open(path).convert("RGB"), np.float64)
    total += picture.sum((0, 1))
    pixels += picture.shape[0] * picture.shape[1]
print((total / pixels / 255).tolist(), pixels)
