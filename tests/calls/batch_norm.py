"""Calls of ops/batch_norm.py."""

import numpy as np
from fastnn import Variable, ops

from . import call, x

CALLS = {
    "ops.batch_norm": lambda: call(
        ops.batch_norm,
        x=x(),
        gamma=np.ones(3, "float32"),
        beta=[1.0, 2.0, 3.0],
        moving_mean=Variable([0.0] * 3),
        moving_variance=Variable([1.0] * 3),
        training=True,
        momentum=0.9,
        epsilon=0.1,
    ),
}
