"""add: NumPy's broadcasting."""

import numpy as np

from . import Size
from .sum_to import sum_to


def add(a, b):
    return np.add(a, b)


def add_magnitude(a, b):
    return Size(np.abs(np.add(a, b)), 1)  # one rounding of exact inputs


def add_backward(dy, a, b):
    return sum_to(dy, np.shape(a)), sum_to(dy, np.shape(b))
