"""Axes and indices as users give them, checked."""

import math
import operator

import numpy as np

from .. import devices
from .._checks import refuse_while_recording
from ..tensor import Tensor, as_tensor


def as_axis(axis, ndim, operation):
    """One axis as a number from 0 on."""
    try:
        number = operator.index(axis)
    except TypeError:
        raise TypeError(f"{operation}: axis is {axis!r}; an integer is wanted.") from None
    if not -ndim <= number < ndim:
        raise ValueError(f"{operation}: axis is {number}; a tensor of {ndim} axes came.")
    return number % ndim


def as_axes(axes, ndim, operation):
    """One axis, a tuple of them, or None for all, as a list of different numbers from 0 on."""
    if axes is None:
        return list(range(ndim))
    if isinstance(axes, (tuple, list)):
        numbers = [as_axis(axis, ndim, operation) for axis in axes]
    else:
        numbers = [as_axis(axes, ndim, operation)]
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{operation}: axes {axes} name an axis twice.")
    return numbers


def as_integers(values, operation, what):
    """An integer, or a sequence of them, as a tuple."""
    try:
        if isinstance(values, (str, bytes, dict)):
            raise TypeError
        if not hasattr(values, "__iter__"):
            values = (values,)
        return tuple(operator.index(value) for value in values)
    except TypeError:
        raise TypeError(f"{operation}: {what} is {values!r}; integers are wanted.") from None


def as_integer(value, operation, what, least=0):
    """One integer from `least` on."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{operation}: {what} is {value!r}; an integer is wanted.") from None
    if number < least:
        raise ValueError(f"{operation}: {what} is {number}; at least {least} is wanted.")
    return number


def as_bool(value, operation, what):
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{operation}: {what} is {value!r}; True or False is wanted.")
    return bool(value)


def as_index_tensor(indices, operation, like):
    """Integers as an int32 tensor on the device of `like`; int32 tensors as they are."""
    if not isinstance(indices, Tensor):
        if isinstance(indices, (int, list, tuple, np.generic)):
            indices = np.asarray(indices)
            if indices.size == 0:
                indices = indices.astype("int32")
        if isinstance(indices, np.ndarray):
            if indices.dtype.kind not in "iu":
                raise TypeError(
                    f"{operation}: indices of {indices.dtype} came; integers are wanted. A mask "
                    "becomes indices by np.flatnonzero()."
                )
            if indices.dtype not in ("int32", "int64", "uint8"):
                indices = indices.astype("int64")
            indices = np.asarray(indices, order="C")
            if like is not None and like.device is not devices.cpu:
                refuse_while_recording(f"{operation} by indices of the host")
                indices = like.device.upload(indices)
    i = as_tensor(indices, operation, like=like)
    if i.dtype == "int32":
        return i
    if i.dtype not in ("int64", "uint8"):
        raise TypeError(f"{operation}: indices of {i.dtype} came; integers are wanted.")
    array = i.device.empty(i.shape, "int32")
    i.device.module.cast(array, i.array)
    return Tensor(array)


def around(shape, axis):
    """The sizes (outer, n, inner) before, at and behind an axis."""
    return math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])


def reduced_shapes(shape, axis, keepdims, name):
    """x's shape with 1 at the reduced axes, and the shape that the user gets."""
    axes, keepdims = as_axes(axis, len(shape), name), as_bool(keepdims, name, "keepdims")
    kept = tuple(1 if i in axes else n for i, n in enumerate(shape))
    if keepdims:
        return kept, kept
    return kept, tuple(n for i, n in enumerate(shape) if i not in axes)


def refuse_nothing(x, kept, name):
    """Refuses numbers that no element of x would decide."""
    if x.size == 0 and 0 not in kept:
        raise ValueError(
            f"{name}: x has shape {x.shape}, and nothing is the {name} of no elements. Leave out "
            "the axes of size 0, or give an x that has elements."
        )
