"""Addition with broadcasting."""

import numpy as np

from .. import devices
from ..symbolic import operation
from ..tensor import Tensor, as_tensor, result


@operation
def add(a, b):
    """a + b with NumPy's broadcasting.

    Args:
        a, b: float tensors, arrays or numbers; a number takes the other's dtype.

    Returns:
        A tensor of the broadcast shape. Gradients are summed back to the operands' shapes.

    Raises:
        ValueError: the shapes do not broadcast.
        TypeError: two float dtypes are mixed.

    >>> import fastnn
    >>> fastnn.ops.add([[1.0], [2.0]], [10.0, 20.0]).numpy()
    array([[11., 21.],
           [12., 22.]], dtype=float32)
    """
    like = a if isinstance(a, Tensor) else b if isinstance(b, Tensor) else None
    if like is None and devices.of(a) is None and devices.of(b) is not None:
        like = b = as_tensor(b, "add")
    a = as_tensor(a, "add", like=like)
    b = as_tensor(b, "add", like=a)
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise ValueError(
            f"add: a has shape {a.shape} and b {b.shape}: they do not broadcast."
        ) from None
    k = a.device.module
    y = a.device.empty(shape, a.dtype)
    k.add(y, a.array, b.array)

    def backward(dy, out):
        for i in range(2):
            d, accumulate = out(i)
            if d is not None:
                k.sum_to(d, dy, add=accumulate)

    return result(y, (a, b), backward)
