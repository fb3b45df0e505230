"""The pairs of pictures that the oracles of the metrics share, and how they are read. The tests read them alike."""

import hashlib

import numpy as np
from PIL import Image

TID = "data/iqa/pyiqa"
ENHANCENET = "data/bench/published-outputs/enhancenet_outputs"
SRCNN = "data/bench/published-outputs/srcnn_outputs"

# result, reference, (left, top, width, height): colour and grey, even and odd sizes, many kinds and levels of distortion.
# Every side is at least 161 (MS-SSIM).
PAIRS = [
    (f"{TID}/dist_dir/I03.bmp", f"{TID}/ref_dir/I03.bmp", (0, 0, 192, 176)),
    (f"{TID}/dist_dir/I04.bmp", f"{TID}/ref_dir/I04.bmp", (100, 50, 201, 177)),
    (f"{TID}/dist_dir/I06.bmp", f"{TID}/ref_dir/I06.bmp", (7, 11, 177, 210)),
    (f"{TID}/dist_dir/I08.bmp", f"{TID}/ref_dir/I08.bmp", (200, 100, 208, 161)),
    (f"{TID}/dist_dir/I19.bmp", f"{TID}/ref_dir/I19.bmp", (150, 120, 161, 161)),
    ("data/iqa/piq/goldhill_jpeg.gif", "data/iqa/piq/goldhill.gif", (120, 200, 180, 190)),
    ("data/iqa/piq/goldhill_jpeg.gif", "data/iqa/piq/goldhill.gif", (301, 17, 203, 189)),
    ("data/iqa/piq/i01_01_5.bmp", "data/iqa/piq/I01.BMP", (33, 44, 179, 200)),
    ("data/iqa/brisque/i04_14_1.bmp", "data/iqa/brisque/I04.BMP", (60, 60, 188, 188)),
    ("data/iqa/brisque/i04_14_4.bmp", "data/iqa/brisque/I04.BMP", (260, 150, 199, 201)),
    (f"{ENHANCENET}/coastguard-Bicubic.png", f"{ENHANCENET}/coastguard_HR.bmp", (90, 60, 176, 192)),
    (f"{ENHANCENET}/coastguard-EnhanceNet.png", f"{ENHANCENET}/coastguard_HR.bmp", (91, 61, 175, 191)),
    (f"{ENHANCENET}/comic-Bicubic.png", f"{ENHANCENET}/comic_HR.bmp", (20, 100, 200, 200)),
    (f"{ENHANCENET}/comic-EnhanceNet.png", f"{ENHANCENET}/comic_HR.bmp", (20, 100, 201, 200)),
    (f"{ENHANCENET}/face-Bicubic.png", f"{ENHANCENET}/face_HR.bmp", (50, 50, 168, 184)),
    (f"{ENHANCENET}/face-EnhanceNet.png", f"{ENHANCENET}/face_HR.bmp", (50, 50, 168, 185)),
    (f"{ENHANCENET}/foreman-Bicubic.png", f"{ENHANCENET}/foreman_HR.bmp", (100, 40, 240, 164)),
    (f"{ENHANCENET}/foreman-EnhanceNet.png", f"{ENHANCENET}/foreman_HR.bmp", (101, 41, 163, 239)),
    (f"{SRCNN}/butterfly_GT_bicubic_x3.bmp", f"{SRCNN}/butterfly_GT.bmp", (0, 0, 255, 255)),
    (f"{SRCNN}/butterfly_GT_srcnn_x3.bmp", f"{SRCNN}/butterfly_GT.bmp", (30, 40, 190, 207)),
    (
        "data/bench/published-outputs/esrgan/results/baboon_ESRGAN.png",
        "data/bench/Set14/x4/img_001_SRF_4_HR.png",
        (150, 20, 204, 204),
    ),
]


def read(path, area=None):
    """RGB or, where all colours are grey, one channel, from 0 to 255."""
    with Image.open(path) as picture:
        is_grey = picture.mode == "L" or (picture.mode == "P" and has_grey_palette(picture))
        values = np.asarray(picture.convert("L" if is_grey else "RGB"), dtype=np.float64)
    if area is None:
        return values
    left, top, width, height = area
    return values[top : top + height, left : left + width]


def has_grey_palette(picture):
    palette = picture.getpalette()
    return all(palette[i] == palette[i + 1] == palette[i + 2] for i in range(0, len(palette), 3))


def grey(picture, rounded=False):
    """MATLAB's rgb2gray, with the weights of ITU-R BT.601."""
    values = picture if picture.ndim == 2 else picture @ np.array([0.299, 0.587, 0.114])
    return np.floor(values + 0.5) if rounded else values


def luma(picture):
    """MATLAB's rgb2ycbcr of 8-bit pictures."""
    rgb = picture if picture.ndim == 3 else np.stack([picture] * 3, axis=-1)
    return np.floor(16 + rgb @ np.array([65.481, 128.553, 24.966]) / 255 + 0.5)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pairs(assets):
    """What the JSON says of each pair, and the two pictures."""
    for result, reference, area in PAIRS:
        about = {
            "result": result,
            "reference": reference,
            "sha256": [sha256(assets / result), sha256(assets / reference)],
            "area": area,
        }
        yield about, read(assets / result, area), read(assets / reference, area)
