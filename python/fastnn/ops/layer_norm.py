"""Layer normalisation."""

import operator

from ..symbolic import operation
from ..tensor import as_tensor, result
from ._gradients import outputs_of, write_gradients


@operation
def layer_norm(x, gamma=None, beta=None, axis=-1, epsilon=1e-3):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance along the last axes.

    Args:
        x: float tensor or array of at least one axis.
        gamma, beta: of the shape of the normalised axes, or None for 1 and 0.
        axis: an axis, or several; they must be the last ones.
        epsilon: a number >= 0.

    Returns:
        A tensor of x's shape.

    Raises:
        ValueError: a shape does not fit, or an axis is not among the last ones.

    Source: Ba, Kiros and Hinton, Layer Normalization (2016).

    >>> import fastnn
    >>> fastnn.ops.layer_norm([[1.0, 3.0], [5.0, 5.0]], epsilon=0.5).numpy().round(4)
    array([[-0.8165,  0.8165],
           [ 0.    ,  0.    ]], dtype=float32)
    """
    x = as_tensor(x, "layer_norm")
    operands = [x] + [
        None if t is None else as_tensor(t, "layer_norm", like=x) for t in (gamma, beta)
    ]
    outer = x.ndim - _axis_count(axis, x.shape)
    shape = x.shape[outer:]
    for name, t in zip(("gamma", "beta"), operands[1:], strict=True):
        if t is not None and t.shape != shape:
            raise ValueError(f"layer_norm: {name} has shape {t.shape}; {shape} is wanted.")
    device = x.device
    k = device.module
    columns = 1
    for size in shape:
        columns *= size

    def rows(array):
        return array.reshape((*x.shape[:outer], columns))

    def row(tensor):
        return None if tensor is None else tensor.array.reshape((columns,))

    y = device.empty(x.shape, x.dtype)
    mean, rstd = (device.empty(x.shape[:outer], x.dtype) for _ in range(2))
    values = rows(x.array)
    k.layer_norm_forward(
        rows(y), mean, rstd, values, row(operands[1]), row(operands[2]), (epsilon,)
    )
    inputs = [t for t in operands if t is not None]

    def backward(dy, out):
        def write(some, add):
            dx, dgamma, dbeta = (
                None if a is None else a.reshape(s)
                for a, s in zip(some, (values.shape, (columns,), (columns,)), strict=True)
            )
            k.layer_norm_backward(
                dx, dgamma, dbeta, rows(dy), values, mean, rstd, row(operands[1]), add=add
            )

        write_gradients(write, *outputs_of(operands, out))

    return result(y, inputs, backward, saved=[t for t in operands[:2] if t is not None])


def _axis_count(axis, shape):
    """How many of the last axes `axis` names."""
    try:
        axes = [operator.index(a) for a in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    except TypeError:
        raise TypeError(
            f"layer_norm: axis is {axis!r}; an integer or a tuple of integers is wanted."
        ) from None
    last = list(range(len(shape) - len(axes), len(shape)))
    if not axes or sorted(a + len(shape) if a < 0 else a for a in axes) != last:
        raise ValueError(
            f"layer_norm: axis {axis} of a tensor {shape}: the last axes are wanted, such as -1 or "
            "(-2, -1). Transpose the tensor."
        )
    return len(axes)
