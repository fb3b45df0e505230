"""Golden loss curves of Adam and L-BFGS, by torch.optim in float64.

Writes packages/sr-tensor/src/golden/optimizers.json. Run with the packages of requirements.txt: python tools/oracles/lbfgs.py

rosenbrock  f(x, y) = (1 - x)^2 + 100 (y - x^2)^2 from (-1.2, 1)
quadratic   f(x) = sum(scale_i (x_i - 1)^2) / 2 with scale_i = 1 + i from 0, n = 8
"""

import json
from pathlib import Path

import torch

OUT = Path(__file__).parents[2] / "packages/sr-tensor/src/golden/optimizers.json"


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def quadratic(x):
    scale = torch.arange(1, 9, dtype=torch.float64)
    return (scale * (x - 1) ** 2).sum() / 2


FUNCTIONS = {"rosenbrock": (rosenbrock, [-1.2, 1.0]), "quadratic": (quadratic, [0.0] * 8)}

LBFGS = [
    dict(function="quadratic", options={}, steps=2),
    dict(function="quadratic", options=dict(line_search_fn="strong_wolfe"), steps=1),
    dict(function="quadratic", options=dict(line_search_fn="strong_wolfe", history_size=3, max_iter=4), steps=4),
    dict(function="rosenbrock", options=dict(lr=0.2, max_iter=6), steps=2),
    dict(function="rosenbrock", options=dict(line_search_fn="strong_wolfe", max_iter=10), steps=4),
]
ADAM = [
    dict(function="rosenbrock", options=dict(lr=0.05), steps=40),
    dict(function="quadratic", options=dict(lr=0.1, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.1), steps=40),
]


def run(make, case):
    function, start = FUNCTIONS[case["function"]]
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = make([x], **case["options"])
    values = []

    def closure():
        optimizer.zero_grad()
        loss = function(x)
        loss.backward()
        values.append(loss.item())
        return loss

    ends = []
    for _ in range(case["steps"]):
        optimizer.step(closure)
        ends.append(x.tolist())
    return {**case, "start": start, "values": values, "ends": ends}


golden = {
    "tool": f"torch {torch.__version__.split('+')[0]}, float64",
    "lbfgs": [run(torch.optim.LBFGS, case) for case in LBFGS],
    "adam": [run(torch.optim.Adam, case) for case in ADAM],
}
OUT.write_text(json.dumps(golden, separators=(",", ":")))
