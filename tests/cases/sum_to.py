"""sum_to: the axes of binary's cases summed, and sums so long that they are cut."""

from . import FLOATS, Array, Case
from .binary import PAIRS


def sum_to(y, x, dtype="float32"):
    return Case("sum_to", {"y": Array(y, dtype), "x": Array(x, dtype)})


CASES = [sum_to((4,), (3, 4))]
CASES += [sum_to(part, whole, dtype) for dtype in FLOATS for whole, part in PAIRS]
# Sums so long, into so few numbers, that they are cut.
LONG = [((2000, 300), (300,)), ((300_001,), ()), ((90, 30, 200), (30, 1)), ((7, 600), (600,))]
LONG += [((3, 3000, 40), (3, 1, 40)), ((50, 9000), (50, 1)), ((40, 20, 500), (1, 20, 500))]
# Rows of few columns, one after the other.
LONG += [((5003, 8), (8,)), ((130, 7), (7,)), ((20_001, 18), (18,)), ((3, 700, 64), (3, 1, 64))]
CASES += [sum_to(part, whole, dtype) for dtype in FLOATS for whole, part in LONG]
