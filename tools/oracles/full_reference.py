"""Golden values of PSNR and SSIM, by scikit-image, and of MS-SSIM, VIFp, GMSD and total variation, with gradients, by piq.

python tools/oracles/full_reference.py ASSETS OUT
    ASSETS  the folder of shared assets (see CONTRIBUTING)
    OUT     packages/sr-metrics/src/golden/full-reference.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import piq
import skimage
import torch
from philox import Random
from picture_pairs import pairs
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

torch.set_num_threads(1)

TV = {"piq-l1": "l1", "piq-l2": "l2", "piq-l2-squared": "l2_squared"}


def planes(picture):
    picture = picture[..., None] if picture.ndim == 2 else picture
    return torch.from_numpy(np.moveaxis(picture, -1, 0).copy())[None] / 255


def classic(x, y):
    """Over all channels."""
    return {
        "psnr": float(peak_signal_noise_ratio(y, x, data_range=255)),
        "ssim": float(
            structural_similarity(
                y,
                x,
                data_range=255,
                gaussian_weights=True,
                sigma=1.5,
                use_sample_covariance=False,
                channel_axis=-1 if x.ndim == 3 else None,
            )
        ),
    }


def values(x, y):
    return {
        "msSsim": float(piq.multi_scale_ssim(x, y)),
        "vifp": float(piq.vif_p(x, y)),
        "vifpSwapped": float(piq.vif_p(y, x)),
        "gmsd": float(piq.gmsd(x, y)),
        # Of grey pictures as of three equal channels.
        "totalVariation": {
            preset: float(piq.total_variation(x.expand(-1, 3, -1, -1), norm_type=norm)) for preset, norm in TV.items()
        },
    }


LOSSES = {
    # name: size of the pictures, the loss
    "msSsim": ((161, 163), lambda x, y: 1 - piq.multi_scale_ssim(x, y)),
    "vifp": ((41, 43), lambda x, y: 1 - piq.vif_p(x, y)),
    "gmsd": ((13, 16), piq.gmsd),
}


def smooth(random, height, width, noise):
    """Two pictures [1, height, width, 3], a wave of three colours and the same with noise; the tests draw the same."""
    target = np.empty((height, width, 3))
    prediction = np.empty((height, width, 3))
    for y in range(height):
        for x in range(width):
            for c in range(3):
                wave = 0.5 + 0.2 * np.sin(0.3 * x + c) + 0.2 * np.cos(0.2 * y - c)
                target[y, x, c] = wave + random.uniform(-0.05, 0.05)
                prediction[y, x, c] = wave + random.uniform(-noise, noise)
    # float32, as the tests have them
    return [np.moveaxis(p.astype(np.float32).astype(np.float64), -1, 0)[None].copy() for p in (prediction, target)]


def gradient(size, loss):
    prediction, target = smooth(Random(41), *size, 0.1)
    x = torch.tensor(prediction, requires_grad=True)
    value = loss(x, torch.tensor(target))
    value.backward()
    flat = np.moveaxis(x.grad[0].numpy(), 0, -1).ravel()
    return {"size": size, "value": value.item(), "norm": float(np.linalg.norm(flat)), "gradient": flat[::97].tolist()}


def main(assets, out):
    golden = {
        "script": "tools/oracles/full_reference.py",
        "tools": {"scikit-image": skimage.__version__, "piq": piq.__version__, "torch": torch.__version__.split("+")[0]},
        "tolerance": 1e-5,
        "cases": [{**about, **classic(x, y), **values(planes(x), planes(y))} for about, x, y in pairs(assets)],
        "gradientStep": 97,
        "losses": {name: gradient(size, loss) for name, (size, loss) in LOSSES.items()},
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
