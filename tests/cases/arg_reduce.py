"""arg_reduce: ties, NaN, rows around the lanes, axes with others behind them."""

from . import FLOATS, Array, Case


def arg_reduce(shape, axis, function="max", dtype="float32", values="few"):
    y = shape[:axis] + shape[axis + 1 :]
    operands = {"y": Array(y, "int32"), "x": Array(shape, dtype, values)}
    return Case("arg_reduce", operands, (function, axis), note=values)


SHAPES = [((3, 1), 1), ((5, 7), 1), ((4, 33), 1), ((3, 100), 1), ((9, 5), 0), ((3, 4, 33), 1)]
SHAPES += [((17,), 0), ((0, 3), 1), ((3, 0), 0)]

CASES = [arg_reduce((3, 4), 0)]
for dtype in FLOATS:
    CASES += [arg_reduce(*shape, "max", dtype) for shape in SHAPES]
    CASES += [arg_reduce(*shape, "min", dtype, "normal") for shape in SHAPES[1:6]]
    for shape in (SHAPES[2], SHAPES[5]):
        CASES += [arg_reduce(*shape, function, dtype, "special") for function in ("max", "min")]
CASES += [arg_reduce((300, 257), axis) for axis in (0, 1)]

INDEPENDENT = [(arg_reduce((9, 33), 1), {"y": 0, "x": 0})]
