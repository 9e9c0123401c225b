"""Sums over the axes along which an array was broadcast."""

from .._checks import as_shape
from ..symbolic import operation
from ..tensor import as_tensor, result


@operation
def sum_to(x, shape):
    """x summed down to a shape that broadcasts to x's: the backward of broadcasting.

    Args:
        x: float tensor or array.
        shape: x's own, with 1 in place of any size; leading axes may be missing.

    Returns:
        A tensor of that shape. The gradient of each element of x is that of the sum it is in.

    Raises:
        ValueError: the shape does not broadcast to x's.

    >>> import fastnn
    >>> fastnn.ops.sum_to([[1.0, 2.0], [3.0, 4.0]], (2,)).numpy()
    array([4., 6.], dtype=float32)
    """
    x = as_tensor(x, "sum_to")
    k = x.device.module
    y = x.device.empty(as_shape(shape, "sum_to"), x.dtype)
    k.sum_to(y, x.array)

    def backward(dy, out):
        dx, add = out(0)
        zeros = x.device.empty(x.shape, x.dtype)
        k.fill(zeros, (0.0,))
        k.binary(dx, zeros, dy, ("add",), add=add)

    return result(y, (x,), backward)
