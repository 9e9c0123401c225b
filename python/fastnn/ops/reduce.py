"""Sums, means, maxima, minima, products and logsumexp over axes, with Keras's names."""

from ..symbolic import operation
from ..tensor import as_tensor, result
from ._axes import reduced_shapes, refuse_nothing


@operation
def sum(x, axis=None, keepdims=False):
    """The sum over some axes.

    Args:
        x: float tensor or array of any shape.
        axis: an axis, a tuple of axes, or None for all of them.
        keepdims: whether the axes stay, with size 1.

    Returns:
        A tensor of x's dtype. The sum of nothing is 0.

    Raises:
        ValueError: x has no such axis, or one comes twice.

    >>> import fastnn
    >>> fastnn.ops.sum([[1.0, 2.0], [3.0, 4.0]], axis=0).numpy()
    array([4., 6.], dtype=float32)
    """
    return _reduce("sum", x, axis, keepdims)


@operation
def mean(x, axis=None, keepdims=False):
    """The arithmetic mean over some axes; arguments as `sum`. Over axes (1, 2) it is the global
    average pooling of pictures.

    Raises:
        ValueError: as `sum`, or there is nothing to take the mean of.

    >>> import fastnn
    >>> fastnn.ops.mean([[1.0, 2.0], [3.0, 4.0]], axis=1, keepdims=True).numpy()
    array([[1.5],
           [3.5]], dtype=float32)
    """
    return _reduce("mean", x, axis, keepdims)


@operation
def max(x, axis=None, keepdims=False):
    """The maximum over some axes, NaN where there is one; arguments and errors as `mean`. Elements
    that are equal to it share its gradient evenly, as in JAX.

    >>> import fastnn
    >>> fastnn.ops.max([[1.0, 5.0], [3.0, 4.0]], axis=-1).numpy()
    array([5., 4.], dtype=float32)
    """
    return _reduce("max", x, axis, keepdims)


@operation
def min(x, axis=None, keepdims=False):
    """The minimum over some axes; otherwise as `max`.

    >>> import fastnn
    >>> fastnn.ops.min([[1.0, 5.0], [3.0, 4.0]]).numpy()
    array(1., dtype=float32)
    """
    return _reduce("min", x, axis, keepdims)


@operation
def prod(x, axis=None, keepdims=False):
    """The product over some axes; arguments as `sum`. The product of nothing is 1. The gradient of
    an element that is 0 is the product of the others.

    >>> import fastnn
    >>> fastnn.ops.prod([[1.0, 5.0], [3.0, 4.0]], axis=0).numpy()
    array([ 3., 20.], dtype=float32)
    """
    return _reduce("prod", x, axis, keepdims)


@operation
def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) over some axes, computed as max + log(sum(exp(x - max))), which does not
    overflow; arguments and errors as `mean`.

    >>> import fastnn
    >>> round(fastnn.ops.logsumexp([1000.0, 1000.0]).item(), 2)  # 1000 + log 2
    1000.69
    """
    return _reduce("logsumexp", x, axis, keepdims)


def _reduce(function, x, axis, keepdims):
    x = as_tensor(x, function)
    kept, shape = reduced_shapes(x.shape, axis, keepdims, function)
    if function not in ("sum", "prod"):
        refuse_nothing(x, kept, function)
    k = x.device.module
    y = x.device.empty(shape, x.dtype)
    k.reduce_forward(y.reshape(kept), x.array, (function,))
    needs_values = function not in ("sum", "mean")

    def backward(dy, out):
        dx, add = out(0)
        values = (x.array, y.reshape(kept)) if needs_values else (None, None)
        k.reduce_backward(dx, dy.reshape(kept), *values, (function,), add=add)

    return result(y, (x,), backward, saved=(x,) if needs_values else ())
