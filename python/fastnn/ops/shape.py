"""Shapes that need no copy, and indexing."""

import builtins
import operator

import numpy as np

from ..symbolic import is_symbolic, operation
from ..tensor import Tensor, as_tensor
from ._axes import as_axes
from .memory import convert_to_tensor, reshape
from .slice import window
from .take import take


def shape(x):
    """The sizes of a tensor's axes; None where the batch of a symbolic tensor is.

    >>> import fastnn
    >>> fastnn.ops.shape([[1.0, 2.0]])
    (1, 2)
    """
    return x.shape if is_symbolic(x) else convert_to_tensor(x).shape


@operation
def expand_dims(x, axis):
    """x with axes of size 1 where `axis`, an integer or several, says that the result has them.

    >>> import fastnn
    >>> fastnn.ops.expand_dims([1.0, 2.0], -1).shape
    (2, 1)
    """
    x = as_tensor(x, "expand_dims")
    ndim = x.ndim + (len(axis) if isinstance(axis, (tuple, list)) else 1)
    new = as_axes(axis, ndim, "expand_dims")
    sizes = iter(x.shape)
    return reshape(x, tuple(1 if i in new else next(sizes) for i in range(ndim)))


@operation
def squeeze(x, axis=None):
    """x without axes of size 1: all of them, or those named.

    Raises:
        ValueError: a named axis is longer.

    >>> import fastnn
    >>> fastnn.ops.squeeze(fastnn.ops.zeros((1, 3, 1))).shape
    (3,)
    """
    x = as_tensor(x, "squeeze")
    if axis is None:
        gone = [i for i, n in enumerate(x.shape) if n == 1]
    else:
        gone = as_axes(axis, x.ndim, "squeeze")
        if any(x.shape[i] != 1 for i in gone):
            raise ValueError(f"squeeze: axis {axis} of a tensor {x.shape} is not of size 1.")
    return reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in gone))


@operation
def ravel(x):
    """The elements of x in one row.

    >>> import fastnn
    >>> fastnn.ops.ravel([[1.0], [2.0]]).shape
    (2,)
    """
    x = as_tensor(x, "ravel")
    return reshape(x, (x.size,))


@operation
def getitem(x, key):
    """``x[key]``: integers, slices with steps, ``...``, None, and one array of integers.

    An array of integers takes along its axis. The result is a copy.

    Raises:
        IndexError: too many indices, or one outside.
        TypeError: a mask or a float; an array beside integers or another array.

    >>> import fastnn
    >>> x = fastnn.ops.reshape([1.0, 2.0, 3.0, 4.0], (2, 2))
    >>> x[:, -1].numpy(), x[::-1, 0].numpy()
    (array([2., 4.], dtype=float32), array([3., 1.], dtype=float32))
    """
    x = as_tensor(x, "index")
    keys = list(key) if isinstance(key, tuple) else [key]
    axes = sum(one is not None and one is not Ellipsis for one in keys)
    dots = [i for i, one in enumerate(keys) if one is Ellipsis]
    if axes > x.ndim or len(dots) > 1:
        raise IndexError(
            f"index: a tensor {x.shape} is indexed by {axes} axes and {len(dots)} ellipses; at "
            f"most {x.ndim} and one are wanted."
        )
    rest = [builtins.slice(None)] * (x.ndim - axes)
    place = dots[0] if dots else len(keys)
    keys[place : place + len(dots)] = rest

    starts, steps, sizes, shape, taken = [], [], [], [], None
    whole = iter(x.shape)
    for one in keys:
        if one is None:
            shape.append(1)
            continue
        n, axis = next(whole), len(starts)
        start, step, size = 0, 1, n
        if isinstance(one, builtins.slice):
            start, step, size = _range(one, n)
            shape.append(size)
        elif _is_integer(one):
            start, size = operator.index(one), 1
            if not -n <= start < n:
                raise IndexError(f"index: {start} is outside of axis {axis} of a tensor {x.shape}.")
            start %= n
        elif taken is None:
            taken = (axis, one, len(shape))
            shape.append(n)
        else:
            raise TypeError("index: two arrays came; one is wanted. Index twice.")
        starts.append(start), steps.append(step), sizes.append(size)
    if taken and any(map(_is_integer, keys)):
        raise TypeError("index: an array came beside an integer. Index twice.")

    y = x
    if (starts, steps, sizes) != ([0] * x.ndim, [1] * x.ndim, list(x.shape)):
        y = window(x, tuple(starts), tuple(steps), tuple(sizes))
    if y.shape != tuple(shape):
        y = reshape(y, tuple(shape))
    return take(y, taken[1], taken[2]) if taken else y


def _range(key, n):
    """start, a step that is not 0, and the size, of a slice."""
    try:
        chosen = range(n)[key]
    except (TypeError, ValueError) as error:
        raise type(error)(f"index: {error}.") from None
    # Where one place or none is chosen, the step says nothing, however long it is.
    return chosen.start, chosen.step if len(chosen) > 1 else 1, len(chosen)


def _is_integer(key):
    if isinstance(key, (bool, np.bool_)):
        raise TypeError("index: a bool came; integers, slices, ... and None are wanted.")
    if isinstance(key, (np.ndarray, Tensor)) and key.shape == ():
        return key.dtype in ("int32", "int64")
    return isinstance(key, (int, np.integer))
