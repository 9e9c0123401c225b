"""relu: elementwise, so lengths around lanes and parts; NaN, infinities and zeros of both signs."""

from . import FLOATS, SIZES, Array, Case


def relu_forward(shape, dtype="float32", values="normal"):
    operands = {"y": Array(shape, dtype), "x": Array(shape, dtype, values)}
    return Case("relu_forward", operands, note=values)


def relu_backward(shape, dtype="float32", values="normal"):
    operands = {name: Array(shape, dtype) for name in ("dx", "dy")}
    return Case("relu_backward", operands | {"y": Array(shape, dtype, values)}, note=values)


SHAPES = [(3, 4), *((size,) for size in SIZES), (), (0,), (3, 0), (5, 7, 9), (2, 3, 2, 3)]
SHAPES += [(70_001,)]

CASES = [
    operation(shape, dtype, values)
    for operation in (relu_forward, relu_backward)
    for dtype in FLOATS
    for values in ("normal", "special")
    for shape in SHAPES
]
