"""Golden values and gradients of the style, texture and feature losses of sr-losses, by PyTorch in float64.

Each preset as its publication or code writes it, over both layers of the small encoder. Writes
packages/sr-losses/src/golden/encoder-losses.json. Run: python tools/oracles/encoder_losses.py
"""

import json
from pathlib import Path

import torch
from torch.nn import functional

from philox import Random
from tiny_encoder import tiny_encoder

torch.set_num_threads(1)
OUT = Path(__file__).parents[2] / "packages/sr-losses/src/golden/encoder-losses.json"


def gram(features):
    """F F' of one image [channels, height, width]."""
    flat = features.flatten(1)
    return flat @ flat.T


def equation_1(f, p):
    """Gatys et al., CVPR 2016, equation 4; Gondal et al. 2018, equation 1. For images of one size."""
    n, m = f.shape[0], f[0].numel()
    return ((gram(f) - gram(p)) ** 2).sum() / (4 * n**2 * m**2)


def johnson(f, p):
    return torch.linalg.matrix_norm(gram(f) / f.numel() - gram(p) / p.numel()) ** 2


def mse_of_grams(f, p):
    return functional.mse_loss(gram(f) / f.numel(), gram(p) / p.numel())


def image_synthesis(f, p):
    n = f.shape[0]
    return 1e3 / n**2 * functional.mse_loss(gram(f) / f[0].numel(), gram(p) / p[0].numel())


STYLE = {
    "johnson": johnson,
    "fast-neural-style": lambda f, p: 5 * mse_of_grams(f, p),
    "gatys": lambda f, p: equation_1(f, p) / 5,
    "neural-style": lambda f, p: 100 * mse_of_grams(f, p),
    "neural-image-synthesis": image_synthesis,
    "pytorch-tutorial": lambda f, p: 1e6 * mse_of_grams(f, p),
}
TEXTURE = {"paper": equation_1, "code": mse_of_grams}
FEATURE = {
    "johnson": lambda f, p: ((f - p) ** 2).sum() / f.numel(),
    "fast-neural-style": functional.mse_loss,
    "gatys": lambda f, p: 0.5 * ((f - p) ** 2).sum(),
    "neural-style": lambda f, p: 5 * functional.mse_loss(f, p),
    "pytorch-tutorial": functional.mse_loss,
    "srgan": lambda f, p: functional.mse_loss(f / 12.75, p / 12.75),
    "esrgan": functional.l1_loss,
    "akella": functional.mse_loss,
    "enhancenet": lambda f, p: 0.2 * functional.mse_loss(f, p),
    # normalize_tensor of lpips 0.1.4, without linear layers.
    "lpips": lambda f, p: (f / (f.norm(dim=0) + 1e-10) - p / (p.norm(dim=0) + 1e-10)).square().sum(0).mean(),
}


def over_layers(distance):
    """The sum over layers of the mean over the batch; one target may serve the whole batch."""

    def loss(encode, x, y):
        a, b = encode(x), encode(y)
        batch = x.shape[0]
        return sum(
            torch.stack([distance(a[l][i], b[l][i % b[l].shape[0]]) for i in range(batch)]).mean() for l in a
        )

    return loss


def segments(loss, masks):
    """Gondal et al. 2018, equations 2 to 4."""
    return lambda encode, x, y: sum(loss(encode, x * m, y * m) for m in masks)


def images(random, batch, height, width):
    count = batch * height * width * 3
    values = torch.tensor([random.uniform() for _ in range(count)], dtype=torch.float64)
    return values.reshape(batch, height, width, 3).permute(0, 3, 1, 2)


def main():
    seed, shape, style_shape = 41, (2, 6, 5, 3), (1, 4, 7, 3)
    encode = tiny_encoder()
    random = Random(seed)
    prediction, target = images(random, *shape[:3]), images(random, *shape[:3])
    style = images(random, *style_shape[:3])
    labels = torch.arange(6)[:, None] // 2 + torch.zeros(6, 5)
    masks = [(labels == k).double() for k in range(3)]
    cases = {
        **{f"style {name}": (over_layers(f), target) for name, f in STYLE.items()},
        "style of another size": (over_layers(STYLE["johnson"]), style),
        **{f"texture {name}": (over_layers(f), target) for name, f in TEXTURE.items()},
        "texture of segments": (segments(over_layers(TEXTURE["paper"]), masks), target),
        **{f"feature {name}": (over_layers(f), target) for name, f in FEATURE.items()},
    }
    golden = {}
    for name, (loss, y) in cases.items():
        x = prediction.clone().requires_grad_()
        value = loss(encode, x, y)
        value.backward()
        golden[name] = {"value": value.item(), "gradient": x.grad.permute(0, 2, 3, 1).flatten().tolist()}
    content = {
        "tool": "PyTorch",
        "version": torch.__version__.split("+")[0],
        "script": "tools/oracles/encoder_losses.py",
        "tolerance": 1e-4,
        "seed": seed,
        "shape": shape,
        "styleShape": style_shape,
        "losses": golden,
    }
    OUT.write_text(json.dumps(content) + "\n")


main()
