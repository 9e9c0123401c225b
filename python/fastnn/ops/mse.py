"""Mean squared error."""

from ..symbolic import operation
from ..tensor import as_tensor, result


@operation
def mean_squared_error(prediction, target):
    """The mean over all elements of (prediction - target)^2.

    Args:
        prediction, target: float tensors or arrays of one shape.

    Returns:
        A tensor of shape (). Gradient: 2 (prediction - target) / size, and its negative.

    >>> import fastnn
    >>> fastnn.ops.mean_squared_error([1.0, 4.0], [1.0, 2.0]).item()
    2.0
    """
    p = as_tensor(prediction, "mean_squared_error")
    t = as_tensor(target, "mean_squared_error", like=p)
    k = p.device.module
    loss = p.device.empty((), p.dtype)
    k.mse_forward(loss, p.array, t.array)

    def backward(dloss, out):
        dp, add_p = out(0)
        dt, add_t = out(1)
        if dp is not dt or dp is None:
            k.mse_backward(dp, dt, dloss, p.array, t.array, add=add_p | add_t << 1)
            return
        # Prediction and target are one tensor: its gradient is the sum of both.
        k.mse_backward(dp, None, dloss, p.array, t.array, add=add_p)
        k.mse_backward(None, dt, dloss, p.array, t.array, add=2)

    return result(loss, (p, t), backward, saved=(p, t))
