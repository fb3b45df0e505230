"""Golden masks in COCO's run lengths, by pycocotools.

Writes packages/sr-data/src/golden/coco.json. Run with the packages of requirements.txt: python tools/oracles/coco.py
"""

import importlib.metadata
import json
import pathlib

import numpy as np
from pycocotools import mask as coco

OUT = pathlib.Path(__file__).parents[2] / "packages/sr-data/src/golden/coco.json"

random = np.random.default_rng(5)
y, x = np.mgrid[0:37, 0:53]
masks = [
    (x - 20) ** 2 + (y - 15) ** 2 < 120,
    (x + 2 * y) % 17 < 8,
    random.random((37, 53)) < 0.3,
    np.zeros((37, 53), bool),
    np.ones((37, 53), bool),
    # Runs of more than 5 bits, and differences of both signs.
    np.broadcast_to(np.arange(300)[None] // 70 % 2 == 0, (90, 300)),
]


def case(mask):
    rle = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    decoded = coco.decode(rle)
    return {
        "rle": {"size": rle["size"], "counts": rle["counts"].decode()},
        "area": int(coco.area(rle)),
        # The columns and rows that hold it, and the first pixels: enough to tell any wrong order.
        "rows": decoded.sum(1).tolist(),
        "columns": decoded.sum(0).tolist(),
        "first": decoded.ravel()[:200].tolist(),
    }


golden = {
    "tool": "pycocotools",
    "version": importlib.metadata.version("pycocotools"),
    "tolerance": 0,
    "cases": [case(mask) for mask in masks],
}
OUT.write_text(json.dumps(golden) + "\n")
