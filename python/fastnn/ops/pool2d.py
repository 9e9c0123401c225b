"""Pooling: the maximum, average or sum of windows that slide over pictures."""

from .. import tape
from ..symbolic import operation
from ..tensor import as_tensor, result
from ._windows import as_pair, windows


@operation
def max_pool(x, pool_size, strides=None, padding="valid"):
    """The maximum of each window, channel by channel; NaN where the window holds one.

    Args:
        x: float tensor or array (N, H, W, C).
        pool_size: rows and columns of a window: an integer, or a tuple of two.
        strides: from one window to the next, as `pool_size`, which it is if None.
        padding: "valid", windows inside of x only; or "same", ceil(H / stride) rows and
            ceil(W / stride) columns of windows, which hold fewer cells at the edges; or
            ((top, bottom), (left, right)), each less than a window.

    Returns:
        A tensor (N, OH, OW, C). A window's gradient goes to its first maximum.

    Raises:
        ValueError: x has no four axes, or no window fits into it.

    >>> import numpy as np, fastnn
    >>> x = np.array([[1, 5, 2], [7, 3, 4]], "float32").reshape(1, 2, 3, 1)
    >>> fastnn.ops.max_pool(x, 2).numpy().ravel()
    array([7.], dtype=float32)
    >>> fastnn.ops.max_pool(x, 2, padding="same").numpy().ravel()
    array([7., 4.], dtype=float32)
    """
    return _pool("max_pool", "max", x, pool_size, strides, padding)


@operation
def average_pool(x, pool_size, strides=None, padding="valid"):
    """The average of each window, channel by channel, over the cells that lie in x; arguments as
    `max_pool`.

    >>> import numpy as np, fastnn
    >>> x = np.array([[1, 5, 2], [7, 3, 4]], "float32").reshape(1, 2, 3, 1)
    >>> fastnn.ops.average_pool(x, 2, padding="same").numpy().ravel()
    array([4., 3.], dtype=float32)
    """
    return _pool("average_pool", "average", x, pool_size, strides, padding)


@operation
def sum_pool(x, pool_size, strides=None, padding="valid"):
    """The sum of each window, channel by channel; arguments as `max_pool`.

    >>> import numpy as np, fastnn
    >>> x = np.array([[1, 5, 2], [7, 3, 4]], "float32").reshape(1, 2, 3, 1)
    >>> fastnn.ops.sum_pool(x, 2, padding="same").numpy().ravel()
    array([16.,  6.], dtype=float32)
    """
    return _pool("sum_pool", "sum", x, pool_size, strides, padding)


def _pool(name, function, x, pool_size, strides, padding):
    x = as_tensor(x, name)
    if x.ndim != 4:
        raise ValueError(
            f"{name}: x has shape {x.shape}; (N, H, W, C) is wanted. ops.reshape adds axes."
        )
    size = as_pair(pool_size, name, "pool_size")
    stride = size if strides is None else as_pair(strides, name, "strides")
    counts, pads = windows(name, x.shape[1:3], size, stride, (1, 1), padding)
    settings = (function, *size, *stride, *pads[0], *pads[1])

    k = x.device.module
    y = x.device.empty((x.shape[0], *counts, x.shape[3]), x.dtype)
    argmax = None
    if function == "max" and tape.enabled() and x.requires_grad:
        argmax = x.device.empty(y.shape, "uint8" if size[0] * size[1] <= 256 else "int32")
    k.pool2d_forward(y, argmax, x.array, settings)

    def backward(dy, out):
        dx, add = out(0)
        k.pool2d_backward(dx, dy, argmax, settings, add=add)

    return result(y, (x,), backward)
