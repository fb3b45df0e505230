"""Runs oracles again, beside the repository, and compares what they write with what it holds.

python tools/oracles/verify.py ASSETS [NAME...]
    ASSETS  the folder of test assets
    NAME    of oracles, as gram or vif; default: all

Numbers agree within a tenth of the tolerance that the file states for its tests, relative to the largest of their list: another
processor accumulates floats in another order. Most oracles compute in doubles and agree to 1e-12. All else agrees exactly.
Files of weights are not compared: PyTorch's older format holds addresses of memory. The arguments of each oracle are those that
its head names. Prints the largest difference of each file, and ends with 1 where one is too large.
"""

import ast
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
SHARE = 0.1
# Of the tolerance, however strict: what eigenvalues of nearly singular matrices differ by.
LEAST = 1e-7
# What rounding to float32 did, which is another on every processor.
MEASURED = ("float32Error",)


def oracles():
    """The name and the arguments of every script that writes golden values."""
    for script in sorted((ROOT / "tools/oracles").glob("*.py")):
        text = script.read_text()
        about = ast.get_docstring(ast.parse(text)) or ""
        if script.stem in ("verify", "philox", "mean_color") or "/golden" not in about + text:
            continue
        usage = re.search(rf"python tools/oracles/{script.stem}\.py((?: (?:ASSETS|OUT|\[?SHARED\]?))*)", about)
        if usage is None:
            continue
        out = re.search(r"OUT +(packages/\S+)", about)
        yield script.stem, usage[1].replace("[", "").replace("]", "").split(), out and out[1]


def golden(root):
    return sorted(root.glob("packages/*/src/**/golden/*.json"))


def is_number(value):
    return type(value) in (int, float)


def difference(a, b, where="", scale=0):
    """The largest difference of two JSON values, relative to the largest number of its own list or object, and where it is."""
    if is_number(a) and is_number(b):
        return (0 if a == b else abs(a - b) / max(abs(a), abs(b), scale)), where
    if type(a) is not type(b) or not isinstance(a, (dict, list)):
        return (0 if a == b else math.inf), where
    entries = [dict(enumerate(each)) if isinstance(each, list) else each for each in (a, b)]
    if entries[0].keys() != entries[1].keys():
        return math.inf, where
    scale = max((abs(value) for value in entries[0].values() if is_number(value)), default=0)
    found = (difference(value, entries[1][key], f"{where}.{key}", scale) for key, value in entries[0].items() if key not in MEASURED)
    return max(found, default=(0, where))


def limit(content):
    tolerance = content.get("tolerance") if isinstance(content, dict) else None
    return max(SHARE * tolerance, LEAST) if is_number(tolerance) else LEAST


def main(assets, names):
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        shutil.copytree(ROOT / "tools/oracles", copy / "tools/oracles", ignore=shutil.ignore_patterns("__pycache__"))
        for file in golden(ROOT):
            target = copy / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        for name, arguments, out in oracles():
            if names and name not in names:
                continue
            before = {file: file.stat().st_mtime_ns for file in golden(copy)}
            places = {"ASSETS": assets, "SHARED": assets, "OUT": out}
            command = [sys.executable, f"tools/oracles/{name}.py", *(str(places[each]) for each in arguments)]
            done = subprocess.run(
                command, cwd=copy, env={**os.environ, "SR_TEST_ASSETS": str(assets)}, capture_output=True, text=True
            )
            if done.returncode != 0:
                print(f"{name}: failed\n{done.stderr}", flush=True)
                failed = True
                continue
            for file in golden(copy):
                if before.get(file) == file.stat().st_mtime_ns:
                    continue
                own = ROOT / file.relative_to(copy)
                held = json.loads(own.read_text())
                (amount, where), most = difference(held, json.loads(file.read_text())), limit(held)
                verdict = "" if amount <= most else f"TOO MUCH, at most {most:.0e}"
                print(f"{name}: {own.relative_to(ROOT)} {amount:.1e} {where if amount > 0 else ''} {verdict}".rstrip(), flush=True)
                failed = failed or amount > most
    sys.exit(failed)


main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:])
