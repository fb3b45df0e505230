"""Golden loss curves of Adam, Muon and L-BFGS, by torch.optim in float64.

Writes packages/sr-tensor/src/golden/optimizers.json. Run with the packages of requirements.txt: python tools/oracles/optimizers.py

rosenbrock  f(x, y) = (1 - x)^2 + 100 (y - x^2)^2 from (-1.2, 1)
quadratic   f(x) = sum(scale_i (x_i - 1)^2) / 2 with scale_i = 1 + i from 0, n = 8
product     f(W) = sum((M W)^2) / 2 with M_ij = sin((i rows + j)^2), from W_ij = cos(start + i columns + j)
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
# The matrices of one optimizer: two of one size, to be computed together; the kernel [2, 2, 3, 4] as a matrix; a wide one.
MUON = [
    (dict(lr=0.05), [dict(size=[6, 3], start=0), dict(size=[6, 3], start=7)]),
    (dict(lr=0.02, momentum=0.8), [dict(size=[12, 4], start=3)]),
    (dict(lr=0.05, weight_decay=0.1), [dict(size=[3, 7], start=1)]),
]


def product(w):
    rows = len(w)
    matrix = torch.sin(torch.arange(rows * rows, dtype=w.dtype).square()).reshape(rows, rows)
    return (matrix @ w).square().sum() / 2


def muon(parameters, **options):
    return torch.optim.Muon(parameters, adjust_lr_fn="match_rms_adamw", **{"weight_decay": 0, **options})


def run(make, case):
    if case["function"] == "product":
        rows, columns = case["size"]
        function = product
        start = torch.cos(case["start"] + torch.arange(rows * columns, dtype=torch.float64)).reshape(rows, columns).tolist()
    else:
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


# Muon orthogonalises in bfloat16, whose errors are not what is compared.
torch.bfloat16 = torch.float64

golden = {
    "tool": f"torch {torch.__version__.split('+')[0]}, float64",
    "lbfgs": [run(torch.optim.LBFGS, case) for case in LBFGS],
    "adam": [run(torch.optim.Adam, case) for case in ADAM],
    "muon": [
        dict(options=options, matrices=[run(muon, dict(function="product", options=options, steps=20, **matrix)) for matrix in matrices])
        for options, matrices in MUON
    ],
}
OUT.write_text(json.dumps(golden, separators=(",", ":")))
