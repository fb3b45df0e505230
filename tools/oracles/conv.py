"""Golden outputs, gradients and second gradients of the convolution layers, by PyTorch in float64.

Writes packages/sr-tensor/src/golden/conv.json. Run with the packages of requirements.txt: python tools/oracles/conv.py

All arrays are in TensorFlow's order of axes. `gradients` are those of sum(y * cotangent); `penalty` those of
sum(g^2) / 2, where g is the gradient of sum(y^2 * cotangent) / 8 with respect to x (as in a gradient penalty).
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

OUT = Path(__file__).parents[2] / "packages/sr-tensor/src/golden/conv.json"

# x is [2, height, width, 2] with 3 output channels.
CONV = [
    dict(height=5, width=6, kernel=(3, 3)),
    dict(height=5, width=6, kernel=(3, 3), stride=2),
    dict(height=6, width=7, kernel=(3, 3), stride=2),
    dict(height=5, width=6, kernel=(3, 3), padding="valid"),
    dict(height=6, width=5, kernel=(3, 3), padding="valid", stride=2),
    dict(height=6, width=5, kernel=(3, 3), padding=2),
    dict(height=8, width=7, kernel=(4, 4), padding=1, stride=2),
    dict(height=7, width=8, kernel=(5, 5), padding=3, stride=3),
    dict(height=5, width=5, kernel=(1, 1)),
    dict(height=6, width=5, kernel=(3, 1)),
    dict(height=5, width=6, kernel=(2, 2)),
    dict(height=5, width=6, kernel=(3, 3), bias=False),
    dict(height=5, width=6, kernel=(3, 3), activation="relu"),
    dict(height=5, width=6, kernel=(3, 3), activation="relu", bias=False),
    dict(height=6, width=5, kernel=(3, 3), activation="leaky-relu", slope=0.2, stride=2),
    dict(height=5, width=6, kernel=(3, 3), activation="leaky-relu"),
    dict(height=5, width=6, kernel=(3, 3), activation="prelu", slope=[0.25, -0.5, 0.0]),
    dict(height=5, width=6, kernel=(3, 3), paddingMode="reflect"),
    dict(height=6, width=5, kernel=(5, 5), paddingMode="replicate", activation="relu"),
    dict(height=6, width=7, kernel=(3, 3), paddingMode="reflect", stride=2, padding=2),
]
TRANSPOSE = [
    dict(height=3, width=4, kernel=(3, 3)),
    dict(height=3, width=4, kernel=(3, 3), stride=2),
    dict(height=3, width=4, kernel=(3, 3), stride=2, padding=1),
    dict(height=4, width=3, kernel=(3, 3), stride=2, padding=1, outputPadding=1),
    dict(height=3, width=4, kernel=(4, 4), stride=2, padding=1, bias=False),
    dict(height=3, width=2, kernel=(9, 9), stride=4, padding=4, outputPadding=3),
    dict(height=4, width=5, kernel=(2, 2), stride=3, outputPadding=2),
]


def draw(random, *shape):
    """Multiples of 1/16 are exact in float32."""
    return torch.tensor(random.randint(-16, 17, shape) / 16, dtype=torch.float64)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def padded(x, case):
    kernel = case["kernel"]
    padding = case.get("padding", "same")
    if padding == "same":
        vertical, horizontal = kernel[0] // 2, kernel[1] // 2
    elif padding == "valid":
        vertical = horizontal = 0
    else:
        vertical = horizontal = padding
    mode = {"zero": "constant"}.get(case.get("paddingMode", "zero"), case.get("paddingMode"))
    return functional.pad(x, (horizontal, horizontal, vertical, vertical), mode=mode)


def activated(y, case, slope):
    activation = case.get("activation")
    if activation == "relu":
        return functional.relu(y)
    if activation == "leaky-relu":
        return functional.leaky_relu(y, case.get("slope", 0.01))
    if activation == "prelu":
        return functional.prelu(y, slope)
    return y


def run(case, seed, transposed):
    random = np.random.RandomState(seed)
    kernel = case["kernel"]
    x = draw(random, 2, 2, case["height"], case["width"])
    # PyTorch: [out, in, height, width], transposed [in, out, height, width].
    weight = draw(random, *((2, 3) if transposed else (3, 2)), *kernel)
    bias = draw(random, 3) if case.get("bias", True) else None
    slope = torch.tensor(case["slope"], dtype=torch.float64) if case.get("activation") == "prelu" else None
    inputs = {"x": x, "weight": weight, "bias": bias, "slope": slope}
    inputs = {name: value.requires_grad_() for name, value in inputs.items() if value is not None}
    if transposed:
        y = functional.conv_transpose2d(
            x, weight, bias, case.get("stride", 1), case.get("padding", 0), case.get("outputPadding", 0)
        )
    else:
        y = activated(functional.conv2d(padded(x, case), weight, bias, case.get("stride", 1)), case, slope)
    cotangent = draw(random, *y.shape)
    gradients = torch.autograd.grad((y * cotangent).sum(), list(inputs.values()), retain_graph=True)
    (slope_of_square,) = torch.autograd.grad((y.square() * cotangent).sum() / 8, x, create_graph=True)
    second = torch.autograd.grad(slope_of_square.square().sum() / 2, list(inputs.values()))
    # Output x input of the file's order is TensorFlow's order reversed, for both kinds of layer.
    turn = {"x": nhwc, "weight": lambda w: w.permute(2, 3, 1, 0), "bias": lambda b: b, "slope": lambda s: s}
    return {
        "options": {k: v for k, v in case.items() if k not in ("height", "width", "kernel", "bias")},
        "inputs": {name: tensor(turn[name](value)) for name, value in inputs.items()},
        "cotangent": tensor(nhwc(cotangent)),
        "y": tensor(nhwc(y)),
        "gradients": {name: tensor(turn[name](g)) for name, g in zip(inputs, gradients)},
        "penalty": {name: tensor(turn[name](g)) for name, g in zip(inputs, second)},
    }


def tensor(values):
    return {"shape": list(values.shape), "data": [float(f"{v:.9g}") for v in values.detach().flatten().tolist()]}


def main():
    golden = {
        "tool": f"torch {torch.__version__.split('+')[0]}, float64",
        # Sums of up to some hundred float32 products of numbers near 1.
        "tolerance": 1e-5,
        "conv2d": [run(case, 1 + i, False) for i, case in enumerate(CONV)],
        "conv2dTranspose": [run(case, 101 + i, True) for i, case in enumerate(TRANSPOSE)],
    }
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(golden, separators=(",", ":")))


main()
