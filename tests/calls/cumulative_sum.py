"""Calls of ops/cumulative_sum.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.cumsum": lambda: call(ops.cumsum, x=x(), axis=1, reverse=True, exclusive=True),
}
