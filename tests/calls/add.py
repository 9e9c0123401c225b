"""Calls of ops/add.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.add": lambda: call(ops.add, a=x(), b=x()),
}
