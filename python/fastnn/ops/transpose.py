"""transpose and what is made of it."""

from ..symbolic import operation
from ..tensor import as_tensor, result
from ._axes import as_axes, as_axis


@operation
def transpose(x, axes=None):
    """x with its axes in another order, copied: y's axis i is x's axis ``axes[i]``.

    Args:
        x: tensor or array of any dtype.
        axes: every axis of x once; None reverses them.

    Returns:
        A tensor. The gradient is turned back.

    Raises:
        ValueError: `axes` are not x's.

    >>> import fastnn
    >>> fastnn.ops.transpose([[1.0, 2.0, 3.0]]).numpy()
    array([[1.],
           [2.],
           [3.]], dtype=float32)
    """
    x = as_tensor(x, "transpose")
    order = as_axes(axes, x.ndim, "transpose")
    if len(order) != x.ndim:
        raise ValueError(
            f"transpose: axes {axes} came for a tensor {x.shape}; each of its {x.ndim} axes is "
            "wanted."
        )
    if axes is None:
        order.reverse()
    k = x.device.module
    y = x.device.empty(tuple(x.shape[axis] for axis in order), x.dtype)
    k.transpose(y, x.array, (tuple(order),))

    def backward(dy, out):
        dx, add = out(0)
        back = tuple(order.index(axis) for axis in range(len(order)))
        k.transpose(dx, dy, (back,), add=add)

    return result(y, (x,), backward)


def swapaxes(x, axis1, axis2):
    """x with two axes in each other's place.

    >>> import fastnn
    >>> fastnn.ops.swapaxes(fastnn.ops.zeros((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    order = list(range(_ndim(x)))
    i, j = as_axis(axis1, len(order), "swapaxes"), as_axis(axis2, len(order), "swapaxes")
    order[i], order[j] = j, i
    return transpose(x, order)


def moveaxis(x, source, destination):
    """x with axes moved to other places; the others keep their order.

    Args:
        x: tensor or array.
        source: an axis or several.
        destination: where each of them goes.

    >>> import fastnn
    >>> fastnn.ops.moveaxis(fastnn.ops.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    ndim = _ndim(x)
    taken, places = (as_axes(axes, ndim, "moveaxis") for axes in (source, destination))
    if len(taken) != len(places):
        raise ValueError(
            f"moveaxis: {len(taken)} axes are to go to {len(places)} places: {source}, "
            f"{destination}."
        )
    order = [axis for axis in range(ndim) if axis not in taken]
    for place, axis in sorted(zip(places, taken, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


def _ndim(x):
    return len(x.shape) if hasattr(x, "shape") else as_tensor(x, "transpose").ndim
