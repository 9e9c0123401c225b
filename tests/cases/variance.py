"""variance: axes at every place, what is far from zero, reductions that are cut."""

from . import FLOATS, Array, Case
from .reduce import CUT, LONG, PAIRS


def variance_forward(y, x, root=False, dtype="float32", values="normal"):
    operands = {"variance": Array(y, dtype), "mean": Array(y, dtype), "x": Array(x, dtype, values)}
    return Case("variance_forward", operands, (root,), note=values)


def variance_backward(y, x, root=False, dtype="float32"):
    small = {name: Array(y, dtype) for name in ("dvariance", "variance", "mean")}
    operands = {"dx": Array(x, dtype), **small, "x": Array(x, dtype)}
    return Case("variance_backward", operands, (root,))


CASES = [variance_forward((1, 4), (3, 4)), variance_backward((1, 4), (3, 4))]
for dtype in FLOATS:
    for pair in PAIRS + CUT:
        CASES += [variance_forward(*pair, False, dtype), variance_backward(*pair, False, dtype)]
    for pair in PAIRS[2:5]:
        CASES += [variance_forward(*pair, True, dtype), variance_backward(*pair, True, dtype)]
    CASES += [variance_forward(*PAIRS[3], False, dtype, "offset")]
CASES += [variance_forward(*LONG), variance_forward(*LONG, True), variance_backward(*LONG)]

INDEPENDENT = [
    (variance_forward(*CUT[0]), {"variance": 0, "mean": 0, "x": 0}),
    (variance_forward(*CUT[1], True), {"variance": 0, "mean": 0, "x": 0}),
]
