"""Golden values of the 2AFC and JND scores and of the training of LPIPS, from the package lpips, and a file of each NumPy type.

python tools/oracles/two_afc.py OUT
    OUT     packages/sr-metrics/src/golden/two-afc.json
"""

import base64
import io
import json
import math
import sys
from importlib.metadata import version
from pathlib import Path

import lpips
import numpy as np
import torch

from philox import Random
from tiny_encoder import TinyNetwork

torch.set_num_threads(1)


class Loader:
    """What the package calls a data loader: batches of five, pictures stand for themselves as numbers."""

    def __init__(self, **columns):
        self.columns = columns

    def load_data(self):
        count = len(next(iter(self.columns.values())))
        for start in range(0, count, 5):
            part = {name: torch.tensor(values[start : start + 5], dtype=torch.float64) for name, values in self.columns.items()}
            yield part


def distance(a, b):
    return torch.abs(a - b)


def cases():
    random = Random(11)
    for count, levels in ((1, 0), (7, 0), (60, 0), (60, 6)):
        def draw():
            values = [random.uniform(0, 1) for _ in range(count)]
            return [math.floor(v * levels) / levels for v in values] if levels else values

        d0, d1 = draw(), draw()
        # Judgements of five people.
        h = [math.floor(random.uniform(0, 1) * 6) / 5 for _ in range(count)]
        score, _ = lpips.score_2afc_dataset(Loader(ref=[0.0] * count, p0=d0, p1=d1, judge=h), distance)
        entry = {"d0": d0, "d1": d1, "h": h, "twoAfc": float(score)}
        # The order of equal distances is left open there.
        if not levels:
            entry["jnd"] = float(lpips.score_jnd_dataset(Loader(p0=[0.0] * count, p1=d0, same=h), distance)[0])
        yield entry


TRAINING = {"seed": 3, "triplets": 4, "side": 6, "epochs": 2, "decayEpochs": 3, "learningRate": 0.01}


def training():
    """The trainer of the package on one batch an epoch, without dropout."""
    setup = TRAINING
    model = lpips.LPIPS(
        net="alex", version="0.0", pretrained=False, pnet_rand=True, use_dropout=False, eval_mode=False, verbose=False
    )
    model.net = TinyNetwork()
    model.lin0, model.lin1 = lpips.NetLinLayer(4), lpips.NetLinLayer(6)
    model.lins, model.chns, model.L = torch.nn.ModuleList([model.lin0, model.lin1]), [4, 6], 2
    ranking = lpips.BCERankingLoss()
    model, ranking = model.double(), ranking.double()

    start = Random(setup["seed"])
    layers = [model.lin0.model[0], model.lin1.model[0], *(ranking.net.model[i] for i in (0, 2, 4))]
    for layer in layers:
        outputs, inputs = layer.weight.shape[:2]
        bound = 1 / math.sqrt(inputs)

        def draw(count, bound=bound):
            return torch.tensor([start.uniform(-bound, bound) for _ in range(count)], dtype=torch.float32).double()

        # In the order of the tensors there: [in, out].
        layer.weight.data = draw(inputs * outputs).reshape(inputs, outputs).T.reshape(layer.weight.shape)
        if layer.bias is not None:
            layer.bias.data = draw(outputs)

    data = Random(23)
    count, side = setup["triplets"], setup["side"]

    def pictures():
        values = [data.uniform() for _ in range(count * side * side * 3)]
        values = torch.tensor(values, dtype=torch.float32).double().reshape(count, side, side, 3)
        return 2 * values.permute(0, 3, 1, 2) - 1

    reference, p0, p1 = pictures(), pictures(), pictures()
    judge = torch.tensor([data.uniform() for _ in range(count)], dtype=torch.float32).double().reshape(-1, 1, 1, 1)

    parameters = [p for layer in layers for p in layer.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=setup["learningRate"], betas=(0.5, 0.999))
    losses = []
    for epoch in range(1, setup["epochs"] + setup["decayEpochs"] + 1):
        loss = ranking(model(reference, p0), model(reference, p1), judge * 2 - 1)
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for layer in layers[:2]:
            layer.weight.data.clamp_(min=0)
        # train.py lowers the rate at the end of each epoch beyond the first.
        if epoch > setup["epochs"]:
            for group in optimizer.param_groups:
                group["lr"] -= setup["learningRate"] / setup["decayEpochs"]
    return {**setup, "losses": losses, "linear": [layer.weight.detach().flatten().tolist() for layer in layers[:2]]}


def arrays():
    values = np.array([[1, 0, 3], [4, 5, 100]])
    for kind in ("<f8", "<f4", "<i8", "<i4", "|i1", "|u1", "|b1"):
        file = io.BytesIO()
        array = values.astype(kind)
        np.save(file, array)
        yield {"type": kind, "file": base64.b64encode(file.getvalue()).decode(), "data": array.astype(float).ravel().tolist()}


def main(out):
    golden = {
        "script": "tools/oracles/two_afc.py",
        "tools": {name: version(name) for name in ("lpips", "numpy")},
        "tolerance": 1e-12,
        "cases": list(cases()),
        "arrays": list(arrays()),
        "training": training(),
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]))
