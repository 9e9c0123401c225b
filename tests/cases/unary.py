"""unary: every function, over numbers of all sizes; lengths around lanes and parts."""

from reference.unary import FORWARD

from . import FLOATS, Array, Case

# Where all of their arguments must be numbers.
POSITIVE = ("log", "log1p", "sqrt", "rsqrt")
NUMBERS = {"leaky_relu": (0.2, 0.0), "elu": (0.7, 0.0), "clip": (-0.5, 0.75)}


def unary_forward(shape, function="relu", dtype="float32", values="normal", numbers=None):
    settings = (function, *(numbers or NUMBERS.get(function, (0.0, 0.0))))
    operands = {"y": Array(shape, dtype), "x": Array(shape, dtype, values)}
    return Case("unary_forward", operands, settings, note=values)


def unary_backward(shape, function="relu", dtype="float32", values="normal", numbers=None):
    settings = (function, *(numbers or NUMBERS.get(function, (0.0, 0.0))))
    operands = {name: Array(shape, dtype) for name in ("dx", "dy")}
    operands |= {"saved": Array(shape, dtype, values)}
    return Case("unary_backward", operands, settings, note=values)


SHAPES = ((3, 4), (1,), (5,), (16,), (17,), (63,), (), (0,), (3, 0), (2, 3, 2, 3), (70_001,))

CASES = []
for make in (unary_forward, unary_backward):
    CASES += [make(shape, "relu") for shape in SHAPES]
    CASES += [make((size,), "gelu", "float64") for size in (1, 4, 7, 17, 70_001)]
    for function in FORWARD:
        smooth = "positive" if function in POSITIVE else "normal"
        CASES += [make((131,), function, "float32", "curve")]
        CASES += [make((67,), function, "float64", smooth)]
    # The whole range, where sin and cos find what is left of it after all multiples of pi / 2.
    CASES += [make((99,), name, dtype, "wild") for name in ("sin", "cos") for dtype in FLOATS]
    CASES += [make((67,), "clip", "float64", "curve", (-float("inf"), 0.0))]
    CASES += [make((67,), "leaky_relu", "float64", "curve", (0.0, 0.0))]
    CASES += [make((67,), "elu", "float64", "curve", (0.0, 0.0))]

INDEPENDENT = [(unary_forward((23,), "tanh"), {"y": 0, "x": 0})]
