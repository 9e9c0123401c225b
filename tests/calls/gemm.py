"""Calls of ops/gemm.py."""

import numpy as np
from fastnn import ops

from . import call, w, x

CALLS = {
    "ops.dense": lambda: call(
        ops.dense, x=x(), kernel=w(), bias=np.ones(2, "float32"), activation="relu"
    ),
    "ops.matmul": lambda: call(ops.matmul, a=x(), b=w()),
}
