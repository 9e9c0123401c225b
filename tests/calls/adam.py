"""Calls of ops/adam.py."""

import numpy as np
from fastnn import Variable, ops

from . import call, x

CALLS = {
    "ops.adam_update": lambda: call(
        ops.adam_update,
        segments=[tuple(Variable(x()) for _ in range(4))],
        learning_rate=Variable(np.array(0.1)),
        iterations=Variable(np.array(0)),
        beta_1=0.9,
        beta_2=0.9,
        epsilon=0.1,
    ),
}
