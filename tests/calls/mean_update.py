"""Calls of ops/mean_update.py."""

import numpy as np
from fastnn import Variable, ops

from . import call, x


def sums():
    return {name: Variable(np.array(0.0), trainable=False) for name in ("total", "count")}


CALLS = {
    "ops.mean_update": lambda: call(
        ops.mean_update, **sums(), values=x(), weights=np.ones(2, "float32"), weight=None
    ),
}
