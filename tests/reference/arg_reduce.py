"""arg_reduce: the first place of the maximum or minimum along an axis, or of a NaN."""

import numpy as np

from . import EXACT


def arg_reduce(x, function, axis):
    return (np.argmax if function == "max" else np.argmin)(x, axis=axis)


def arg_reduce_magnitude():
    return EXACT
