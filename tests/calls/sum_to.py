"""Calls of ops/sum_to.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.sum_to": lambda: call(ops.sum_to, x=x(), shape=(3,)),
}
