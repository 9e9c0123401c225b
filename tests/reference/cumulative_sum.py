"""cumulative_sum: running sums along an axis, from either end, with or without the element."""

import numpy as np

from . import Size


def cumulative_sum(x, axis, reverse, exclusive):
    lines = np.moveaxis(x, axis, 0)[:: -1 if reverse else 1]
    sums = np.cumsum(lines, axis=0)
    if exclusive:
        sums = np.concatenate([np.zeros_like(lines[:1]), sums[:-1]])
    return np.moveaxis(sums[:: -1 if reverse else 1], 0, axis)


def cumulative_sum_backward(dy, axis, reverse, exclusive):
    return cumulative_sum(dy, axis, not reverse, exclusive)


def cumulative_sum_magnitude(x, axis, reverse, exclusive):
    return Size(cumulative_sum(np.abs(x), axis, reverse, exclusive), x.shape[axis])
