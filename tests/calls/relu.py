"""Calls of ops/relu.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.relu": lambda: call(ops.relu, x=x()),
}
