"""softmax and its logarithm: rows of every length around the lanes, far-apart logits, masks."""

from . import FLOATS, SIZES, Array, Case


def softmax_forward(shape, dtype="float32", values="normal", operation="softmax_forward"):
    operands = {"y": Array(shape, dtype), "x": Array(shape, dtype, values)}
    return Case(operation, operands, note=values)


def softmax_backward(shape, dtype="float32"):
    operands = {name: Array(shape, dtype) for name in ("dx", "dy")}
    return Case("softmax_backward", operands | {"y": Array(shape, dtype, "softmax")})


def log_softmax_forward(shape, dtype="float32", values="normal"):
    return softmax_forward(shape, dtype, values, "log_softmax_forward")


def log_softmax_backward(shape, dtype="float32"):
    operands = {name: Array(shape, dtype) for name in ("dx", "dy")}
    return Case("log_softmax_backward", operands | {"y": Array(shape, dtype, "log softmax")})


SHAPES = [(3, 5), *((3, size) for size in SIZES), *((size, 10) for size in SIZES)]
SHAPES += [(1, 1000), (37, 1000), (1003, 10), (300, 200)]
FEW = [(3, 5), *((3, size) for size in (1, 2, 7, 8, 16, 17, 33, 65)), (37, 1030), (300, 200)]

CASES = []
for dtype in FLOATS:
    for shape in SHAPES:
        CASES += [softmax_forward(shape, dtype), softmax_backward(shape, dtype)]
    for shape in FEW:
        CASES += [log_softmax_forward(shape, dtype), log_softmax_backward(shape, dtype)]
    for shape in ((9,), (2, 3, 4), (0, 3), (2, 0, 3)):
        CASES += [softmax_forward(shape, dtype), softmax_backward(shape, dtype)]
        CASES += [log_softmax_forward(shape, dtype), log_softmax_backward(shape, dtype)]
    for shape in ((3, 5), (4, 33), (9, 100)):
        for forward in (softmax_forward, log_softmax_forward):
            CASES += [forward(shape, dtype, values) for values in ("far", "masked", "nan")]

INDEPENDENT = [
    (softmax_forward((50, 37)), {"y": 0, "x": 0}),
    (softmax_forward((300, 200), "float64"), {"y": 0, "x": 0}),
    (softmax_backward((50, 37)), {"dx": 0, "dy": 0, "y": 0}),
    (log_softmax_forward((50, 37)), {"y": 0, "x": 0}),
    (log_softmax_backward((50, 37)), {"dx": 0, "dy": 0, "y": 0}),
]
