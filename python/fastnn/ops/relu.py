"""relu."""

from ..symbolic import operation
from ..tensor import as_tensor, result


@operation
def relu(x):
    """max(x, 0), element by element; NaN passes.

    Args:
        x: float tensor or array of any shape.

    Returns:
        A tensor of x's shape and dtype. Its gradient is dy where y > 0, else 0.

    >>> import fastnn
    >>> fastnn.ops.relu([-1.0, 0.0, 2.0]).numpy()
    array([0., 0., 2.], dtype=float32)
    """
    x = as_tensor(x, "relu")
    k = x.device.module
    y = x.device.empty(x.shape, x.dtype)
    k.relu_forward(y, x.array)

    def backward(dy, out):
        dx, add = out(0)
        k.relu_backward(dx, dy, y, add=add)

    return result(y, (x,), backward)
