"""resize: larger, smaller, sizes without a common divisor, one pixel, channels around the lanes."""

from . import Array, Case

MODES = ("bilinear", "nearest")


def resize(x, size, interpolation="bilinear", dtype="float32"):
    y = (x[0], *size, x[3])
    return Case("resize", {"y": Array(y, dtype), "x": Array(x, dtype)}, (interpolation,))


def resize_backward(x, size, interpolation="bilinear", dtype="float32"):
    y = (x[0], *size, x[3])
    return Case("resize_backward", {"dx": Array(x, dtype), "dy": Array(y, dtype)}, (interpolation,))


SHAPES = [
    ((2, 5, 7, 3), (8, 4)),
    ((2, 6, 4, 1), (3, 12)),  # halves and thirds: places that are whole
    ((1, 3, 31, 4), (7, 9)),
    ((1, 5, 3, 17), (5, 7)),
    ((3, 1, 1, 2), (3, 4)),
    ((1, 9, 8, 5), (1, 1)),
]
EMPTY = [((0, 4, 4, 3), (2, 2)), ((2, 4, 4, 0), (2, 5)), ((2, 4, 3, 2), (0, 2))]
LONG = ((3, 40, 38, 16), (57, 61))

CASES = [resize(*SHAPES[0]), resize_backward(*SHAPES[0])]
for make in (resize, resize_backward):
    CASES += [make(*shape) for shape in SHAPES]
    CASES += [make(*shape, "nearest") for shape in SHAPES[1:4]]
    CASES += [make(*shape, dtype="float64") for shape in SHAPES[:3]]
    CASES += [make(*SHAPES[0], "nearest", "float64")]
    CASES += [make(*shape) for shape in EMPTY] + [make(*LONG, mode) for mode in MODES]

INDEPENDENT = [(resize(*LONG), {"y": 0, "x": 0}), (resize_backward(*LONG), {"dx": 0, "dy": 0})]
