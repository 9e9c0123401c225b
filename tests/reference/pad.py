"""pad: y[i] = x[i - before], axis by axis, and beyond x's ends as mode says; its sum backward."""

import numpy as np

from . import EXACT, Size


def source(q, n, mode):
    """Which of n elements stands at place q, step by step from x's end."""
    if mode == "edge":
        return min(max(q, 0), n - 1)
    if mode == "wrap" or n == 1:
        return q % n
    if mode == "symmetric":
        mirrored = [*range(n), *reversed(range(n))]
    else:
        mirrored = [*range(n), *reversed(range(1, n - 1))]
    return mirrored[q % len(mirrored)]


def grid(before, mode, y_shape, x_shape):
    axes = zip(before, y_shape, x_shape, strict=True)
    return np.ix_(*([source(i - b, n, mode) for i in range(m)] for b, m, n in axes))


def pad(x, before, mode, y_shape):
    if 0 in y_shape or not y_shape:
        return x.reshape(y_shape) if not y_shape else np.zeros(y_shape, x.dtype)
    return x[grid(before, mode, y_shape, x.shape)]


def pad_magnitude():
    return EXACT


def pad_backward(dy, before, mode, dx_shape):
    dx = np.zeros(dx_shape, dy.dtype)
    if dy.ndim == 0:
        return dy.copy()
    if dy.size:
        np.add.at(dx, grid(before, mode, dy.shape, dx_shape), dy)
    return dx


def pad_backward_magnitude(dy, before, mode, dx_shape):
    copies = pad_backward(np.ones(dy.shape, int), before, mode, dx_shape)
    return Size(pad_backward(np.abs(dy), before, mode, dx_shape), max(1, copies.max(initial=0)))
