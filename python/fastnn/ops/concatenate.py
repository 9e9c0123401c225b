"""Tensors beside each other."""

from ..symbolic import is_symbolic, operation
from ..tensor import Tensor, as_tensor, result
from ._axes import as_axis
from .shape import expand_dims


def concatenate(xs, axis=0):
    """Tensors one after the other along an axis.

    Args:
        xs: a list of tensors or arrays of one dtype, whose shapes differ in `axis` at most.
        axis: along which.

    Returns:
        A tensor. Each part of its gradient goes back to where it came from.

    Raises:
        ValueError: the shapes do not fit.
        TypeError: the dtypes differ.

    >>> import fastnn
    >>> fastnn.ops.concatenate([[1.0, 2.0], [3.0]]).numpy()
    array([1., 2., 3.], dtype=float32)
    """
    return _concatenate(axis, *_several(xs, "concatenate"))


def stack(x, axis=0):
    """Tensors of one shape beside each other along a new axis.

    >>> import fastnn
    >>> fastnn.ops.stack([[1.0, 2.0], [3.0, 4.0]], axis=-1).numpy()
    array([[1., 3.],
           [2., 4.]], dtype=float32)
    """
    xs = [one if is_symbolic(one) else as_tensor(one, "stack") for one in _several(x, "stack")]
    if len({one.shape for one in xs}) > 1:
        raise ValueError(f"stack: shapes {[one.shape for one in xs]} came; one is wanted.")
    axis = as_axis(axis, xs[0].ndim + 1, "stack")
    return _concatenate(axis, *(expand_dims(one, axis) for one in xs))


def _several(xs, name):
    if not isinstance(xs, (list, tuple)):
        raise TypeError(f"{name}: a {type(xs).__name__} came; a list of tensors is wanted.")
    if not xs:
        raise ValueError(f"{name}: an empty list came; at least one tensor is wanted.")
    return xs


@operation
def _concatenate(axis, *xs):
    like = next((x for x in xs if isinstance(x, Tensor)), None)
    xs = [as_tensor(x, "concatenate", like=like) for x in xs]
    axis = as_axis(axis, xs[0].ndim, "concatenate")
    shapes = [x.shape for x in xs]
    if len({(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}) > 1 or (
        len({len(shape) for shape in shapes}) > 1
    ):
        raise ValueError(
            f"concatenate: shapes {shapes} came; they may differ along axis {axis} only."
        )
    if len({x.device for x in xs}) > 1:
        raise ValueError("concatenate: tensors of several devices came; one is wanted.")
    k = xs[0].device.module
    sizes = [shape[axis] for shape in shapes]
    whole = (*shapes[0][:axis], sum(sizes), *shapes[0][axis + 1 :])
    y = xs[0].device.empty(whole, xs[0].dtype)
    k.concatenate(y, [x.array for x in xs], (axis,))
    ones = (1,) * len(whole)

    def backward(dy, out):
        begin = 0
        for i, size in enumerate(sizes):
            dx, add = out(i)
            if dx is not None:
                starts = tuple(begin if j == axis else 0 for j in range(len(whole)))
                k.slice(dx, dy, (starts, ones, ones, 0.0), add=add)
            begin += size

    return result(y, tuple(xs), backward)
