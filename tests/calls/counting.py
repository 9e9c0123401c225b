"""Calls of ops/counting.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.top_k": lambda: call(ops.top_k, x=x(), k=2),
    "ops.in_top_k": lambda: call(ops.in_top_k, targets=[0, 1], predictions=x(), k=2),
    "ops.bincount": lambda: call(ops.bincount, x=[0, 1], weights=None, minlength=3),
    "ops.confusion_matrix": lambda: call(
        ops.confusion_matrix,
        labels=[0, 1],
        predictions=[0, 1],
        num_classes=2,
        weights=None,
        dtype="int32",
        counts=None,
    ),
    "ops.threshold_histogram": lambda: call(
        ops.threshold_histogram,
        scores=x(),
        labels=x(),
        thresholds=5,
        weights=None,
        counts=None,
        columns=False,
        below_zero=False,
    ),
}
