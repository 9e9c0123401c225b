"""cumulative_sum: lines around a warp, lines side by side around the lanes, from both ends."""

from . import FLOATS, Array, Case


def cumulative_sum(shape, axis, reverse=False, exclusive=False, dtype="float32"):
    operands = {"y": Array(shape, dtype), "x": Array(shape, dtype)}
    return Case("cumulative_sum", operands, (axis, reverse, exclusive))


SHAPES = [((5,), 0), ((3, 33), 1), ((2, 100), 1), ((7, 3), 0), ((2, 5, 33), 1), ((3, 2, 131), 1)]
ENDS = [(False, False), (True, False), (False, True), (True, True)]

CASES = [cumulative_sum((3, 4), 0)]
for dtype in FLOATS:
    for shape in SHAPES[1:5:3]:
        CASES += [cumulative_sum(*shape, *ends, dtype) for ends in ENDS]
    CASES += [cumulative_sum(*shape, dtype=dtype) for shape in SHAPES]
    CASES += [cumulative_sum((3, 0), 1, dtype=dtype), cumulative_sum((1, 1), 0, True, dtype=dtype)]
CASES += [cumulative_sum((300, 257), axis) for axis in (0, 1)]

INDEPENDENT = [(cumulative_sum((9, 33), 1), {"y": 0, "x": 0})]
