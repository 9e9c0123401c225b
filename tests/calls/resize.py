"""Calls of ops/resize.py and ops/affine_transform.py."""

import numpy as np
from fastnn import ops

from . import call


def pictures():
    return np.ones((2, 4, 4, 3), "float32")


CALLS = {
    "ops.resize": lambda: call(ops.resize, x=pictures(), size=(2, 3), interpolation="nearest"),
    "ops.affine_transform": lambda: call(
        ops.affine_transform,
        x=pictures(),
        transform=np.ones((2, 8), "float32"),
        interpolation="nearest",
        fill_mode="reflect",
        fill_value=0.5,
        size=(2, 3),
    ),
}
