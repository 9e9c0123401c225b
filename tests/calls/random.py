"""Calls of ops/random.py and ops/normal.py."""

from fastnn import ops

from . import call, state, x


def drawing():
    numbers = {"mean": 0.0, "stddev": 1.0, "stream": 0}
    return {"shape": (2,), "state": state(), **numbers, "dtype": "float32"}


CALLS = {
    "ops.dropout": lambda: call(
        ops.dropout, x=x(), rate=0.5, state=state(), stream=0, noise_shape=(2, 1)
    ),
    "ops.normal": lambda: call(ops.normal, **drawing()),
    "ops.truncated_normal": lambda: call(ops.truncated_normal, **drawing()),
    "ops.uniform": lambda: call(
        ops.uniform, shape=(2,), state=state(), low=0.0, high=1.0, stream=0, dtype="float32"
    ),
}
