"""norms: the root of the sum of squares, of all arrays together () or of each (arrays,)."""

import numpy as np

from . import Size


def norms(x, norm_shape):
    squares = [np.square(one.astype(np.longdouble)).sum() for one in x]
    return np.sqrt(np.array(squares)) if norm_shape else np.sqrt(sum(squares, np.longdouble(0)))


def norms_magnitude(x, norm_shape):
    # All terms are positive: the sum keeps their relative errors.
    return Size(norms(x, norm_shape), sum(one.size for one in x) + 2)
