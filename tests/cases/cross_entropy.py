"""Cross-entropy with labels: rows of every length around the lanes, far-apart logits, masks,
certain predictions; with weights and without."""

from . import FLOATS, SIZES, Array, Case


def labels(n, c):
    return Array((n,), "int32", "below", c)


def softmax_cross_entropy_forward(n, c, dtype="float32", values="normal", weighted=False):
    operands = {
        "loss": Array((), dtype),
        "p": Array((n, c), dtype),
        "logits": Array((n, c), dtype, values),
        "labels": labels(n, c),
        "weights": Array((n,), dtype) if weighted else None,
    }
    return Case("softmax_cross_entropy_forward", operands, note=values)


def softmax_cross_entropy_backward(n, c, dtype="float32", weighted=False):
    operands = {
        "dlogits": Array((n, c), dtype),
        "dloss": Array((), dtype),
        "p": Array((n, c), dtype, "softmax"),
        "labels": labels(n, c),
        "weights": Array((n,), dtype) if weighted else None,
    }
    return Case("softmax_cross_entropy_backward", operands)


def cross_entropy_forward(n, c, dtype="float32", weighted=False):
    operands = {
        "loss": Array((), dtype),
        "p": Array((n, c), dtype, "probabilities"),
        "labels": labels(n, c),
        "weights": Array((n,), dtype) if weighted else None,
    }
    return Case("cross_entropy_forward", operands)


def cross_entropy_backward(n, c, dtype="float32", weighted=False):
    operands = {
        "dp": Array((n, c), dtype),
        "dloss": Array((), dtype),
        "p": Array((n, c), dtype, "probabilities"),
        "labels": labels(n, c),
        "weights": Array((n,), dtype) if weighted else None,
    }
    return Case("cross_entropy_backward", operands)


LOSSES = (
    softmax_cross_entropy_forward,
    softmax_cross_entropy_backward,
    cross_entropy_forward,
    cross_entropy_backward,
)
SHAPES = [*((3, size) for size in SIZES), *((size, 10) for size in SIZES[::2])]
SHAPES += [(1, 1000), (37, 1000), (1003, 10), (300, 200)]

CASES = [loss(3, 5, weighted=True) for loss in LOSSES]
for dtype in FLOATS:
    for shape in SHAPES:
        CASES += [loss(*shape, dtype) for loss in LOSSES]
    for shape in ((5, 1), (17, 10), (4, 33), (1003, 10)):
        CASES += [loss(*shape, dtype, weighted=True) for loss in LOSSES]
    for shape in ((3, 5), (4, 33), (9, 100)):
        for values in ("far", "masked"):
            CASES += [softmax_cross_entropy_forward(*shape, dtype, values)]

REFUSED = []
for loss in LOSSES:
    REFUSED += [
        loss(3, 5).changed("labels", values="limit", limit=wrong)
        for wrong in (5, -1, 2**31 - 1, -(2**31))
    ]

INDEPENDENT = [
    (softmax_cross_entropy_forward(300, 37), {"p": 0, "logits": 0, "labels": 0}),
]
