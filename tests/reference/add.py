"""add: NumPy's broadcasting; sum_to, its backward: x summed down to y's shape."""

import numpy as np

from . import Size, positive


def add(a, b):
    return np.add(a, b)


def add_magnitude(a, b):
    return Size(np.abs(np.add(a, b)), 1)  # one rounding of exact inputs


def add_backward(dy, a, b):
    return sum_to(dy, np.shape(a)), sum_to(dy, np.shape(b))


def sum_to(x, y_shape):
    x = x.sum(axis=tuple(range(x.ndim - len(y_shape))))
    for axis, size in enumerate(y_shape):
        if size != x.shape[axis]:
            x = x.sum(axis=axis, keepdims=True)
    return x


def sum_to_magnitude(x, y_shape):
    return Size(sum_to(positive(x), y_shape), max(1, x.size // max(1, np.prod(y_shape, dtype=int))))
