"""Random numbers on Philox4x32-10: the same on every device and for any number of threads."""

from .._checks import as_dtype, as_shape
from ..symbolic import operation
from ..tensor import Tensor, as_tensor, result
from ..variable import as_variable


def uniform(shape, state, low=0.0, high=1.0, stream=0, dtype=None):
    """Uniform numbers in [low, high).

    Args:
        shape: of the result.
        state: an int64 Variable (2,), {seed, step}: the step is advanced by one.
        low, high: the interval.
        stream: tells apart several users of one seed.
        dtype: "float32" or "float64".

    Returns:
        A tensor. The value of an element depends on (seed, stream, step, its index) alone.

    Source: Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011).

    >>> import numpy as np, fastnn
    >>> state = fastnn.Variable(np.array([7, 0]))
    >>> a, b = (fastnn.ops.uniform((2,), state).numpy() for _ in range(2))
    >>> bool((a != b).all()), state.numpy()
    (True, array([7, 2]))
    """
    as_variable(state, "uniform", "state")
    y = state.device.empty(as_shape(shape, "uniform"), as_dtype(dtype, "uniform"))
    state.device.module.uniform(y, state.array, (low, high, stream))
    state.written()
    return Tensor(y)


@operation
def dropout(x, rate, state, stream=0, noise_shape=None):
    """Each element with probability `rate` 0, else divided by 1 - rate.

    No mask is stored: the backward pass draws the same numbers again.

    Args:
        x: float tensor or array of any shape.
        rate: 0 <= rate < 1.
        state: an int64 Variable (2,), {seed, step}: the step is advanced by one.
        stream: tells apart several users of one seed.
        noise_shape: x's shape with 1 for the axes along which all elements are kept or dropped
            together; None for an axis is x's size. By default each element has its own draw.

    Returns:
        A tensor of x's shape.

    >>> import numpy as np, fastnn
    >>> state = fastnn.Variable(np.array([7, 0]))
    >>> y = fastnn.ops.dropout(np.ones(1000, "float32"), 0.5, state).numpy()
    >>> sorted(set(y.tolist()))
    [0.0, 2.0]
    """
    as_variable(state, "dropout", "state")
    x = as_tensor(x, "dropout")
    k = x.device.module
    settings = (rate, stream, _mask_shape(noise_shape, x.shape))
    y = x.device.empty(x.shape, x.dtype)
    position = x.device.empty((2,), "int64")
    k.dropout_forward(y, position, state.array, x.array, settings)
    state.written()

    def backward(dy, out):
        dx, add = out(0)
        k.dropout_backward(dx, dy, position, settings, add=add)

    return result(y, (x,), backward)


def _mask_shape(noise_shape, shape):
    """noise_shape with the sizes of x in place of None; empty where it is x's own."""
    if noise_shape is None:
        return ()
    if isinstance(noise_shape, (list, tuple)) and len(noise_shape) == len(shape):
        noise_shape = [n if m is None else m for m, n in zip(noise_shape, shape, strict=True)]
    mask = as_shape(noise_shape, "dropout: noise_shape")
    return () if mask == shape else mask
