"""Calls of ops/loss.py."""

import numpy as np
from fastnn import ops

from . import call, x

CALLS = {
    "ops.binary_crossentropy": lambda: call(
        ops.binary_crossentropy,
        target=x(),
        output=x(),
        label_smoothing=0.1,
        sample_weight=np.ones(2, "float32"),
    ),
    "ops.huber": lambda: call(ops.huber, prediction=x(), target=x(), delta=0.5),
    "ops.mean_absolute_error": lambda: call(ops.mean_absolute_error, prediction=x(), target=x()),
    "ops.mean_squared_error": lambda: call(ops.mean_squared_error, prediction=x(), target=x()),
}
