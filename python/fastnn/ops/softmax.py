"""softmax and its logarithm."""

from ..symbolic import operation
from ..tensor import as_tensor, result


@operation
def softmax(x):
    """exp(x) / sum(exp(x)) over the last axis, computed after subtracting the maximum.

    Args:
        x: float tensor or array, (.., classes).

    Returns:
        A tensor of x's shape whose last axis sums to 1.

    >>> import fastnn
    >>> fastnn.ops.softmax([[0.0, 0.0]]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """
    x = as_tensor(x, "softmax")
    k = x.device.module
    y = x.device.empty(x.shape, x.dtype)
    k.softmax_forward(y, x.array)

    def backward(dy, out):
        dx, add = out(0)
        k.softmax_backward(dx, dy, y, add=add)

    return result(y, (x,), backward)


@operation
def log_softmax(x):
    """log(softmax(x)) over the last axis: x - max - log(sum(exp(x - max))).

    Args:
        x: float tensor or array, (.., classes).

    Returns:
        A tensor of x's shape; it is finite where softmax would round to 0.

    >>> import fastnn
    >>> fastnn.ops.log_softmax([[0.0, 200.0]]).numpy()
    array([[-200.,    0.]], dtype=float32)
    """
    x = as_tensor(x, "log_softmax")
    k = x.device.module
    y = x.device.empty(x.shape, x.dtype)
    k.log_softmax_forward(y, x.array)

    def backward(dy, out):
        dx, add = out(0)
        k.log_softmax_backward(dx, dy, y, add=add)

    return result(y, (x,), backward)
