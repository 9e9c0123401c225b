"""Calls of ops/transpose.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.transpose": lambda: call(ops.transpose, x=x(), axes=(1, 0)),
    "ops.swapaxes": lambda: call(ops.swapaxes, x=x(), axis1=0, axis2=1),
    "ops.moveaxis": lambda: call(ops.moveaxis, x=x(), source=0, destination=1),
}
