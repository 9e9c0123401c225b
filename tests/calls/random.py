"""Calls of ops/random.py."""

from fastnn import ops

from . import call, state, x

CALLS = {
    "ops.dropout": lambda: call(ops.dropout, x=x(), rate=0.5, state=state(), stream=0),
    "ops.uniform": lambda: call(
        ops.uniform, shape=(2,), state=state(), low=0.0, high=1.0, stream=0, dtype="float32"
    ),
}
