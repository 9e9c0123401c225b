"""Calls of ops/take.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.take": lambda: call(ops.take, x=x(), indices=[0, 1], axis=0),
    "ops.scatter_add": lambda: call(ops.scatter_add, indices=[0, 1], updates=x(), size=3, axis=0),
    "ops.segment_sum": lambda: call(
        ops.segment_sum, data=x(), segment_ids=[0, 1], num_segments=3, sorted=False
    ),
    "ops.one_hot": lambda: call(ops.one_hot, x=[0, 1], num_classes=2, axis=0, dtype="int32"),
}
