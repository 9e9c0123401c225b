"""Calls of ops/pad.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.pad": lambda: call(ops.pad, x=x(), pad_width=1, mode="edge", constant_values=None),
    "ops.pad value": lambda: call(ops.pad, x=x(), pad_width=((1, 0), (0, 2)), constant_values=2),
    "ops.roll": lambda: call(ops.roll, x=x(), shift=1, axis=0),
    "ops.tile": lambda: call(ops.tile, x=x(), repeats=2),
    "ops.repeat": lambda: call(ops.repeat, x=x(), repeats=2, axis=0),
}
