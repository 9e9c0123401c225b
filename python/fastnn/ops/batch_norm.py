"""Batch normalisation."""

import numpy as np

from ..symbolic import call, infer, is_symbolic
from ..tensor import as_tensor, result
from ..variable import as_variable
from ._gradients import outputs_of, write_gradients


def batch_norm(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, over all but the last axis.

    Args:
        x: float tensor or array, (.., channels).
        gamma, beta: (channels,), or None for 1 and 0.
        moving_mean, moving_variance: (channels,). In training they are Variables, written in place:
            moving = moving momentum + batch (1 - momentum), the variance biased, as Keras has it.
        training: whether mean and variance are the batch's; else they are the moving ones, and the
            gradient goes to x, gamma and beta alone, as in a frozen layer.
        momentum, epsilon: numbers.

    Returns:
        A tensor of x's shape.

    Raises:
        ValueError: a shape does not fit, or x has no element in training.

    Source: Ioffe and Szegedy, Batch Normalization (2015).

    >>> import fastnn
    >>> mean, variance = fastnn.Variable([0.0]), fastnn.Variable([1.0])
    >>> y = fastnn.ops.batch_norm([[1.0], [3.0]], None, None, mean, variance, True, epsilon=0.0)
    >>> y.numpy().ravel(), mean.numpy().round(4)
    (array([-1.,  1.], dtype=float32), array([0.02], dtype=float32))
    """
    if not isinstance(training, (bool, np.bool_)):
        raise TypeError(f"batch_norm: training is {training!r:.60}; True or False is wanted.")
    arguments = (x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon)
    if is_symbolic(x):  # without training: the moving averages are for real batches
        inferred = infer(batch_norm, (*arguments[:5], False, momentum, epsilon), {})
        return call(batch_norm, arguments, {}, inferred)
    x = as_tensor(x, "batch_norm")
    gamma, beta = (None if t is None else as_tensor(t, "batch_norm", like=x) for t in (gamma, beta))
    device = x.device
    k = device.module
    scale = None if gamma is None else gamma.array
    shift = None if beta is None else beta.array
    y = device.empty(x.shape, x.dtype)
    saved = [x] if gamma is None else [x, gamma]
    if training:
        as_variable(moving_mean, "batch_norm", "moving_mean")
        as_variable(moving_variance, "batch_norm", "moving_variance")
        mean, rstd = (device.empty(x.shape[-1:], x.dtype) for _ in range(2))
        moving = (moving_mean.array, moving_variance.array)
        settings = (momentum, epsilon, False)  # a compiled step knows what follows, and may fuse it
        k.batch_norm_forward(y, mean, rstd, *moving, x.array, scale, shift, None, settings)
        moving_mean.written()
        moving_variance.written()

        def write(dy, arrays, add):
            statistics = (mean, rstd, scale, None)
            k.batch_norm_backward(*arrays, dy, x.array, *statistics, (False,), add=add)

    else:
        moving = [as_tensor(t, "batch_norm", like=x) for t in (moving_mean, moving_variance)]
        saved += moving
        averages = tuple(t.array for t in moving)
        k.batch_norm_inference_forward(y, x.array, scale, shift, *averages, None, (epsilon, False))

        def write(dy, arrays, add):
            arguments = (x.array, scale, *averages, (epsilon,))
            k.batch_norm_inference_backward(*arrays, dy, *arguments, add=add)

    operands = (x, gamma, beta)
    inputs = tuple(t for t in operands if t is not None)

    def backward(dy, out):
        write_gradients(lambda arrays, add: write(dy, arrays, add), *outputs_of(operands, out))

    return result(y, inputs, backward, saved=saved)
