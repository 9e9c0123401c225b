"""random: lengths around counter blocks and lanes, the layers' streams, rates at their edges."""

from . import FLOATS, SIZES, Array, Case

STATE = Array((2,), "int64", "state")


def uniform(shape, dtype="float32", low=0.0, high=1.0, stream=0):
    return Case("uniform", {"y": Array(shape, dtype), "state": STATE}, (low, high, stream))


def dropout_forward(shape, dtype="float32", rate=0.5, stream=0, mask=()):
    operands = {"y": Array(shape, dtype), "position": STATE, "state": STATE}
    return Case("dropout_forward", operands | {"x": Array(shape, dtype)}, (rate, stream, mask))


def dropout_backward(shape, dtype="float32", rate=0.5, stream=0, mask=()):
    operands = {"dx": Array(shape, dtype), "dy": Array(shape, dtype), "position": STATE}
    return Case("dropout_backward", operands, (rate, stream, mask))


SHAPES = [(3, 4), *((size,) for size in SIZES), (), (0,), (5, 7, 9), (150, 300)]
STREAMS = (0, 1, 2**32 - 1, 2**32, -1)

# Shapes, and masks that share draws along some axes: between others, the last, the first, all.
MASKS = [
    ((3, 5, 7, 9), (3, 1, 1, 9)),
    ((4, 33), (4, 1)),
    ((33, 5), (1, 5)),
    ((2, 3, 4, 5), (1, 3, 1, 5)),
    ((2, 3, 4, 5), (2, 1, 4, 1)),
    ((3, 4), (1, 1)),
    ((3, 4), (3, 4)),
    ((1, 600, 2), (1, 600, 1)),
    ((2, 30, 700), (2, 1, 700)),
    ((0, 3), (0, 1)),
]

CASES = []
for dtype in FLOATS:
    for shape in SHAPES:
        CASES += [uniform(shape, dtype), uniform(shape, dtype, -0.3, 0.7, 5)]
        CASES += [dropout_forward(shape, dtype), dropout_backward(shape, dtype)]
    for stream in STREAMS:
        CASES += [
            uniform((37,), dtype, stream=stream),
            dropout_forward((37,), dtype, stream=stream),
        ]
    for rate in (0.0, 1e-12, 0.1, 0.9, 1 - 2**-20):
        CASES += [dropout_forward((333,), dtype, rate), dropout_backward((333,), dtype, rate)]
    for shape, mask in MASKS:
        CASES += [dropout_forward(shape, dtype, mask=mask)]
        CASES += [dropout_backward(shape, dtype, 0.3, 2**40, mask)]
    CASES += [uniform((33,), dtype, *bounds) for bounds in ((2.0, 2.0), (1.0, -1.0), (-1e6, 1e6))]
