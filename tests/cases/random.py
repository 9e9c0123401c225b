"""random: lengths around counter blocks and lanes, the layers' streams, rates at their edges."""

from . import FLOATS, SIZES, Array, Case

STATE = Array((2,), "int64", "state")


def uniform(shape, dtype="float32", low=0.0, high=1.0, stream=0):
    return Case("uniform", {"y": Array(shape, dtype), "state": STATE}, (low, high, stream))


def dropout_forward(shape, dtype="float32", rate=0.5, stream=0):
    operands = {"y": Array(shape, dtype), "position": STATE, "state": STATE}
    return Case("dropout_forward", operands | {"x": Array(shape, dtype)}, (rate, stream))


def dropout_backward(shape, dtype="float32", rate=0.5, stream=0):
    operands = {"dx": Array(shape, dtype), "dy": Array(shape, dtype), "position": STATE}
    return Case("dropout_backward", operands, (rate, stream))


SHAPES = [(3, 4), *((size,) for size in SIZES), (), (0,), (5, 7, 9), (150, 300)]
STREAMS = (0, 1, 2**32 - 1, 2**32, -1)

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
    CASES += [uniform((33,), dtype, *bounds) for bounds in ((2.0, 2.0), (1.0, -1.0), (-1e6, 1e6))]
