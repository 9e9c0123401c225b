"""Batch normalisation."""

import numpy as np

from ..symbolic import SymbolicTensor, infer, is_symbolic
from ..tensor import as_tensor, as_variable, result
from ._gradients import write_gradients


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
        return SymbolicTensor(inferred.shape, inferred.dtype, (batch_norm, arguments, {}))
    x = as_tensor(x, "batch_norm")
    optional = [None if t is None else as_tensor(t, "batch_norm", like=x) for t in (gamma, beta)]
    return (_train if training else _infer)(
        x, *optional, moving_mean, moving_variance, momentum, epsilon
    )


def _array(tensor):
    return None if tensor is None else tensor.array


def _train(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    as_variable(moving_mean, "batch_norm", "moving_mean")
    as_variable(moving_variance, "batch_norm", "moving_variance")
    device = x.device
    k = device.module
    y = device.empty(x.shape, x.dtype)
    mean, rstd = (device.empty(x.shape[-1:], x.dtype) for _ in range(2))
    k.batch_norm_forward(
        y,
        mean,
        rstd,
        moving_mean.array,
        moving_variance.array,
        x.array,
        _array(gamma),
        _array(beta),
        (momentum, epsilon),
    )
    moving_mean.written()
    moving_variance.written()

    def write(dy, arrays, add):
        k.batch_norm_backward(*arrays, dy, x.array, mean, rstd, _array(gamma), add=add)

    return _with_gradients(y, (x, gamma, beta), write, (x, gamma))


def _infer(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    moving_mean = as_tensor(moving_mean, "batch_norm", like=x)
    moving_variance = as_tensor(moving_variance, "batch_norm", like=x)
    k = x.device.module
    y = x.device.empty(x.shape, x.dtype)
    moving = (moving_mean.array, moving_variance.array)
    k.batch_norm_inference_forward(y, x.array, _array(gamma), _array(beta), *moving, (epsilon,))

    def write(dy, arrays, add):
        k.batch_norm_inference_backward(
            *arrays, dy, x.array, _array(gamma), *moving, (epsilon,), add=add
        )

    return _with_gradients(y, (x, gamma, beta), write, (x, gamma, moving_mean, moving_variance))


def _with_gradients(y, operands, write, saved):
    """The result; operands that are None get no gradient."""
    inputs = tuple(t for t in operands if t is not None)

    def backward(dy, out):
        found = iter([out(i) for i in range(len(inputs))])
        arrays, adds = zip(
            *((None, 0) if t is None else next(found) for t in operands), strict=True
        )
        write_gradients(lambda some, add: write(dy, some, add), arrays, adds)

    return result(y, inputs, backward, saved=[t for t in saved if t is not None])
