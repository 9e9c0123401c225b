"""softmax and its logarithm over the last axis.

Sizes of errors. z = x - max is rounded once, so exp(z) is off by |z| roundings beside exp's own. A
sum of all positive terms keeps the relative error of its terms, weighted; a quotient adds those of
its two sides.
"""

import numpy as np

from . import Size

EXP = 4  # an exp or a log of 2 ULP costs as much as four summed terms


def softmax_forward(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_forward_magnitude(x):
    y = softmax_forward(x)
    z = depth(x)
    return Size(y * (1 + z + weighted(y, 1 + z)), x.shape[-1] + EXP)


def softmax_backward(dy, y):
    return y * (dy - (dy * y).sum(axis=-1, keepdims=True))


def softmax_backward_magnitude(dy, y):
    return Size(np.abs(y) * (np.abs(dy) + weighted(np.abs(dy), np.abs(y))), y.shape[-1] + 2)


def log_softmax_forward(x):
    z = x - x.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def log_softmax_forward_magnitude(x):
    z, p = depth(x), softmax_forward(x)
    log_sum = np.log(np.exp(-z).sum(axis=-1, keepdims=True))
    return Size(z + log_sum + weighted(p, 1 + z), x.shape[-1] + 2 * EXP)


def log_softmax_backward(dy, y):
    return dy - np.exp(y) * dy.sum(axis=-1, keepdims=True)


def log_softmax_backward_magnitude(dy, y):
    size = np.abs(dy) + np.exp(y) * np.abs(dy).sum(axis=-1, keepdims=True)
    return Size(size, y.shape[-1] + EXP)


def depth(x):
    """How far below its row's maximum an element lies; 0 where exp of it is 0 anyway."""
    z = x.max(axis=-1, keepdims=True) - x
    return np.where(np.isposinf(z), 0, z)


def weighted(values, weights):
    return (values * weights).sum(axis=-1, keepdims=True)
