"""The biased variance, or its root, over the axes along which it has size 1.

Sizes of errors. Squares of x - m are off by three roundings each. What the mean m is off by, d,
adds d^2 to the variance, since deviations from the true mean sum to zero: with the bound on m it is
of the second order in eps, but relative to the square of x.
"""

import numpy as np
import support

from . import Size
from .reduce import axes_of, terms_of


def variance_forward(x, mean_shape, root):
    axes = axes_of(mean_shape)
    mean = x.mean(axis=axes, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=axes, keepdims=True)
    return (np.sqrt(variance) if root else variance), mean


def variance_forward_magnitude(x, mean_shape, root, eps):
    n = terms_of(x.shape, mean_shape) + 1
    variance, _ = variance_forward(x, mean_shape, False)
    size = np.abs(x).mean(axis=axes_of(mean_shape), keepdims=True)
    spread = variance + support.C * eps * np.sqrt(n) * size**2
    if root:
        deviation = np.sqrt(variance)
        spread = np.where(deviation > 0, spread / (2 * deviation), 0) + deviation
    return Size(spread, n + 3), Size(size, n)


def variance_backward(dvariance, variance, mean, x, root):
    n = terms_of(x.shape, mean.shape)
    if root:
        return dvariance * (x - mean) / (n * variance)
    return dvariance * 2 * (x - mean) / n


def variance_backward_magnitude(dvariance, variance, mean, x, root):
    return Size(np.abs(variance_backward(dvariance, variance, mean, x, root)), 5)
