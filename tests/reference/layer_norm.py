"""layer_norm: y = gamma (x - mean) rstd + beta along the last axis, rstd = 1 / sqrt(variance +
epsilon).

Sizes of errors. The mean of C terms errs by up to 4 sqrt(C) eps of the mean of |x|, and y with it;
squares are taken about that mean, so that the variance is off by the square of its error.
"""

import numpy as np

from . import Size


def along(x, function):
    return function(x, axis=-1, keepdims=True)


def statistics(x, epsilon):
    return along(x, np.mean), 1 / np.sqrt(along(x, np.var) + epsilon)


def layer_norm_forward(x, gamma, beta, epsilon):
    mean, rstd = statistics(x, epsilon)
    y = (x - mean) * rstd * (1 if gamma is None else gamma) + (0 if beta is None else beta)
    return y, mean[..., 0], rstd[..., 0]


def layer_norm_forward_magnitude(x, gamma, beta, epsilon, eps):
    mean, rstd = statistics(x, epsilon)
    size, C = along(np.abs(x), np.mean), x.shape[-1]
    of_rstd = 1 + (along(x, np.var) + 4 * np.sqrt(C) * eps * size**2) * rstd**2
    of_y = (np.abs(x - mean) * of_rstd + size) * rstd * (1 if gamma is None else np.abs(gamma))
    of_y = of_y + (0 if beta is None else np.abs(beta))
    return Size(of_y, C + 6), Size(size[..., 0], C + 1), Size((rstd * of_rstd)[..., 0], C + 4)


def layer_norm_backward(dy, x, mean, rstd, gamma):
    n, g = (x - mean[..., None]) * rstd[..., None], dy * (1 if gamma is None else gamma)
    dx = rstd[..., None] * (g - along(g, np.mean) - n * along(g * n, np.mean))
    axes = tuple(range(x.ndim - 1))
    return dx, (dy * n).sum(axis=axes), dy.sum(axis=axes)


def layer_norm_backward_magnitude(dy, x, mean, rstd, gamma):
    n, dy = np.abs((x - mean[..., None]) * rstd[..., None]), np.abs(dy)
    g = dy * (1 if gamma is None else np.abs(gamma))
    dx = np.abs(rstd[..., None]) * (g + along(g, np.mean) + n * along(g * n, np.mean))
    axes, count = tuple(range(x.ndim - 1)), x.size // x.shape[-1]
    dgamma, dbeta = (dy * n).sum(axis=axes), dy.sum(axis=axes)
    return Size(dx, x.shape[-1] + 8), Size(dgamma, count + 4), Size(dbeta, count + 1)
