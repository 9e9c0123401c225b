"""Running sums, with Keras's name."""

from ..symbolic import operation
from ..tensor import as_tensor, result
from ._axes import as_axis, as_bool


@operation
def cumsum(x, axis=None, reverse=False, exclusive=False):
    """Running sums along an axis: y[k] = x[0] + .. + x[k].

    Args:
        x: float tensor or array of any shape.
        axis: an axis, or None for x read row by row, as one axis.
        reverse: sum from the end: y[k] = x[k] + .. + x[n - 1].
        exclusive: leave the element itself out: y[k] = x[0] + .. + x[k - 1].

    Returns:
        A tensor of x's shape and dtype, of one axis where `axis` is None.

    Raises:
        ValueError: x has no such axis.

    >>> import fastnn
    >>> fastnn.ops.cumsum([1.0, 2.0, 3.0]).numpy()
    array([1., 3., 6.], dtype=float32)
    >>> fastnn.ops.cumsum([1.0, 2.0, 3.0], reverse=True, exclusive=True).numpy()
    array([5., 3., 0.], dtype=float32)
    """
    x = as_tensor(x, "cumsum")
    shape = (x.size,) if axis is None else x.shape
    i = 0 if axis is None else as_axis(axis, x.ndim, "cumsum")
    reverse = as_bool(reverse, "cumsum", "reverse")
    exclusive = as_bool(exclusive, "cumsum", "exclusive")
    k = x.device.module
    y = x.device.empty(shape, x.dtype)
    k.cumulative_sum(y, x.array.reshape(shape), (i, reverse, exclusive))

    def backward(dy, out):
        dx, add = out(0)
        k.cumulative_sum(dx.reshape(shape), dy, (i, not reverse, exclusive), add=add)

    return result(y, (x,), backward)
