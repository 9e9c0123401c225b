"""Calls of ops/adam.py."""

from fastnn import ops

from . import call, update

CALLS = {
    "ops.adam_update": lambda: call(
        ops.adam_update, **update(2, beta_1=0.9, beta_2=0.9, epsilon=0.1)
    ),
}
