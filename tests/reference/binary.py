"""binary: functions of two numbers with NumPy's broadcasting; compare; where.

A rounding is a term, of magnitude the result; CUDA's pow errs by 4 ULP at most, its log by 1,
so that four terms hold any of them.
"""

import numpy as np

from . import EXACT, Size
from .sum_to import sum_to

FUNCTION = 4
ROUNDINGS = {"add": 1, "subtract": 1, "multiply": 1, "divide": 1, "power": FUNCTION}
FUNCTIONS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "minimum": np.minimum,
    "maximum": np.maximum,
}


def binary(a, b, function):
    return FUNCTIONS[function](a, b)


def binary_magnitude(a, b, function):
    if function not in ROUNDINGS:
        return EXACT
    return Size(np.abs(binary(a, b, function)), ROUNDINGS[function])


def won(a, b):
    """1 where a < b, 1/2 where they are equal."""
    return np.where(a < b, 1.0, np.where(a == b, 0.5, 0.0))


def chosen(slope, dy):
    return np.where(slope == 0, 0, slope * dy)


def power_by_base(a, b):
    return np.where(b == 0, 0, b * np.power(a, b - 1))


SLOPES = {
    ("add", "a"): lambda a, b: np.ones_like(a),
    ("add", "b"): lambda a, b: np.ones_like(a),
    ("subtract", "a"): lambda a, b: np.ones_like(a),
    ("subtract", "b"): lambda a, b: -np.ones_like(a),
    ("multiply", "a"): lambda a, b: b,
    ("multiply", "b"): lambda a, b: a,
    ("divide", "a"): lambda a, b: 1 / b,
    ("divide", "b"): lambda a, b: -(1 / b) * (a / b),
    ("power", "a"): power_by_base,
    ("power", "b"): lambda a, b: np.power(a, b) * np.log(np.where(a == 0, 1, a)),
    ("minimum", "a"): won,
    ("minimum", "b"): lambda a, b: won(b, a),
    ("maximum", "a"): lambda a, b: won(b, a),
    ("maximum", "b"): won,
}


def binary_backward(dy, a, b, function, side):
    slope = SLOPES[function, side](*np.broadcast_arrays(a, b))
    d = chosen(slope, dy) if function in ("minimum", "maximum") else slope * dy
    return d.astype(dy.dtype)


def binary_backward_magnitude(dy, a, b, function, side):
    d = np.abs(binary_backward(dy, a, b, function, side))
    if (function, side) == ("power", "a"):
        # The power is b - 1, rounded: eps / 2 of max(1, |b|) times log a, beside pow's own.
        b_rounded = np.maximum(1, np.abs(b)) * np.abs(np.log(np.abs(a)))
        return Size(d * (1 + np.where(np.isfinite(b_rounded), b_rounded, 0)), FUNCTION + 3)
    return Size(d, 2 * FUNCTION + 2)


def binary_gradients(dy, a, b, function):
    """Both sides' gradients, in their shapes."""
    return tuple(
        sum_to(binary_backward(dy, a, b, function, side), np.shape(x))
        for side, x in (("a", a), ("b", b))
    )


def compare(a, b, function):
    return getattr(np, function)(a, b).astype(np.uint8)


def compare_magnitude():
    return EXACT


def where(condition, a, b):
    return np.where(condition != 0, a, b)


def where_magnitude():
    return EXACT


def where_gradients(dy, condition, a, b):
    zero = np.zeros_like(dy)
    return (
        sum_to(np.where(condition != 0, dy, zero), np.shape(a)),
        sum_to(np.where(condition != 0, zero, dy), np.shape(b)),
    )
