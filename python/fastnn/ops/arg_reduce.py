"""Where the maximum or minimum stands, with Keras's names."""

from ..symbolic import operation
from ..tensor import Tensor, as_tensor
from ._axes import as_axis, as_bool


@operation
def argmax(x, axis=None, keepdims=False):
    """The place of the maximum along an axis: the first of several, and the first NaN if there is
    one.

    Args:
        x: float tensor or array of any shape.
        axis: an axis, or None for the place in x read row by row.
        keepdims: whether the axis stays, with size 1.

    Returns:
        An int32 tensor. It has no gradient.

    Raises:
        ValueError: x has no such axis, or the axis has size 0.

    >>> import fastnn
    >>> fastnn.ops.argmax([[1.0, 5.0], [4.0, 3.0]], axis=1).numpy()
    array([1, 0], dtype=int32)
    """
    return _arg_reduce("argmax", "max", x, axis, keepdims)


@operation
def argmin(x, axis=None, keepdims=False):
    """The place of the minimum along an axis; otherwise as `argmax`.

    >>> import fastnn
    >>> fastnn.ops.argmin([[1.0, 5.0], [4.0, 0.5]]).numpy()
    array(3, dtype=int32)
    """
    return _arg_reduce("argmin", "min", x, axis, keepdims)


def _arg_reduce(name, function, x, axis, keepdims):
    x, keepdims = as_tensor(x, name), as_bool(keepdims, name, "keepdims")
    if axis is None:
        flat, i = x.array.reshape((x.size,)), 0
        shape = (1,) * x.ndim if keepdims else ()
    else:
        flat, i = x.array, as_axis(axis, x.ndim, name)
        shape = (*x.shape[:i], *((1,) if keepdims else ()), *x.shape[i + 1 :])
    places = (*flat.shape[:i], *flat.shape[i + 1 :])
    if flat.shape[i] == 0 and 0 not in places:
        raise ValueError(f"{name}: x has shape {x.shape}; an axis with elements is wanted.")
    y = x.device.empty(shape, "int32")
    x.device.module.arg_reduce(y.reshape(places), flat, (function, i))
    return Tensor(y)
