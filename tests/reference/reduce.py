"""Reductions over the axes along which y has size 1.

Sizes of errors. A quotient of sums has one rounding more; a product as many as it has factors,
relative to itself. Of logsumexp the exponents x - max and the sum are off as in softmax.py, which
the logarithm turns into an absolute error; then come its own and that of the last sum.
"""

import numpy as np

from . import EXACT, Size, positive
from .softmax import EXP

FUNCTIONS = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod}


def axes_of(y_shape):
    return tuple(axis for axis, n in enumerate(y_shape) if n == 1)


def terms_of(x_shape, y_shape):
    return int(np.prod(x_shape) // np.prod(y_shape)) if np.prod(y_shape) else 0


def reduce_forward(x, y_shape, function):
    axes = axes_of(y_shape)
    if function != "logsumexp":
        return FUNCTIONS[function](x, axis=axes, keepdims=True) if x.ndim else x
    highest = x.max(axis=axes, keepdims=True)
    highest = np.where(np.isfinite(highest), highest, 0)
    return np.log(np.exp(x - highest).sum(axis=axes, keepdims=True)) + highest


def reduce_forward_magnitude(x, y_shape, function):
    if function in ("max", "min"):
        return EXACT
    n = terms_of(x.shape, y_shape)
    if function == "logsumexp":
        y, axes = reduce_forward(x, y_shape, function), axes_of(y_shape)
        highest = x.max(axis=axes, keepdims=True)
        depth = np.where(np.isneginf(x), 0, np.abs(x - highest))  # exp of it is 0 anyway
        weighted = (np.exp(x - y) * (1 + depth)).sum(axis=axes, keepdims=True)
        return Size(weighted + np.abs(y - highest) + np.abs(y), n + 2 * EXP)
    return Size(reduce_forward(positive(x), y_shape, function), n + 1)


def reduce_backward(dy, x, y, dx_shape, function):
    dy_wide = np.broadcast_to(dy, dx_shape)
    if function == "sum":
        return dy_wide
    if function == "mean":
        return dy_wide / terms_of(dx_shape, dy.shape)
    if function == "logsumexp":
        return dy * np.exp(x - y)
    if function == "prod":
        return dy * np.where(x == 0, others(x, dy.shape), y / np.where(x == 0, 1, x))
    equal = x == y
    count = equal.sum(axis=axes_of(dy.shape), keepdims=True)
    return np.where(equal, dy / np.maximum(count, 1), np.where(np.isnan(y), np.nan, 0))


def others(x, y_shape):
    """For each element the product of all the others that are reduced with it."""
    axes = axes_of(y_shape)
    product = np.ones_like(x)
    for place in np.ndindex(*(x.shape[axis] for axis in axes)):
        index = [slice(None)] * x.ndim
        for axis, i in zip(axes, place, strict=True):
            index[axis] = slice(i, i + 1)
        rest = x.copy()
        rest[tuple(index)] = 1
        product[tuple(index)] = rest.prod(axis=axes, keepdims=True)
    return product


def reduce_backward_magnitude(dy, x, y, dx_shape, function):
    if function == "sum":
        return EXACT
    size = np.abs(reduce_backward(dy, x, y, dx_shape, function))
    if function == "logsumexp":
        return Size(size * (1 + np.abs(x - y)), EXP + 1)
    return Size(size, terms_of(dx_shape, dy.shape) + 2 if function == "prod" else 3)
