"""batch_norm: y = gamma (x - mean) rstd + beta over all but the last axis, rstd = 1 / sqrt(variance
+ epsilon).

Sizes of errors. The mean is counted from an element of the channel, so that it errs by what lies
between elements, and is rounded as it is written; y subtracts it as written. The variance sums
squares counted from a guess of the mean and takes away the guess's distance from it, squared: the
guess lies between elements, `far` from the mean at most, but for its own rounding, up to 32 eps of
the mean of |x| (32 terms).
"""

import numpy as np

from . import Size


def rows(x):
    return x.reshape(-1, x.shape[-1])


def moments(x):
    return rows(x).mean(axis=0), rows(x).var(axis=0)


def affine(x, mean, rstd, gamma, beta):
    scale = rstd if gamma is None else gamma * rstd
    return (x - mean) * scale + (0 if beta is None else beta)


def finished(y, residual, relu):
    """What follows y."""
    y = y if residual is None else y + residual
    return np.where(y < 0, 0, y) if relu else y


def batch_norm_forward(
    moving_mean, moving_variance, x, gamma, beta, residual, momentum, epsilon, relu
):
    mean, variance = moments(x)
    rstd = 1 / np.sqrt(variance + epsilon)
    new_mean = moving_mean * momentum + mean * (1 - momentum)
    new_variance = moving_variance * momentum + variance * (1 - momentum)
    y = finished(affine(x, mean, rstd, gamma, beta), residual, relu)
    return y, mean, rstd, new_mean, new_variance


def batch_norm_forward_magnitude(
    moving_mean, moving_variance, x, gamma, beta, residual, momentum, epsilon, eps
):
    mean, variance = moments(x)
    away = np.abs(x - mean)
    far = rows(away).max(axis=0)
    of_mean = np.abs(mean) + rows(away).mean(axis=0)
    of_variance = variance + far**2 + (32 * eps * np.abs(rows(x)).mean(axis=0)) ** 2
    rstd = 1 / np.sqrt(variance + epsilon)
    of_rstd = 1 + of_variance * rstd**2
    scale = np.abs(rstd if gamma is None else gamma * rstd)
    of_y = scale * (away * of_rstd + of_mean) + (0 if beta is None else np.abs(beta))
    of_y = of_y + (0 if residual is None else np.abs(residual))
    terms = len(rows(x)) + 6
    return (
        Size(of_y, terms),
        Size(of_mean, terms),
        Size(rstd * of_rstd, terms),
        Size(np.abs(moving_mean * momentum) + of_mean * abs(1 - momentum), terms),
        Size(np.abs(moving_variance * momentum) + of_variance * abs(1 - momentum), terms),
    )


def batch_norm_backward(dy, x, mean, rstd, gamma, beta=None, relu=False):
    if relu:
        dy = dy * (affine(x, mean, rstd, gamma, beta) > 0)
    n = (x - mean) * rstd
    dgamma, dbeta = rows(dy * n).sum(axis=0), rows(dy).sum(axis=0)
    count = len(rows(x))
    scale = rstd if gamma is None else gamma * rstd
    return scale * (dy - dbeta / count - n * (dgamma / count)), dgamma, dbeta


def batch_norm_backward_magnitude(dy, x, mean, rstd, gamma, beta, relu):
    if relu:
        dy = dy * (affine(x, mean, rstd, gamma, beta) > 0)
    n, dy, scale = np.abs((x - mean) * rstd), np.abs(dy), np.abs(rstd)
    dgamma, dbeta = rows(dy * n).sum(axis=0), rows(dy).sum(axis=0)
    count = len(rows(x))
    scale = scale if gamma is None else np.abs(gamma) * scale
    of_dx = scale * (dy + dbeta / count + n * (dgamma / count))
    return Size(of_dx, count + 8), Size(dgamma, count + 4), Size(dbeta, count + 1)


def batch_norm_inference_forward(
    x, gamma, beta, moving_mean, moving_variance, residual, epsilon, relu
):
    y = affine(x, moving_mean, 1 / np.sqrt(moving_variance + epsilon), gamma, beta)
    return finished(y, residual, relu)


def batch_norm_inference_forward_magnitude(
    x, gamma, beta, moving_mean, moving_variance, residual, epsilon
):
    y = affine(x, moving_mean, 1 / np.sqrt(moving_variance + epsilon), gamma, None)
    others = (np.abs(t) for t in (beta, residual) if t is not None)
    return Size(sum(others, np.abs(y)), 7)


def batch_norm_inference_backward(dy, x, gamma, moving_mean, moving_variance, epsilon):
    rstd = 1 / np.sqrt(moving_variance + epsilon)
    _, dgamma, dbeta = batch_norm_backward(dy, x, moving_mean, rstd, gamma)
    return dy * (rstd if gamma is None else gamma * rstd), dgamma, dbeta


def batch_norm_inference_backward_magnitude(dy, x, gamma, moving_mean, moving_variance, epsilon):
    rstd = 1 / np.sqrt(moving_variance + epsilon)
    found = batch_norm_inference_backward(dy, x, gamma, moving_mean, moving_variance, epsilon)
    count = len(rows(x))
    of_dgamma = rows(np.abs(dy * (x - moving_mean) * rstd)).sum(axis=0)
    of_dbeta = rows(np.abs(dy)).sum(axis=0)
    return Size(np.abs(found[0]), 6), Size(of_dgamma, count + 4), Size(of_dbeta, count + 1)
