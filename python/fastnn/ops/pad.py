"""Margins, rolls, tiles."""

import math

import numpy as np

from .._checks import as_numbers
from ..symbolic import operation
from ..tensor import as_tensor, result
from ._axes import as_axis, as_integers
from .memory import reshape
from .slice import broadcast_to, window

MODES = ("constant", "edge", "reflect", "symmetric", "wrap")


@operation
def pad(x, pad_width, mode="constant", constant_values=None):
    """x with margins.

    Args:
        x: tensor or array of any dtype.
        pad_width: (before, after) for each axis; one pair or one number serves all.
        mode: what stands there: "constant"; "edge", the outermost element; "reflect", x mirrored
            at it; "symmetric", x mirrored behind it; "wrap", x from its other end. Margins longer
            than x go on in the same way.
        constant_values: the number of mode "constant"; 0 if None.

    Returns:
        A tensor. The gradient of an element is the sum of those of its copies.

    Raises:
        ValueError: `pad_width` does not fit or is negative, the mode is unknown, or there is
            nothing in x to repeat.

    >>> import fastnn
    >>> fastnn.ops.pad([1.0, 2.0, 3.0], (1, 2), mode="reflect").numpy()
    array([2., 1., 2., 3., 2., 1.], dtype=float32)
    """
    x = as_tensor(x, "pad")
    try:
        widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2))
    except (ValueError, RuntimeError):
        widths = None
    if widths is None or widths.dtype.kind not in "iu" or (widths < 0).any():
        raise ValueError(
            f"pad: pad_width is {pad_width!r} for a tensor {x.shape}; (before, after), none "
            "negative, is wanted for each axis."
        )
    if not isinstance(mode, str) or mode not in MODES:
        raise ValueError(f"pad: mode is {mode!r}; one of {', '.join(MODES)} is wanted.")
    if mode != "constant" and constant_values is not None:
        raise ValueError(f"pad: constant_values came with mode {mode!r}.")
    before = tuple(int(width) for width in widths[:, 0])
    shape = tuple(n + int(width) for n, width in zip(x.shape, widths.sum(axis=1), strict=True))
    if mode == "constant":
        value = as_numbers(0 if constant_values is None else constant_values, "pad")
        if value.shape:
            raise ValueError(f"pad: constant_values is {constant_values!r}; a number is wanted.")
        value = float(value)
        return window(x, tuple(-width for width in before), (1,) * x.ndim, shape, value)
    k = x.device.module
    y = x.device.empty(shape, x.dtype)
    k.pad(y, x.array, (before, mode))

    def backward(dy, out):
        dx, add = out(0)
        k.pad_backward(dx, dy, (before, mode), add=add)

    return result(y, (x,), backward)


@operation
def roll(x, shift, axis=None):
    """x moved along axes; what leaves at one end comes in at the other.

    Args:
        x: tensor or array of any dtype.
        shift: by how many places, an integer or one for each of `axis`.
        axis: along which axes; None rolls x as one row of all its elements.

    >>> import fastnn
    >>> fastnn.ops.roll([1.0, 2.0, 3.0], 1).numpy()
    array([3., 1., 2.], dtype=float32)
    """
    x = as_tensor(x, "roll")
    shifts = as_integers(shift, "roll", "shift")
    if axis is None:
        return reshape(_rolled(reshape(x, (-1,)), [sum(shifts)]), x.shape)
    axes = [as_axis(one, x.ndim, "roll") for one in as_integers(axis, "roll", "axis")]
    if len(shifts) not in (1, len(axes)):
        raise ValueError(f"roll: {len(shifts)} shifts came for {len(axes)} axes.")
    total = [0] * x.ndim
    for i, one in zip(axes, shifts * len(axes) if len(shifts) == 1 else shifts, strict=True):
        total[i] += one
    return _rolled(x, total)


def _rolled(x, shifts):
    k = x.device.module
    y = x.device.empty(x.shape, x.dtype)
    forward = tuple(shift % max(n, 1) for shift, n in zip(shifts, x.shape, strict=True))
    k.pad(y, x.array, (forward, "wrap"))

    def backward(dy, out):
        dx, add = out(0)
        k.pad(dx, dy, (tuple(-shift for shift in forward), "wrap"), add=add)

    return result(y, (x,), backward)


@operation
def tile(x, repeats):
    """x beside itself so many times along each axis, as NumPy's tile.

    >>> import fastnn
    >>> fastnn.ops.tile([1.0, 2.0], 2).numpy()
    array([1., 2., 1., 2.], dtype=float32)
    """
    x, times = as_tensor(x, "tile"), as_integers(repeats, "tile", "repeats")
    if any(n < 0 for n in times):
        raise ValueError(f"tile: repeats is {repeats}; none may be negative.")
    ndim = max(x.ndim, len(times))
    times = (1,) * (ndim - len(times)) + times
    x = reshape(x, (1,) * (ndim - x.ndim) + x.shape)
    shape = tuple(n * m for n, m in zip(x.shape, times, strict=True))
    k = x.device.module
    y = x.device.empty(shape, x.dtype)
    k.pad(y, x.array, ((0,) * ndim, "wrap"))

    def backward(dy, out):
        dx, add = out(0)
        k.pad_backward(dx, dy, ((0,) * ndim, "wrap"), add=add)

    return result(y, (x,), backward)


@operation
def repeat(x, repeats, axis=None):
    """Every element, or slice along an axis, so many times after itself.

    Args:
        x: tensor or array of any dtype.
        repeats: how often: an integer, or one for each place along the axis.
        axis: along which; None repeats the elements of x as one row.

    >>> import fastnn
    >>> fastnn.ops.repeat([1.0, 2.0], 2).numpy()
    array([1., 1., 2., 2.], dtype=float32)
    """
    x, times = as_tensor(x, "repeat"), as_integers(repeats, "repeat", "repeats")
    if axis is None:
        return repeat(reshape(x, (x.size,)), repeats, 0)
    axis = as_axis(axis, x.ndim, "repeat")
    n = x.shape[axis]
    if len(times) not in (1, n) or any(one < 0 for one in times):
        raise ValueError(f"repeat: repeats is {repeats}; one integer, or {n}, none negative.")
    if len(times) > 1:
        from .take import take

        return take(x, np.repeat(np.arange(n, dtype="int32"), times), axis)
    outer, inner = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :])
    wide = broadcast_to(reshape(x, (outer, n, 1, inner)), (outer, n, times[0], inner))
    return reshape(wide, (*x.shape[:axis], n * times[0], *x.shape[axis + 1 :]))
