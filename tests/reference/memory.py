"""memory: fill, copy, cast any dtype to any, and gather rows.

A float becomes an integer by truncation towards zero, saturated, NaN becoming 0. An integer that
its new type cannot hold is no value but an error, which the cases keep away from here.
"""

import numpy as np

from . import EXACT


def fill(value, y_shape, y_dtype):
    return np.full(y_shape, value).astype(y_dtype)


def fill_magnitude():
    return EXACT


def copy(x):
    return x.copy()


def copy_magnitude():
    return EXACT


def cast(x, y_dtype):
    if x.dtype.kind == "f" and np.dtype(y_dtype).kind in "iu":
        return truncated(x, np.iinfo(y_dtype)).astype(y_dtype)
    return x.astype(y_dtype)


def cast_magnitude():
    return EXACT


def gather(x, indices, y_dtype):
    return cast(x[indices], y_dtype)


def gather_magnitude():
    return EXACT


def truncated(x, limits):
    """Python's integers, one by one: no float rounds the limits."""

    def one(value):
        if np.isnan(value):
            return 0
        if np.isinf(value):
            return limits.max if value > 0 else limits.min
        return min(max(int(value), limits.min), limits.max)

    return np.array([one(value) for value in x.ravel()], dtype=object).reshape(x.shape)
