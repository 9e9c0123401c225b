"""Calls of ops/slice.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.slice": lambda: call(ops.slice, inputs=x(), start_indices=(0, 1), shape=(1, 2)),
    "ops.split": lambda: call(ops.split, x=x(), indices_or_sections=2, axis=0),
    "ops.flip": lambda: call(ops.flip, x=x(), axis=0),
    "ops.broadcast_to": lambda: call(ops.broadcast_to, x=x(), shape=(2, 2, 3)),
}
