"""Calls of ops/layer_norm.py."""

import numpy as np
from fastnn import ops

from . import call, x

CALLS = {
    "ops.layer_norm": lambda: call(
        ops.layer_norm, x=x(), gamma=np.ones(3, "float32"), beta=[1.0] * 3, axis=-1, epsilon=0.1
    ),
}
