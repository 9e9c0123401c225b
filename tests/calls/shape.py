"""Calls of ops/shape.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.expand_dims": lambda: call(ops.expand_dims, x=x(), axis=0),
    "ops.shape": lambda: call(ops.shape, x=x()),
    "ops.squeeze": lambda: call(ops.squeeze, x=x(), axis=()),
    "ops.ravel": lambda: call(ops.ravel, x=x()),
    "ops.getitem": lambda: call(ops.getitem, x=x(), key=0),
    "ops.getitem rows": lambda: call(ops.getitem, x=x(), key=slice(0, 2)),
}
