"""Calls of ops/memory.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.cast": lambda: call(ops.cast, x=x(), dtype="float64"),
    "ops.convert_to_numpy": lambda: call(ops.convert_to_numpy, x=x()),
    "ops.stop_gradient": lambda: call(ops.stop_gradient, variable=x()),
    "ops.convert_to_tensor": lambda: call(ops.convert_to_tensor, x=x(), dtype="float64"),
    "ops.copy": lambda: call(ops.copy, x=x()),
    "ops.full": lambda: call(ops.full, shape=(2,), value=1.0, dtype="float32", device=None),
    "ops.gather": lambda: call(ops.gather, x=x(), indices=[0, 1], dtype="float32"),
    "ops.ones": lambda: call(ops.ones, shape=(2,), dtype="float32", device=None),
    "ops.reshape": lambda: call(ops.reshape, x=x(), shape=(3, 2)),
    "ops.zeros": lambda: call(ops.zeros, shape=(2,), dtype="float32", device=None),
}
