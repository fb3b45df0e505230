"""Golden values of correlations and intervals, from SciPy.

python tools/oracles/opinions.py OUT
    OUT     packages/sr-metrics/src/golden/opinions.json

SciPy has no intervals of rank correlations: those are the published formulas with its normal quantile.
"""

import json
import math
import sys
from pathlib import Path

import scipy
from scipy import stats

from philox import Random


def lists():
    random = Random(4)
    for n, levels in ((2, 0), (3, 0), (4, 0), (5, 0), (12, 0), (12, 4), (40, 5), (200, 0), (200, 3)):
        a = [random.uniform(-1, 1) for _ in range(n)]
        b = [0.6 * x + random.uniform(-1, 1) for x in a]
        if levels:
            # Coarse, so that there are ties in both.
            a, b = ([math.floor(x * levels) for x in values] for values in (a, b))
        yield a, b
    yield [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 4.0, 6.0, 8.0, 10.0, 13.0]


def fisher(r, variance):
    width = stats.norm.ppf(0.975) * math.sqrt(variance)
    return [math.tanh(math.atanh(r) - width), math.tanh(math.atanh(r) + width)] if abs(r) < 1 else [r, r]


def correlations(a, b):
    n = len(a)
    p, s, k = (float(f(a, b).statistic) for f in (stats.pearsonr, stats.spearmanr, stats.kendalltau))
    entry = {"a": a, "b": b, "pearson": {"value": p}, "spearman": {"value": s}, "kendall": {"value": k}}
    if n > 3:
        interval = stats.pearsonr(a, b).confidence_interval(0.95)
        entry["pearson"]["interval"] = [float(interval.low), float(interval.high)]
        entry["spearman"]["interval"] = fisher(s, (1 + s**2 / 2) / (n - 3))
    if n > 4:
        entry["kendall"]["interval"] = fisher(k, 0.437 / (n - 4))
    return entry


def means():
    random = Random(5)
    for n in (2, 3, 4, 5, 30, 501):
        values = [math.floor(random.uniform(1, 6)) for _ in range(n)]
        mean, error = sum(values) / n, stats.sem(values)
        low, high = stats.t.interval(0.95, n - 1, loc=mean, scale=error)
        yield {"values": values, "mean": mean, "low": float(low), "high": float(high)}


def main(out):
    golden = {
        "script": "tools/oracles/opinions.py",
        "tools": {"scipy": scipy.__version__},
        "tolerance": 1e-12,
        "correlations": [correlations(a, b) for a, b in lists()],
        "means": list(means()),
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


main(Path(sys.argv[1]))
