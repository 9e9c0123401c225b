"""Cross-entropy with soft labels: rows around the lanes, far-apart logits, certain predictions;
smoothed and not, with weights and without."""

from . import FLOATS, Array, Case


def rest(n, c, dtype, weighted):
    return {
        "target": Array((n, c), dtype, "probabilities"),
        "weights": Array((n,), dtype) if weighted else None,
    }


def softmax_cross_entropy_soft_forward(
    n, c, dtype="float32", weighted=False, smoothing=0.1, values="normal"
):
    operands = {
        "loss": Array((), dtype),
        "p": Array((n, c), dtype),
        "logits": Array((n, c), dtype, values),
        **rest(n, c, dtype, weighted),
    }
    return Case("softmax_cross_entropy_soft_forward", operands, (smoothing,), note=values)


def softmax_cross_entropy_soft_backward(n, c, dtype="float32", weighted=False, smoothing=0.1):
    operands = {
        "dlogits": Array((n, c), dtype),
        "dloss": Array((), dtype),
        "p": Array((n, c), dtype, "softmax"),
        **rest(n, c, dtype, weighted),
    }
    return Case("softmax_cross_entropy_soft_backward", operands, (smoothing,))


def cross_entropy_soft_forward(n, c, dtype="float32", weighted=False, smoothing=0.1):
    operands = {
        "loss": Array((), dtype),
        "p": Array((n, c), dtype, "probabilities"),
        **rest(n, c, dtype, weighted),
    }
    return Case("cross_entropy_soft_forward", operands, (smoothing,))


def cross_entropy_soft_backward(n, c, dtype="float32", weighted=False, smoothing=0.1):
    operands = {
        "dp": Array((n, c), dtype),
        "dloss": Array((), dtype),
        "p": Array((n, c), dtype, "probabilities"),
        **rest(n, c, dtype, weighted),
    }
    return Case("cross_entropy_soft_backward", operands, (smoothing,))


LOSSES = (
    softmax_cross_entropy_soft_forward,
    softmax_cross_entropy_soft_backward,
    cross_entropy_soft_forward,
    cross_entropy_soft_backward,
)
SHAPES = [(1, 5), (7, 10), *((5, size) for size in (2, 4, 8, 15, 16, 17, 33)), (4, 1030)]

CASES = [loss(3, 5, weighted=True) for loss in LOSSES]
for dtype in FLOATS:
    for loss in LOSSES:
        CASES += [loss(*shape, dtype) for shape in SHAPES]
        CASES += [loss(*shape, dtype, True, 0.0) for shape in ((9, 10), (4, 65), (1003, 10))]
    for shape in ((3, 5), (4, 33)):
        CASES += [softmax_cross_entropy_soft_forward(*shape, dtype, values="far")]
for loss in LOSSES:
    CASES += [loss(300, 200)]

INDEPENDENT = [
    (softmax_cross_entropy_soft_forward(40, 37), {"p": 0, "logits": 0, "target": 0}),
]
