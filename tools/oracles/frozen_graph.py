"""What the FSRCNN graphs of Saafke/FSRCNN_Tensorflow compute, by PyTorch from the constants in their files.

The luma goes through the graph, the colours are bicubic, as in generators.py. Writes
packages/sr-models/src/golden/frozen-graph.json. Run with the packages of requirements.txt: python tools/oracles/frozen_graph.py
"""
import hashlib
import json
import os
import pathlib

import numpy as np
import torch
from torch.nn import functional

from generators import OnLuma, picture, statistics

ROOT = pathlib.Path(__file__).parents[2]
ASSETS = pathlib.Path(os.environ.get("SR_TEST_ASSETS", ROOT / "../shared")) / "weights/reference-nets/fsrcnn_tf"
OUT = ROOT / "packages/sr-models/src/golden/frozen-graph.json"
torch.set_num_threads(1)


def varint(data, at):
    value, shift = 0, 0
    while True:
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """Number and value of each field of a message of Protocol Buffers."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            length, at = varint(data, at) if key & 7 == 2 else ({1: 8, 5: 4}[key & 7], at)
            value, at = data[at : at + length], at + length
        yield key >> 3, value


def constants(data):
    found = {}
    for number, node in fields(data):
        parts = list(fields(node)) if number == 1 else []
        if (2, b"Const") not in parts:
            continue
        name = dict(parts)[1].decode()
        for field, entry in parts:
            if field != 5 or dict(fields(entry))[1] != b"value":
                continue
            tensor = list(fields(dict(fields(dict(fields(entry))[2]))[8]))
            if dict(tensor)[1] != 1:
                continue
            shape = [dict(fields(size)).get(1, 0) for size in (v for n, s in tensor if n == 2 for _, v in fields(s))]
            raw = b"".join(value for field, value in tensor if field in (4, 5))
            found[name] = torch.from_numpy(np.frombuffer(raw, np.float32).reshape(shape).copy()).double()
    return found


class Graph(OnLuma):
    def __init__(self, values, scale, depth):
        super().__init__(scale)
        self.values, self.count = values, depth + 4

    def luma(self, small, large):
        y = small
        for i in range(1, self.count + 1):
            weight = self.values[f"f{i}"].permute(3, 2, 0, 1)
            bias = self.values[f"b{i}"] if i < self.count else None
            y = functional.conv2d(y, weight, bias, padding=weight.shape[-1] // 2)
            if i < self.count:
                # alpha (y - |y|) / 2 + relu(y), as the graph writes it.
                y = functional.prelu(y, self.values[f"alpha{i}"])
        return functional.pixel_shuffle(y, self.scale) + self.values[f"b{self.count}"]


def case(name, config, seed=1, size=(6, 8)):
    data = (ASSETS / f"{name}.pb").read_bytes()
    with torch.no_grad():
        y = Graph(constants(data), config["scale"], config.get("depth", 4))(picture(seed, *size))[""]
    sha256 = hashlib.sha256(data).hexdigest()
    return {"file": f"{name}.pb", "sha256": sha256, "config": config, "seed": seed, "size": size, "output": statistics(y)}


if __name__ == "__main__":
    small = {"channels": 32, "inner": 5, "depth": 1}
    cases = [case(f"FSRCNN_x{scale}", {"scale": scale}) for scale in (2, 3, 4)]
    cases += [case(f"FSRCNN-small_x{scale}", {"scale": scale, **small}) for scale in (2, 3, 4)]
    version = torch.__version__.split("+")[0]
    golden = {"tool": "PyTorch, float64", "version": version, "tolerance": 1e-4, "cases": cases}
    OUT.write_text(json.dumps(golden) + "\n")
