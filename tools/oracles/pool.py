"""Golden outputs and gradients of pooling, by PyTorch in float64.

Writes packages/sr-tensor/src/golden/pool.json. Run with the packages of requirements.txt: python tools/oracles/pool.py

Inputs are drawn from philox.py: multiples of 1 / levels, with few levels some values of a window are equal, so that the
gradient shows which of them PyTorch takes for the maximum. Arrays are in TensorFlow's order of axes.
"""

import json
from pathlib import Path

import numpy as np
import torch
from philox import Random
from torch.nn import functional

OUT = Path(__file__).parents[2] / "packages/sr-tensor/src/golden/pool.json"

CASES = [
    dict(kind="max", shape=[1, 7, 6, 2], window=2),
    dict(kind="max", shape=[2, 5, 4, 3], window=2, ceil=True),
    dict(kind="max", shape=[1, 8, 7, 2], window=3, stride=2),
    dict(kind="max", shape=[1, 8, 7, 2], window=3, stride=2, ceil=True),
    dict(kind="max", shape=[1, 6, 9, 2], window=3, stride=2, padding=1),
    dict(kind="max", shape=[1, 6, 9, 2], window=3, stride=2, padding=1, ceil=True),
    dict(kind="max", shape=[1, 5, 6, 2], window=3, stride=1, padding=1, ceil=True),
    dict(kind="max", shape=[1, 3, 3, 1], window=2, stride=2, padding=1, ceil=True),
    dict(kind="max", shape=[1, 7, 8, 1], window=2, stride=3),
    dict(kind="average", shape=[2, 7, 6, 2], window=2),
    dict(kind="average", shape=[1, 7, 6, 2], window=2, ceil=True),
    dict(kind="average", shape=[1, 8, 7, 2], window=3, stride=2, ceil=True),
    dict(kind="average", shape=[1, 6, 9, 2], window=3, stride=2, padding=1),
    dict(kind="average", shape=[1, 6, 9, 2], window=3, stride=2, padding=1, ceil=True),
]


def draw(shape, levels, seed):
    """`Random.int`, in [0, levels), divided by levels."""
    random = Random(seed)
    values = [int(random.uint32() / 2**32 * levels) / levels for _ in range(int(np.prod(shape)))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def run(case, index):
    case = {"levels": 5, **case}
    x = draw(case["shape"], case["levels"], 1 + index).requires_grad_()
    window, stride = case["window"], case.get("stride", case["window"])
    pool = functional.max_pool2d if case["kind"] == "max" else functional.avg_pool2d
    options = dict(padding=case.get("padding", 0), ceil_mode=case.get("ceil", False))
    y = pool(x.permute(0, 3, 1, 2), window, stride, **options).permute(0, 2, 3, 1)
    (y * draw(list(y.shape), 1024, 101 + index)).sum().backward()
    numbers = lambda values: [float(f"{v:.9g}") for v in values.detach().flatten().tolist()]
    return {**case, "outputShape": list(y.shape), "output": numbers(y), "gradient": numbers(x.grad)}


def main():
    golden = {
        "tool": f"torch {torch.__version__.split('+')[0]}, float64",
        # Sums of up to nine float32 numbers near 1.
        "tolerance": 1e-6,
        "cases": [run(case, index) for index, case in enumerate(CASES)],
    }
    OUT.write_text(json.dumps(golden, separators=(",", ":")))


main()
