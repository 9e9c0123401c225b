"""mse: loss = mean((prediction - target)^2) over all elements."""

import numpy as np

from . import Size


def mse_forward(prediction, target):
    return np.square(prediction - target).mean()


def mse_forward_magnitude(prediction, target):
    # The inputs are exact, so each difference is rounded relative to itself.
    return Size(mse_forward(prediction, target), prediction.size + 2)


def mse_backward(dloss, prediction, target):
    dprediction = 2 * (prediction - target) * dloss / prediction.size
    return dprediction, -dprediction


def mse_backward_magnitude(dloss, prediction, target):
    size = Size(np.abs(mse_backward(dloss, prediction, target)[0]), 4)
    return size, size
