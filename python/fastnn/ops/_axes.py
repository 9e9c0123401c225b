"""The axes that a reduction goes over, as users give them."""

import operator


def as_axis(axis, ndim, name):
    """An axis counted from the front."""
    try:
        i = operator.index(axis)
    except TypeError:
        raise TypeError(f"{name}: axis is {axis!r}; an integer is wanted.") from None
    if not -ndim <= i < ndim:
        raise ValueError(f"{name}: axis is {i}; x has {ndim} axes.")
    return i % ndim


def reduced_shapes(shape, axis, keepdims, name):
    """x's shape with 1 at the reduced axes, and the shape that the user gets."""
    if axis is None:
        axes = tuple(range(len(shape)))
    else:
        given = axis if isinstance(axis, (tuple, list)) else (axis,)
        axes = tuple(as_axis(one, len(shape), name) for one in given)
        if len(set(axes)) < len(axes):
            raise ValueError(f"{name}: axis is {axis!r}; an axis comes twice.")
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
