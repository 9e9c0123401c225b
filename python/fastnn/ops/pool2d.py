"""Pooling: the maximum, average or sum of windows that slide over pictures."""

import operator

from .. import tape
from ..symbolic import operation
from ..tensor import as_tensor, result


@operation
def max_pool(x, pool_size, strides=None, padding="valid"):
    """The maximum of each window, channel by channel; NaN where the window holds one.

    Args:
        x: float tensor or array (N, H, W, C).
        pool_size: rows and columns of a window: an integer, or a tuple of two.
        strides: from one window to the next, as `pool_size`, which it is if None.
        padding: "valid", windows inside of x only; or "same", ceil(H / stride) rows and
            ceil(W / stride) columns of windows, which hold fewer cells at the edges.

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
    size = _two(pool_size, name, "pool_size")
    stride = size if strides is None else _two(strides, name, "strides")
    if not isinstance(padding, str) or padding not in ("valid", "same"):
        raise ValueError(f'{name}: padding is {padding!r}; "valid" or "same" is wanted.')
    counts, pads = [], []
    for n, k, s in zip(x.shape[1:3], size, stride, strict=True):
        if padding == "same":
            count = -(-n // s)
            total = max((count - 1) * s + k - n, 0)
        else:
            count, total = (n - k) // s + 1, 0
        if n < 1 or count < 1:
            raise ValueError(
                f"{name}: x has shape {x.shape}, smaller than a window of {size}. Use a smaller "
                'window, or padding="same".'
            )
        counts.append(count)
        pads += [total // 2, total - total // 2]
    settings = (function, *size, *stride, *pads)

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


def _two(value, name, what):
    """Rows and columns, of an integer for both or a pair."""
    try:
        pair = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
        h, w = (operator.index(n) for n in pair)
        if min(h, w) >= 1 and max(h, w) < 2**31:
            return h, w
    except (TypeError, ValueError):
        pass
    raise ValueError(
        f"{name}: {what} is {value!r}; an integer of at least 1, or a tuple of two, is wanted."
    )
