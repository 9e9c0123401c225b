"""top_k with ties and NaN; labels, weights, scores on both sides of thresholds.

The thresholds are a power of two and one: then no score's bucket hangs on a rounding.
"""

from dataclasses import replace

import numpy as np

from . import FLOATS, VALUES, Array, Case

VALUES["tied"] = lambda rng, array: rng.integers(-2, 3, array.shape)
VALUES["scores"] = lambda rng, array: np.where(
    rng.random(array.shape) < 0.2,
    rng.choice([0, 0.25, 0.5, 1, -1, 2, np.nan], array.shape),
    rng.random(array.shape),
)
VALUES["ascending"] = lambda rng, array: np.sort(
    rng.choice([0, 0.25, 0.3, 0.5, 0.7, 1, -1e10, 1.5], array.shape)
)


def top_k(x, k, dtype="float32", values="normal"):
    drawn = values if dtype in FLOATS else "tied"
    operands = {
        "values": Array((*x[:-1], k), dtype, drawn),
        "indices": Array((*x[:-1], k), "int32", "below", 9),
        "x": Array(x, dtype, drawn),
    }
    return Case("top_k", operands, note=values)


def top_k_backward(dx, k, dtype="float32"):
    operands = {
        "dx": Array(dx, dtype),
        "dvalues": Array((*dx[:-1], k), dtype),
        "indices": Array((*dx[:-1], k), "int32", "below", max(1, dx[-1])),
    }
    return Case("top_k_backward", operands)


def in_top_k(n, classes, k, dtype="float32", values="normal"):
    operands = {
        "y": Array((n,), "uint8", "integers"),
        "targets": Array((n,), "int32", "below", classes),
        "x": Array((n, classes), dtype, values),
    }
    return Case("in_top_k", operands, (k,), note=values)


def weighted(shape, weights):
    return Array(shape, weights) if weights else None


def bincount(bins, labels, dtype="float32", weights="float32"):
    operands = {
        "counts": Array((bins,), dtype, "below", 5),
        "labels": Array(labels, "int32", "below", bins),
        "weights": weighted(labels, weights),
    }
    return Case("bincount", operands)


def confusion_matrix(rows, columns, labels, dtype="float32", weights="float32"):
    operands = {
        "counts": Array((rows, columns), dtype, "below", 5),
        "labels": Array(labels, "int32", "below", rows),
        "predictions": Array(labels, "int32", "below", columns),
        "weights": weighted(labels, weights),
    }
    return Case("confusion_matrix", operands)


def threshold_histogram(
    thresholds,
    scores,
    dtype="float64",
    weights="float32",
    scores_dtype="float32",
    labels="int32",
    given=False,
    columns=False,
    below_zero=False,
    each=1,
):
    """`given` thresholds; the last `each` - 1 axes share a weight."""
    columns = scores[-1:] if columns else ()
    operands = {
        "counts": Array((*columns, 2, thresholds + 1), dtype, "below", 5),
        "scores": Array(scores, scores_dtype, "scores"),
        "labels": Array(scores, labels, "below", 2),
        "weights": weighted(scores[: len(scores) + 1 - each], weights),
        "thresholds": Array((thresholds,), "float64", "ascending") if given else None,
    }
    return Case("threshold_histogram", operands, (below_zero,))


CASES = [threshold_histogram(9, (20, 3), given=True, columns=True)]
for dtype in FLOATS:
    CASES += [top_k((3, 7), 4, dtype), top_k((5, 33), 5, dtype, "special")]
    CASES += [top_k((40,), 40, dtype, "special"), top_k((2, 3, 17), 1, dtype, "special")]
    CASES += [top_k((2, 1), 1, dtype), top_k((2, 5), 0, dtype), top_k((0, 5), 2, dtype)]
    CASES += [top_k((2, 1100), 3, dtype), top_k((300, 250), 2, dtype, "tied")]
    CASES += [top_k_backward((3, 7), 4, dtype), top_k_backward((2, 3, 17), 1, dtype)]
    CASES += [top_k_backward((40,), 40, dtype), top_k_backward((2, 5), 0, dtype)]
    CASES += [top_k_backward((0, 5), 2, dtype), top_k_backward((300, 250), 2, dtype)]
    CASES += [in_top_k(5, 7, 2, dtype), in_top_k(9, 33, 3, dtype, "tied")]
    CASES += [in_top_k(12, 5, 9, dtype, "special"), in_top_k(0, 5, 1, dtype)]
    CASES += [in_top_k(3, 1100, 500, dtype), in_top_k(300, 250, 100, dtype)]
    for weights in (dtype, None):
        CASES += [bincount(5, (9,), dtype, weights), bincount(3, (2, 40), dtype, weights)]
        CASES += [bincount(300, (50,), dtype, weights), bincount(7, (0,), dtype, weights)]
        CASES += [bincount(10, (70_001,), dtype, weights)]
        CASES += [confusion_matrix(3, 4, (9,), dtype, weights)]
        CASES += [confusion_matrix(20, 20, (2, 70), dtype, weights)]
        CASES += [confusion_matrix(4, 3, (0,), dtype, weights)]
        CASES += [confusion_matrix(5, 3, (30_001,), dtype, weights)]
        CASES += [threshold_histogram(2, (9,), dtype, weights, dtype, "uint8")]
        CASES += [threshold_histogram(129, (300,), dtype, weights, "float64", dtype)]
        CASES += [threshold_histogram(5, (0,), dtype, weights)]
        CASES += [threshold_histogram(17, (20_001,), dtype, weights, below_zero=True)]
        CASES += [threshold_histogram(1, (50,), dtype, weights, dtype, given=True)]
        CASES += [threshold_histogram(9, (7, 3), dtype, weights, columns=True, each=2)]
        CASES += [threshold_histogram(4, (5001, 4), dtype, weights, dtype, "uint8", True, True)]
CASES += [top_k((5, 33), 5, values="tied"), top_k((5, 33), 5, "int32")]
CASES += [threshold_histogram(33, (100,), "int32", None)]
CASES += [threshold_histogram(9, (2, 3, 4), "float64", w, each=2) for w in FLOATS]
CASES += [threshold_histogram(9, (8,), "float64", "float32", given=True, each=2)]
CASES += [bincount(5, (30,), "int32", None), confusion_matrix(4, 5, (60,), "int32", None)]

WRONG = (5, -1, 2**31 - 1, -(2**31))
REFUSED = [
    replace(case, note=f"{name} {wrong}").changed(name, values="limit", limit=wrong)
    for case, name in (
        (bincount(5, (9,)), "labels"),
        (confusion_matrix(5, 6, (9,)), "labels"),
        (confusion_matrix(6, 5, (9,)), "predictions"),
        (in_top_k(3, 5, 2), "targets"),
        (top_k_backward((3, 5), 2), "indices"),
    )
    for wrong in WRONG
]

INDEPENDENT = [
    (top_k((50, 37), 5), {"values": 0, "indices": 0, "x": 0}),
    (in_top_k(50, 37, 5), {"y": 0, "targets": 0, "x": 0}),
]
