"""Nests: lists, tuples and dicts of values, taken apart and put together. A dict's values go in the
order of its keys where they can be sorted, as in Keras."""

import numpy as np


def is_nest(x):
    return isinstance(x, (list, tuple, dict))


def keys(x):
    """The keys of a dict, sorted if they can be."""
    try:
        return sorted(x)
    except TypeError:
        return list(x)


def flatten(x):
    """The leaves, in order; None is a leaf."""
    if isinstance(x, dict):
        return [leaf for key in keys(x) for leaf in flatten(x[key])]
    if isinstance(x, (list, tuple)):
        return [leaf for item in x for leaf in flatten(item)]
    return [x]


def pack(like, leaves):
    """A nest of the form of `like` with other leaves."""
    leaves = iter(leaves)
    return map(lambda _: next(leaves), like)


def map(function, x):
    """The nest of what a function makes of each leaf."""
    if isinstance(x, dict):
        made = {key: map(function, x[key]) for key in keys(x)}
        return {key: made[key] for key in x}
    if isinstance(x, (list, tuple)):
        items = [map(function, item) for item in x]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    return function(x)


def form(x):
    """What two nests of one form have in common: hashable, and readable in a message."""
    if isinstance(x, dict):
        return ("dict", *((key, form(x[key])) for key in keys(x)))
    if isinstance(x, (list, tuple)):
        return ("list", *(form(item) for item in x))
    return None if x is None else "*"


def holds_arrays(x):
    """Whether a list or tuple is a nest of arrays, and not numbers that make up one array."""
    if not is_nest(x):
        return False
    while isinstance(x, (list, tuple)) and x:
        x = next((item for item in x if item is not None), None)
    return isinstance(x, dict) or (hasattr(x, "shape") and not isinstance(x, np.generic))


def map_shapes(function, shape):
    """The nest of what `function` makes of the shapes in a nest of shapes."""
    if isinstance(shape, dict):
        return {key: map_shapes(function, value) for key, value in shape.items()}
    if isinstance(shape, (list, tuple)) and shape and is_nest(shape[0]):
        return [map_shapes(function, value) for value in shape]
    return function(tuple(shape))


def flatten_shapes(shape):
    """The shapes in a nest of shapes, in order."""
    shapes = []
    map_shapes(shapes.append, {0: shape})
    return shapes
