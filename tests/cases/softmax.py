"""softmax: rows of every length around the lanes, far-apart logits, masks, certain predictions."""

from . import FLOATS, SIZES, Array, Case


def softmax_forward(shape, dtype="float32", values="normal"):
    operands = {"y": Array(shape, dtype), "x": Array(shape, dtype, values)}
    return Case("softmax_forward", operands, note=values)


def softmax_backward(shape, dtype="float32"):
    operands = {name: Array(shape, dtype) for name in ("dx", "dy")}
    return Case("softmax_backward", operands | {"y": Array(shape, dtype, "softmax")})


def labels(n, c):
    return Array((n,), "int32", "below", c)


def softmax_cross_entropy_forward(n, c, dtype="float32", values="normal"):
    operands = {
        "loss": Array((), dtype),
        "p": Array((n, c), dtype),
        "logits": Array((n, c), dtype, values),
        "labels": labels(n, c),
    }
    return Case("softmax_cross_entropy_forward", operands, note=values)


def softmax_cross_entropy_backward(n, c, dtype="float32"):
    operands = {
        "dlogits": Array((n, c), dtype),
        "dloss": Array((), dtype),
        "p": Array((n, c), dtype, "softmax"),
        "labels": labels(n, c),
    }
    return Case("softmax_cross_entropy_backward", operands)


def cross_entropy_forward(n, c, dtype="float32"):
    operands = {
        "loss": Array((), dtype),
        "p": Array((n, c), dtype, "probabilities"),
        "labels": labels(n, c),
    }
    return Case("cross_entropy_forward", operands)


def cross_entropy_backward(n, c, dtype="float32"):
    operands = {
        "dp": Array((n, c), dtype),
        "dloss": Array((), dtype),
        "p": Array((n, c), dtype, "probabilities"),
        "labels": labels(n, c),
    }
    return Case("cross_entropy_backward", operands)


LOSSES = (
    softmax_cross_entropy_forward,
    softmax_cross_entropy_backward,
    cross_entropy_forward,
    cross_entropy_backward,
)
SHAPES = [(3, 5), *((3, size) for size in SIZES), *((size, 10) for size in SIZES)]
SHAPES += [(1, 1000), (37, 1000), (1003, 10), (300, 200)]

CASES = []
for dtype in FLOATS:
    for shape in SHAPES:
        CASES += [softmax_forward(shape, dtype), softmax_backward(shape, dtype)]
        CASES += [loss(*shape, dtype) for loss in LOSSES]
    for shape in ((9,), (2, 3, 4), (0, 3), (2, 0, 3)):
        CASES += [softmax_forward(shape, dtype), softmax_backward(shape, dtype)]
    for shape in ((3, 5), (4, 33), (9, 100)):
        CASES += [softmax_forward(shape, dtype, values) for values in ("far", "masked", "nan")]
        for values in ("far", "masked"):
            CASES += [softmax_cross_entropy_forward(*shape, dtype, values)]

REFUSED = []
for loss in LOSSES:
    REFUSED += [
        loss(3, 5).changed("labels", values="limit", limit=wrong)
        for wrong in (5, -1, 2**31 - 1, -(2**31))
    ]

INDEPENDENT = [
    (softmax_forward((50, 37)), {"y": 0, "x": 0}),
    (softmax_forward((300, 200), "float64"), {"y": 0, "x": 0}),
    (softmax_backward((50, 37)), {"dx": 0, "dy": 0, "y": 0}),
    (softmax_cross_entropy_forward(300, 37), {"p": 0, "logits": 0, "labels": 0}),
]
