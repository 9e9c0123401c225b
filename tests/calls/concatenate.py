"""Calls of ops/concatenate.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.concatenate": lambda: call(ops.concatenate, xs=[x(), x()], axis=0),
    "ops.stack": lambda: call(ops.stack, x=[x(), x()], axis=0),
}
