"""Golden values and gradients of sr-losses, by PyTorch.

Writes packages/sr-losses/src/golden/losses.json. Run with the packages of requirements.txt: python tools/oracles/losses.py
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

OUT = Path(__file__).parents[2] / "packages/sr-losses/src/golden/losses.json"


def charbonnier(x, y, epsilon2, reduction):
    """LapSRN (Lai et al. 2017, eq. 3) and BasicSR write it alike; they differ in epsilon^2 and in the reduction."""
    rho = torch.sqrt((x - y) ** 2 + epsilon2)
    return rho.mean() if reduction == "mean" else rho.sum()


LOSSES = {
    "l1": functional.l1_loss,
    "l1 sum": lambda x, y: functional.l1_loss(x, y, reduction="sum"),
    "l2": functional.mse_loss,
    "l2 sum": lambda x, y: functional.mse_loss(x, y, reduction="sum"),
    "charbonnier basicsr": lambda x, y: charbonnier(x, y, 1e-12, "mean"),
    "charbonnier lapsrn": lambda x, y: charbonnier(x, y, 1e-6, "sum"),
    "weighted": lambda x, y: 0.25 * functional.l1_loss(x, y) + 2 * functional.mse_loss(x, y),
}


def main():
    random = np.random.RandomState(1)
    shape = (2, 3, 4, 3)
    # Multiples of 1/256 are exact in float32 and short in JSON.
    target = random.randint(0, 256, shape) / 256
    prediction = target + random.randint(-64, 65, shape) / 256
    # Where both agree the gradient of an absolute value is a matter of convention.
    prediction.flat[::5] = target.flat[::5]
    golden = {}
    for name, loss in LOSSES.items():
        x = torch.tensor(prediction, dtype=torch.float64, requires_grad=True)
        value = loss(x, torch.tensor(target, dtype=torch.float64))
        value.backward()
        golden[name] = {"value": value.item(), "gradient": x.grad.flatten().tolist()}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(
        json.dumps(
            {
                "tool": "PyTorch",
                "version": torch.__version__.split("+")[0],
                "script": "tools/oracles/losses.py",
                "tolerance": 1e-6,
                "shape": shape,
                "prediction": prediction.flatten().tolist(),
                "target": target.flatten().tolist(),
                "losses": golden,
            }
        )
        + "\n"
    )


main()
