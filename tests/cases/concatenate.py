"""concatenate: one array and several, empty ones among them, along each axis."""

from . import FLOATS, Array, Case


def concatenate(y, axis, sizes, dtype="float32"):
    values = "normal" if dtype in FLOATS else "integers"
    shapes = [(*y[:axis], size, *y[axis + 1 :]) for size in sizes]
    operands = {"y": Array(y, dtype, values), "x": [Array(s, dtype, values) for s in shapes]}
    return Case("concatenate", operands, (axis,))


CASES = [concatenate((3, 7), 1, (3, 4))]
for dtype in FLOATS:
    CASES += [
        concatenate((9,), 0, (9,), dtype),
        concatenate((9,), 0, (2, 0, 7), dtype),
        concatenate((0, 3), 0, (0, 0), dtype),
        concatenate((6, 3), 0, (1, 2, 3), dtype),
        concatenate((3, 6, 5), 1, (4, 2), dtype),
        concatenate((2, 3, 4, 33), 3, (1, 15, 17), dtype),
        concatenate((5, 4), 1, (1, 1, 1, 1), dtype),
        concatenate((300, 260), 1, (257, 3), dtype),
    ]
CASES += [concatenate((3, 7, 2), 1, (5, 2), dtype) for dtype in ("int32", "int64", "uint8")]
