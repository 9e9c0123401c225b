"""add: broadcast axes at every place, alone, beside each other, all and none."""

from . import FLOATS, SIZES, Array, Case


def add(y, a, b, dtype="float32"):
    return Case("add", {"y": Array(y, dtype), "a": Array(a, dtype), "b": Array(b, dtype)})


# The whole, and what broadcasts to it.
PAIRS = [
    *(((size,), (1,)) for size in SIZES),
    *(((7, size), (size,)) for size in SIZES),
    *(((size, 9), (size, 1)) for size in SIZES),
    *(((size, 5, 3), (5, 1)) for size in (2, 15, 33)),
    ((5,), ()),
    ((), ()),
    ((4, 5), (4, 5)),
    ((3, 4, 5), (1, 4, 1)),
    ((3, 4, 5), (3, 1, 5)),
    ((3, 4, 5), (1, 1, 1)),
    ((2, 3, 4, 5), (3, 1, 5)),
    ((2, 3, 4, 5), (2, 1, 4, 1)),
    ((2, 1, 2, 1, 2, 3, 2, 3), (1, 1, 2, 1, 1, 3, 1, 3)),
    ((0, 3), (3,)),
    ((3, 0), (3, 1)),
    ((2, 0), (1, 0)),
    ((300, 257), (257,)),
    ((300, 257), (300, 1)),
    ((70_001,), (1,)),
    ((40, 30, 50), (1, 30, 1)),
]

CASES = [add((3, 4), (3, 4), (3, 4))]
for dtype in FLOATS:
    for whole, part in PAIRS:
        CASES += [add(whole, whole, part, dtype), add(whole, part, whole, dtype)]
    CASES += [add((size, size), (size, 1), (1, size), dtype) for size in SIZES]
    CASES += [add((3, 4, 5), (3, 1, 5), (4, 1), dtype)]
    CASES += [add((2, 3, 4, 5), (3, 1, 5), (2, 1, 4, 1), dtype)]
