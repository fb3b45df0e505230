"""Golden values of sr-metrics, from scikit-image, piq, SciPy and PyTorch.

python tools/oracles/metrics.py ASSETS OUT
    ASSETS  the folder of shared assets (see CONTRIBUTING)
    OUT     packages/sr-metrics/src/golden/metrics.json
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import piq
import scipy
import skimage
import torch
from PIL import Image
from scipy.ndimage import correlate
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

PAIRS = [
    # result, reference: RGB, sizes odd and even, grey, a picture too small to downsample, one that is halved.
    ("data/iqa/lpips_examples/ex_p0.png", "data/iqa/lpips_examples/ex_ref.png"),
    ("data/iqa/lpips_examples/ex_p1.png", "data/iqa/lpips_examples/ex_ref.png"),
    ("data/iqa/piq/goldhill_jpeg.gif", "data/iqa/piq/goldhill.gif"),
    ("data/iqa/piq/i01_01_5.bmp", "data/iqa/piq/I01.BMP"),
]


def read(path):
    with Image.open(path) as picture:
        grey = picture.mode == "L" or (picture.mode == "P" and is_grey(picture.getpalette()))
        return np.asarray(picture.convert("L" if grey else "RGB"), dtype=np.float64)


def is_grey(palette):
    return all(palette[i] == palette[i + 1] == palette[i + 2] for i in range(0, len(palette), 3))


def luma(rgb, rounded):
    if rgb.ndim == 2:
        rgb = np.stack([rgb] * 3, axis=-1)
    y = 16 + rgb @ np.array([65.481, 128.553, 24.966]) / 255
    return np.floor(y + 0.5) if rounded else y


def crop(picture, border):
    return picture[border : picture.shape[0] - border, border : picture.shape[1] - border]


def psnr(result, reference):
    return float(peak_signal_noise_ratio(reference, result, data_range=255))


def ssim(result, reference, full=False):
    value = structural_similarity(
        reference,
        result,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        channel_axis=-1 if result.ndim == 3 else None,
        full=full,
    )
    # At the border scikit-image mirrors the pictures: only positions where the window fits are compared.
    return crop(value[1], 5).flatten().tolist() if full else float(value)


def planes(picture):
    picture = picture[..., None] if picture.ndim == 2 else picture
    return torch.from_numpy(np.moveaxis(picture, -1, 0).copy())[None]


def ssim_piq(result, reference):
    return float(piq.ssim(planes(result), planes(reference), data_range=255.0, downsample=True))


def ssim_downsampled(result, reference):
    """ssim.m's downsampling with SciPy (any factor, any size), then scikit-image."""
    f = max(1, int(min(result.shape[:2]) / 256 + 0.5))

    def halve(plane):
        # MATLAB centres an even window at floor((f + 1) / 2); SciPy at f // 2 (from 0), moved by `origin`.
        origin = -1 if f % 2 == 0 else 0
        return correlate(plane, np.full((f, f), 1 / f**2), mode="reflect", origin=origin)[::f, ::f]

    if result.ndim == 2:
        return ssim(halve(result), halve(reference)) if f > 1 else ssim(result, reference)
    return float(np.mean([ssim_downsampled(result[..., c], reference[..., c]) for c in range(result.shape[-1])]))


def ssim_zero_padded(result, reference):
    x, y = planes(result) / 255, planes(reference) / 255
    offsets = torch.arange(11, dtype=torch.float64) - 5
    line = torch.exp(-(offsets**2) / (2 * 1.5**2))
    line /= line.sum()
    window = torch.outer(line, line).expand(x.shape[1], 1, 11, 11)

    def mean(t):
        return torch.nn.functional.conv2d(t, window, padding=5, groups=t.shape[1])

    mx, my = mean(x), mean(y)
    sx, sy, sxy = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    values = (2 * mx * my + c1) * (2 * sxy + c2) / ((mx**2 + my**2 + c1) * (sx + sy + c2))
    return float(values.mean())


def pattern(width, height, phase):
    """A synthetic grey picture that the tests build by the same formula, for sizes that the pairs lack."""
    y, x = np.mgrid[0:height, 0:width]
    return ((x * 7 + y * 13 + (x * y) % 31 * 3 + phase * ((x + 2 * y) % 17)) % 256).astype(np.float64)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(assets, out):
    cases = []
    for result_path, reference_path in PAIRS:
        result, reference = read(assets / result_path), read(assets / reference_path)
        for border in (0, 4):
            a, b = crop(result, border), crop(reference, border)
            for channel in ("rgb", "y"):
                x, z = (a, b) if channel == "rgb" else (luma(a, True), luma(b, True))
                entry = {
                    "result": result_path,
                    "reference": reference_path,
                    "sha256": [sha256(assets / result_path), sha256(assets / reference_path)],
                    "channel": channel,
                    "cropBorder": border,
                    "psnr": psnr(x, z),
                    "ssim": ssim(x, z),
                    "downsample": ssim_downsampled(x, z),
                    "zeroPadded": ssim_zero_padded(x, z),
                }
                if channel == "y":
                    entry["psnrOfExactLuma"] = psnr(luma(a, False), luma(b, False))
                if min(x.shape[:2]) % 2 == 0:
                    entry["piq"] = ssim_piq(x, z)
                cases.append(entry)

    patterns = []
    for width, height in ((11, 11), (40, 23), (641, 650), (1030, 900)):
        a, b = pattern(width, height, 1), pattern(width, height, 2)
        patterns.append(
            {
                "width": width,
                "height": height,
                "psnr": psnr(a, b),
                "ssim": ssim(a, b),
                "downsample": ssim_downsampled(a, b),
                "zeroPadded": ssim_zero_padded(a, b),
                **({"map": ssim(a, b, full=True)} if width < 100 else {}),
            }
        )

    golden = {
        "script": "tools/oracles/metrics.py",
        "tools": {
            "scikit-image": skimage.__version__,
            "piq": piq.__version__,
            "scipy": scipy.__version__,
            "torch": torch.__version__.split("+")[0],
        },
        "tolerance": {"psnr": 1e-4, "ssim": 1e-6},
        "cases": cases,
        "patterns": patterns,
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
