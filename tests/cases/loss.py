"""Losses of elements: each function, weights of a sample, of an element and none, lengths around
lanes, blocks and parts, either gradient unwanted, errors at and beyond huber's edge, probabilities
at and beyond the clip."""

from . import FLOATS, Array, Case

BOTH = ("dprediction", "dtarget")
FUNCTIONS = {
    "squared": "normal",
    "absolute": "normal",
    "huber": "normal",
    "binary_cross_entropy": "unit",
    "sigmoid_cross_entropy": "far",
}


def settings_of(function):
    return (function, 0.75, 0.1 if "entropy" in function else 0.0)


def operands_of(shape, dtype, weights, values):
    return {
        "prediction": Array(shape, dtype, values),
        "target": Array(shape, dtype, "unit" if values in ("unit", "far") else "normal"),
        "weights": None if weights is None else Array(weights, dtype),
    }


def loss_forward(shape, dtype="float32", weights=None, function="squared"):
    operands = operands_of(shape, dtype, weights, FUNCTIONS[function])
    return Case("loss_forward", {"loss": Array((), dtype)} | operands, settings_of(function))


def loss_backward(shape, dtype="float32", weights=None, function="squared", wanted=BOTH):
    outputs = {name: Array(shape, dtype) if name in wanted else None for name in BOTH}
    operands = operands_of(shape, dtype, weights, FUNCTIONS[function])
    operands = {**outputs, "dloss": Array((), dtype), **operands}
    return Case("loss_backward", operands, settings_of(function))


# (shape, of the weights)
SHAPES = [((7, 15), (7,)), ((5, 17), (5, 17)), ((3, 2, 33), None)]

CASES = [make((3, 4), weights=(3,)) for make in (loss_forward, loss_backward)]
for make in (loss_forward, loss_backward):
    for dtype in FLOATS:
        for function in FUNCTIONS:
            CASES += [make(shape, dtype, w, function) for shape, w in SHAPES]
        CASES += [make((), dtype), make((3, 5), dtype, ()), make((3, 2, 5), dtype, (3, 2))]
    CASES += [make((size,)) for size in (1, 2, 4, 8, 16, 31, 64, 100)]
    CASES += [make((size,), "float64") for size in (3, 15, 33)]
    CASES += [make((200, 353), "float32", (200,)), make((70_001,), "float64")]
    CASES += [make((70_001,), "float32", (70_001,), "huber")]
for wanted in (["dprediction"], ["dtarget"], []):
    CASES += [loss_backward((65,), "float32", (65,), "sigmoid_cross_entropy", wanted)]
