"""Variance and standard deviation over axes, with Keras's names."""

from ..symbolic import operation
from ..tensor import as_tensor, result
from ._axes import reduced_shapes, refuse_nothing


@operation
def var(x, axis=None, keepdims=False):
    """The biased variance over some axes, the mean of (x - mean(x))^2, in two passes.

    Args:
        x: float tensor or array of any shape.
        axis: an axis, a tuple of axes, or None for all of them.
        keepdims: whether the axes stay, with size 1.

    Returns:
        A tensor of x's dtype.

    Raises:
        ValueError: x has no such axis, one comes twice, or there is nothing to take it of.

    >>> import fastnn
    >>> fastnn.ops.var([[1.0, 3.0], [2.0, 2.0]], axis=1).numpy()
    array([1., 0.], dtype=float32)
    """
    return _variance("var", x, axis, keepdims)


@operation
def std(x, axis=None, keepdims=False):
    """The standard deviation, the root of `var`; arguments and errors as there. Where it is 0 its
    gradient is NaN, as that of a square root at 0.

    >>> import fastnn
    >>> fastnn.ops.std([1.0, 5.0]).numpy()
    array(2., dtype=float32)
    """
    return _variance("std", x, axis, keepdims)


def _variance(name, x, axis, keepdims):
    x = as_tensor(x, name)
    kept, shape = reduced_shapes(x.shape, axis, keepdims, name)
    refuse_nothing(x, kept, name)
    settings = (name == "std",)
    k = x.device.module
    y = x.device.empty(shape, x.dtype)
    mean = x.device.empty(kept, x.dtype)
    k.variance_forward(y.reshape(kept), mean, x.array, settings)

    def backward(dy, out):
        dx, add = out(0)
        k.variance_backward(dx, dy.reshape(kept), y.reshape(kept), mean, x.array, settings, add=add)

    return result(y, (x,), backward, saved=(x,))
