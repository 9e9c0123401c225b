"""affine_transform: each pixel of y from x where its picture's matrix says, and the transpose.

Sizes of errors: those of resize; and a place, computed in float64, is off by some of its roundings
relative to the terms that it is the sum of, times how steep a picture is at most.
"""

import numpy as np

from . import EXACT, Size


def index(q, n, mode):
    """Which of n pixels stands at place q, or -1."""
    if mode == "constant":
        return q if 0 <= q < n else -1
    if mode == "nearest":
        return min(max(q, 0), n - 1)
    if mode == "wrap":
        return q % n
    mirrored = [*range(n), *reversed(range(n))]
    return mirrored[q % len(mirrored)]


def places(transform, i, j):
    a0, a1, a2, b0, b1, b2, c0, c1 = transform
    k = c0 * j + c1 * i + 1
    return (b0 * j + b1 * i + b2) / k, (a0 * j + a1 * i + a2) / k


def axis_taps(place, n, interpolation, mode):
    if interpolation == "nearest":
        whole = np.trunc(place)
        rest = place - whole
        return [(index(int(whole) + int(rest >= 0.5) - int(rest <= -0.5), n, mode), 1)]
    lower = np.floor(place)
    q = int(lower)
    return [(index(q, n, mode), 1 - (place - lower)), (index(q + 1, n, mode), place - lower)]


def pixels(transform, y_shape, x_shape, interpolation, fill_mode):
    """(picture, i, j, [(row, column, share)]) of each pixel of y whose place is a number."""
    for n in range(y_shape[0]):
        for i in range(y_shape[1]):
            for j in range(y_shape[2]):
                row, column = places(transform[n], i, j)
                if np.isnan(row + column):
                    yield n, i, j, None
                    continue
                rows = axis_taps(row, x_shape[1], interpolation, fill_mode)
                columns = axis_taps(column, x_shape[2], interpolation, fill_mode)
                yield n, i, j, [(r, c, wr * wc) for r, wr in rows for c, wc in columns]


def affine_transform(x, transform, y_shape, interpolation, fill_mode, fill_value):
    y = np.zeros(y_shape, x.dtype)
    for n, i, j, shares in pixels(transform, y_shape, x.shape, interpolation, fill_mode):
        if shares is None:
            y[n, i, j] = np.nan
            continue
        for row, column, share in shares:
            y[n, i, j] += share * (fill_value if min(row, column) < 0 else x[n, row, column])
    return y


def place_error(transform, shape, eps):
    """How far off a place may be, in units of eps: three roundings of float64, and k's."""
    if transform.size == 0 or 0 in shape:
        return 0.0
    size = np.abs(transform) @ np.array([shape[2], shape[1], 1, shape[2], shape[1], 1, 0, 0])
    k = [
        np.abs(t[6] * j + t[7] * i + 1)
        for t in transform
        for i in (0, shape[1] - 1)
        for j in (0, shape[2] - 1)
    ]
    return 4 * float(size.max()) / min(1.0, float(min(k))) ** 2 * 2.0**-52 / eps


def affine_transform_magnitude(x, transform, y_shape, interpolation, fill_mode, fill_value, eps):
    if interpolation == "nearest":
        return EXACT
    largest = max(np.abs(x).max(initial=0), abs(fill_value))
    return Size(largest * (4 + place_error(transform, y_shape, eps)), 4)


def affine_transform_backward(dy, transform, dx_shape, interpolation, fill_mode):
    dx = np.zeros(dx_shape, dy.dtype)
    for n, i, j, shares in pixels(transform, dy.shape, dx_shape, interpolation, fill_mode):
        for row, column, share in shares or ():
            if min(row, column) >= 0:
                dx[n, row, column] += share * dy[n, i, j]
    return dx


def affine_transform_backward_magnitude(dy, transform, dx_shape, interpolation, fill_mode, eps):
    size, terms = np.zeros(dx_shape), np.zeros(dx_shape, int)
    for n, i, j, shares in pixels(transform, dy.shape, dx_shape, interpolation, fill_mode):
        for row, column, _ in shares or ():
            if min(row, column) >= 0:
                size[n, row, column] += np.abs(dy[n, i, j])
                terms[n, row, column] += 1
    count = max(1, int(terms.max(initial=0)))
    error = 0.0 if interpolation == "nearest" else place_error(transform, dy.shape, eps)
    return Size(size + np.abs(dy).max(initial=0) * error * count, 4 * count)
