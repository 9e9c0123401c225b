"""softmax and its logarithm."""

import math

from ..symbolic import operation
from ..tensor import as_tensor, result
from ._axes import as_axes
from .memory import reshape
from .transpose import moveaxis


@operation
def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along an axis, computed after subtracting the maximum.

    Args:
        x: float tensor or array, (.., classes).
        axis: along which; of several, their elements are taken together; None is all of them.

    Returns:
        A tensor of x's shape whose elements along the axis sum to 1.

    >>> import fastnn
    >>> fastnn.ops.softmax([[0.0, 0.0]]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """
    return _along(_softmax, as_tensor(x, "softmax"), axis, "softmax")


@operation
def log_softmax(x, axis=-1):
    """log(softmax(x)) along an axis: x - max - log(sum(exp(x - max))).

    Args:
        x: float tensor or array, (.., classes).
        axis: as `softmax`.

    Returns:
        A tensor of x's shape; it is finite where softmax would round to 0.

    >>> import fastnn
    >>> fastnn.ops.log_softmax([[0.0, 200.0]]).numpy()
    array([[-200.,    0.]], dtype=float32)
    """
    return _along(_log_softmax, as_tensor(x, "log_softmax"), axis, "log_softmax")


def _along(function, x, axis, name):
    """`function`, which works along the last axis, along others."""
    if axis == -1:
        return function(x)
    axes = sorted(as_axes(axis, x.ndim, name))
    last = list(range(x.ndim - len(axes), x.ndim))
    moved = x if axes == last else moveaxis(x, axes, last)
    rows = (*moved.shape[: last[0]], math.prod(moved.shape[last[0] :])) if axes else (1,)
    y = reshape(function(reshape(moved, rows)), moved.shape)
    return y if axes == last else moveaxis(y, last, axes)


def _softmax(x):
    k = x.device.module
    y = x.device.empty(x.shape, x.dtype)
    k.softmax_forward(y, x.array)

    def backward(dy, out):
        dx, add = out(0)
        k.softmax_backward(dx, dy, y, add=add)

    return result(y, (x,), backward)


def _log_softmax(x):
    k = x.device.module
    y = x.device.empty(x.shape, x.dtype)
    k.log_softmax_forward(y, x.array)

    def backward(dy, out):
        dx, add = out(0)
        k.log_softmax_backward(dx, dy, y, add=add)

    return result(y, (x,), backward)
