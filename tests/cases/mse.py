"""mse: element counts around lanes and parts, any rank, either gradient unwanted."""

from . import FLOATS, SIZES, Array, Case


def mse_forward(shape, dtype="float32"):
    operands = {name: Array(shape, dtype) for name in ("prediction", "target")}
    return Case("mse_forward", {"loss": Array((), dtype)} | operands)


def mse_backward(shape, dtype="float32", wanted=("dprediction", "dtarget")):
    operands = {
        "dprediction": Array(shape, dtype) if "dprediction" in wanted else None,
        "dtarget": Array(shape, dtype) if "dtarget" in wanted else None,
        "dloss": Array((), dtype),
        "prediction": Array(shape, dtype),
        "target": Array(shape, dtype),
    }
    return Case("mse_backward", operands)


SHAPES = [(3, 4), *((size,) for size in SIZES), (), (5, 1), (5, 7, 9), (200, 300)]

CASES = []
for dtype in FLOATS:
    for shape in SHAPES:
        CASES += [mse_forward(shape, dtype), mse_backward(shape, dtype)]
    for wanted in (["dprediction"], ["dtarget"], []):
        CASES += [mse_backward(shape, dtype, wanted) for shape in ((3, 4), (65,))]
