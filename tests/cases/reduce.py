"""Reductions: axes at every place, rows, columns around the lanes, ties, zeros, NaN; cut ones."""

from . import FLOATS, Array, Case


def reduce_forward(y, x, function="sum", dtype="float32", values="normal"):
    operands = {"y": Array(y, dtype), "x": Array(x, dtype, values)}
    return Case("reduce_forward", operands, (function,), note=values)


def reduce_backward(y, x, function="max", dtype="float32", values="few"):
    needs_values = function not in ("sum", "mean")
    operands = {
        "dx": Array(x, dtype),
        "dy": Array(y, dtype),
        "x": Array(x, dtype, values) if needs_values else None,
        "y": Array(y, dtype, values) if needs_values else None,
    }
    return Case("reduce_backward", operands, (function,), note=values)


PAIRS = [
    ((), ()),
    ((1, 4, 1), (3, 4, 5)),
    ((2, 1, 1, 5), (2, 3, 4, 5)),
    ((17, 1), (17, 33)),
    ((1, 33), (19, 33)),
    ((1, 1), (1, 100)),
    ((0, 1), (0, 3)),
]
# Into two blocks: columns of more than 512 rows, runs of more than 32768 elements.
CUT = [((2, 1, 3), (2, 1100, 3)), ((2, 1), (2, 40_000))]
LONG = ((1, 1), (300, 257))

CASES = [reduce_forward((1, 4), (3, 4)), reduce_backward((1, 4), (3, 4))]
for dtype in FLOATS:
    CASES += [reduce_forward(*pair, "sum", dtype) for pair in PAIRS + CUT]
    CASES += [reduce_backward(*pair, "max", dtype) for pair in PAIRS + CUT]
    for function in ("mean", "max", "min", "prod", "logsumexp"):
        CASES += [reduce_forward(*pair, function, dtype) for pair in PAIRS[2:4]]
    for function in ("sum", "mean", "min", "prod"):
        CASES += [reduce_backward(*pair, function, dtype) for pair in PAIRS[2:4]]
    CASES += [reduce_backward(*PAIRS[3], "logsumexp", dtype, "normal")]
    CASES += [reduce_forward(*PAIRS[3], "logsumexp", dtype, "masked")]
    CASES += [reduce_forward(*PAIRS[3], "max", dtype, "special")]
for function in ("max", "min", "logsumexp"):
    CASES += [reduce_forward(*PAIRS[4], function, values="special")]
    CASES += [reduce_backward(*PAIRS[4], function, values="special")]
CASES += [reduce_forward(*pair, "logsumexp") for pair in [*CUT, LONG]]
CASES += [reduce_forward((1, 4), (0, 4), function) for function in ("sum", "prod")]
CASES += [reduce_backward(*LONG, "max"), reduce_backward(*LONG, "mean")]

INDEPENDENT = [
    (reduce_forward(*CUT[0], "sum"), {"y": 0, "x": 0}),
    (reduce_forward(*CUT[1], "logsumexp"), {"y": 0, "x": 0}),
    (reduce_backward(*CUT[1], "max"), {"dx": 0, "dy": 0, "x": 0, "y": 0}),
]
