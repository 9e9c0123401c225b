"""Calls of ops/mse.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.mean_squared_error": lambda: call(ops.mean_squared_error, prediction=x(), target=x()),
}
