"""take: rows of x (outer, n, inner) at indices (m,); scatter_add, its gradient; one_hot."""

import numpy as np

from . import EXACT, Size


def take(x, indices):
    return np.take(x, indices, axis=1)


def take_magnitude():
    return EXACT


def scatter_add(indices, updates, y_shape):
    y = np.zeros(y_shape, updates.dtype)
    for j, index in enumerate(indices):
        y[:, index] += updates[:, j]
    return y


def scatter_add_magnitude(indices, updates, y_shape):
    counts = np.bincount(indices % max(1, y_shape[1]), minlength=1)
    return Size(scatter_add(indices, np.abs(updates), y_shape), max(1, counts.max()))


def one_hot(indices, y_shape, y_dtype):
    return (np.arange(y_shape[-1]) == indices[..., None]).astype(y_dtype)


def one_hot_magnitude():
    return EXACT
