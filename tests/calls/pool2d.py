"""Calls of ops/pool2d.py."""

import numpy as np
from fastnn import ops

from . import call

CALLS = {
    f"ops.{name}": lambda name=name: call(
        getattr(ops, name),
        x=np.ones((2, 4, 4, 3), "float32"),
        pool_size=2,
        strides=(2, 1),
        padding="same",
    )
    for name in ("max_pool", "average_pool", "sum_pool")
}
