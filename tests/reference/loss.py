"""loss = sum(weights f(prediction, target)) / elements, and its derivatives.

Sizes of errors. x and t are exact, so x - t is rounded relative to itself, and so is 1 - p, which
its logarithm turns into an absolute error of one rounding: hence the + 1 beside a logarithm. A
smoothed target is as good as its two terms.
"""

import numpy as np

from . import Size
from .softmax import EXP

SMOOTHED = ("binary_cross_entropy", "sigmoid_cross_entropy")


def loss_forward(prediction, target, weights, function, delta, smoothing, eps):
    t = smoothed(target, function, smoothing)
    f = values(prediction, t, function, delta, eps)
    return (f * spread(weights, f)).mean()


def values(x, t, function, delta, eps):
    e = np.abs(x - t)
    if function == "squared":
        return e**2
    if function == "absolute":
        return e
    if function == "huber":
        return np.where(e <= delta, e**2 / 2, delta * e - delta**2 / 2)
    if function == "binary_cross_entropy":
        p = clip(x, eps)
        return -t * np.log(p) - (1 - t) * np.log(1 - p)
    return np.maximum(x, 0) - x * t + np.log1p(np.exp(-np.abs(x)))


def loss_forward_magnitude(prediction, target, weights, function, delta, smoothing, eps):
    x, t = prediction, smoothed(np.abs(target), function, smoothing)
    if function == "huber":
        e = np.abs(x - target)
        size = np.where(e <= delta, e**2 / 2, delta * e + delta**2 / 2)
    elif function == "binary_cross_entropy":
        p = clip(x, eps)
        size = t * np.abs(np.log(p)) + (1 + t) * (1 - np.log(1 - p))
    elif function == "sigmoid_cross_entropy":
        size = np.abs(x) * (1 + t) + np.log1p(np.exp(-np.abs(x)))
    else:
        size = values(x, target, function, delta, eps)
    total = (size * np.abs(spread(weights, size))).mean()
    return Size(total, prediction.size + 3 * EXP)


def loss_backward(dloss, prediction, target, weights, function, delta, smoothing, eps):
    t = smoothed(target, function, smoothing)
    dx, dt = slopes(prediction, t, function, delta, eps)
    scale = spread(weights, dx) * dloss / prediction.size
    kept = 1 - smoothing if function in SMOOTHED else 1
    return dx * scale, dt * scale * kept


def slopes(x, t, function, delta, eps):
    e = x - t
    if function == "squared":
        return 2 * e, -2 * e
    if function == "absolute":
        return np.sign(e), -np.sign(e)
    if function == "huber":
        return np.clip(e, -delta, delta), -np.clip(e, -delta, delta)
    if function == "binary_cross_entropy":
        p = clip(x, eps)
        return np.where(clipped(x, eps), 0, (p - t) / (p * (1 - p))), np.log(1 - p) - np.log(p)
    return 1 / (1 + np.exp(-x)) - t, -x


def loss_backward_magnitude(dloss, prediction, target, weights, function, delta, smoothing, eps):
    x, t = prediction, smoothed(np.abs(target), function, smoothing)
    dx, dt = (np.abs(d) for d in slopes(x, target, function, delta, eps))
    if function == "binary_cross_entropy":
        p = clip(x, eps)
        dx = np.where(clipped(x, eps), 0, (p + t) / (p * (1 - p)))
        dt = 1 - np.log(1 - p) - np.log(p)
    elif function == "sigmoid_cross_entropy":
        dx = 1 / (1 + np.exp(-x)) + t
    scale = np.abs(spread(weights, x) * dloss / x.size)
    return Size(dx * scale, 4 + 2 * EXP), Size(dt * scale, 4 + 2 * EXP)


def smoothed(t, function, smoothing):
    return t * (1 - smoothing) + smoothing / 2 if function in SMOOTHED else t


def clip(x, eps):
    """To Keras's limits as the kernel's precision holds them: 1 - 1e-7 is off by 19 % of its
    distance from 1 in float32."""
    kernels = np.float32 if eps > 1e-10 else np.float64
    return np.clip(x, np.float64(kernels(1e-7)), np.float64(kernels(1 - 1e-7)))


def clipped(x, eps):
    return (x <= clip(-np.inf, eps)) | (x >= clip(np.inf, eps))


def spread(weights, like):
    """The weights over the axes that they lack."""
    if weights is None:
        return np.ones_like(like)
    return weights.reshape(weights.shape + (1,) * (np.ndim(like) - weights.ndim))
