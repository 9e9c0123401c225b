"""mean_update: sums over samples of their mean values, weighted, and of their mean weights."""

import numpy as np

from . import Size


def parts(values, weights, weight):
    """What total and count get, by NumPy's own means."""
    values = values.astype(np.longdouble)
    if values.size == 0:
        return 0, 0
    if weights is None:
        return weight * values.mean(), weight
    weights = weights.astype(np.longdouble)
    values = values.mean(axis=tuple(range(weights.ndim, values.ndim)))
    rest = tuple(range(1, weights.ndim))
    return (values * weights).mean(axis=rest).sum(), weights.mean(axis=rest).sum()


def mean_update(total, count, values, weights, weight):
    of_values, of_weights = parts(values, weights, weight)
    return total + of_values, count + of_weights


def mean_update_magnitude(total, count, values, weights, weight, eps):
    # Summed, scaled and divided in double, then rounded once to the total's type, of which eps is.
    of_values, of_weights = parts(np.abs(values), weights, weight)
    terms = 1 + np.sqrt(values.size + 3) * np.finfo(np.float64).eps / eps
    terms = int(np.ceil(terms**2))
    return Size(np.abs(total) + of_values, terms), Size(np.abs(count) + of_weights, terms)
