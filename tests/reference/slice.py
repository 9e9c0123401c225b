"""slice: y[i] = x[(starts + steps i) / every], axis by axis, where there is one; else value."""

import numpy as np

from . import EXACT


def places(starts, steps, every, y_shape, x_shape):
    """(place in y, place in x) of each element that comes from x."""
    for place in np.ndindex(*y_shape):
        source = []
        for i, start, step, divisor, n in zip(place, starts, steps, every, x_shape, strict=True):
            at, rest = divmod(start + step * i, divisor)
            if rest == 0 and 0 <= at < n:
                source.append(at)
        if len(source) == len(place):
            yield place, tuple(source)


def slice(x, starts, steps, every, value, y_shape):
    y = np.full(y_shape, value).astype(x.dtype)
    for place, source in places(starts, steps, every, y_shape, x.shape):
        y[place] = x[source]
    return y


def slice_magnitude():
    return EXACT


def slice_backward(dy, starts, steps, every, dx_shape):
    dx = np.zeros(dx_shape, dy.dtype)
    for place, source in places(starts, steps, every, dy.shape, dx_shape):
        dx[source] += dy[place]
    return dx
