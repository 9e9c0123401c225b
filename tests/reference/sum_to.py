"""sum_to, the backward of broadcasting: x summed down to y's shape."""

import numpy as np

from . import Size, positive


def sum_to(x, y_shape):
    x = x.sum(axis=tuple(range(x.ndim - len(y_shape))))
    for axis, size in enumerate(y_shape):
        if size != x.shape[axis]:
            x = x.sum(axis=axis, keepdims=True)
    return x


def sum_to_magnitude(x, y_shape):
    return Size(sum_to(positive(x), y_shape), max(1, x.size // max(1, np.prod(y_shape, dtype=int))))
