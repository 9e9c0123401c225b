"""resize: each pixel of y from the pixels of x around its centre's place; its transpose backward.

Sizes of errors: a weight is off by at most two roundings, a product and a sum of two by three more,
along both axes.
"""

from fractions import Fraction
from math import floor

import numpy as np

from . import EXACT, Size


def taps(n, m, interpolation):
    """For each pixel of m, the pixels of n that it is made of and their shares."""
    for i in range(m):
        place = Fraction((2 * i + 1) * n, 2 * m)
        if interpolation == "nearest":
            yield {floor(place): 1}
            continue
        place -= Fraction(1, 2)
        shares = {}
        for j, share in ((floor(place), 1 - place % 1), (floor(place) + 1, place % 1)):
            j = min(max(j, 0), n - 1)
            shares[j] = shares.get(j, 0) + share
        yield shares


def matrix(n, m, interpolation, dtype):
    """(m, n): a row the shares of a pixel."""
    w = np.zeros((m, n), dtype)
    for i, shares in enumerate(taps(n, m, interpolation)):
        for j, share in shares.items():
            w[i, j] = dtype.type(share.numerator) / dtype.type(share.denominator)
    return w


def along_sides(rows, columns, x):
    return np.einsum("jw,niwc->nijc", columns, np.einsum("ih,nhwc->niwc", rows, x))


def resize(x, y_shape, interpolation):
    rows, columns = (matrix(x.shape[k], y_shape[k], interpolation, x.dtype) for k in (1, 2))
    return along_sides(rows, columns, x)


def resize_magnitude(x, y_shape, interpolation):
    if interpolation == "nearest":
        return EXACT
    # A share near 0 is off by a part of 1, not of itself: the neighbours count whole.
    rows, columns = (matrix(x.shape[k], y_shape[k], interpolation, x.dtype) > 0 for k in (1, 2))
    return Size(along_sides(rows * 1.0, columns * 1.0, np.abs(x)), 4)


def resize_backward(dy, dx_shape, interpolation):
    rows, columns = (matrix(dx_shape[k], dy.shape[k], interpolation, dy.dtype) for k in (1, 2))
    return along_sides(rows.T, columns.T, dy)


def resize_backward_magnitude(dy, dx_shape, interpolation):
    rows, columns = (matrix(dx_shape[k], dy.shape[k], interpolation, dy.dtype) > 0 for k in (1, 2))
    size = along_sides(rows.T * 1.0, columns.T * 1.0, np.abs(dy))
    terms = rows.sum(axis=0).max(initial=0) * columns.sum(axis=0).max(initial=0)
    return Size(size, 4 * max(1, int(terms)))
