"""batch_norm: channels from 1 to more than a strip, rows that do not fill the last row of copies,
one row, chunks and parts, a mean far larger than the spread, gamma and beta absent, and what may
follow: a residual and relu."""

from . import FLOATS, Array, Case

WANTED = ("dx", "dgamma", "dbeta")


def channels(shape, dtype, names, values="normal"):
    return {name: Array(shape[-1:], dtype, values) for name in names}


def optional(shape, dtype, present):
    return {name: Array(shape[-1:], dtype) if present else None for name in ("gamma", "beta")}


def batch_norm_forward(
    shape, dtype="float32", present=True, values="normal", settings=(0.9, 1e-3, False), extra=False
):
    operands = {"y": Array(shape, dtype), **channels(shape, dtype, ("mean", "rstd", "moving_mean"))}
    operands |= channels(shape, dtype, ("moving_variance",), "positive")
    operands |= {"x": Array(shape, dtype, values), **optional(shape, dtype, present)}
    operands["residual"] = Array(shape, dtype) if extra else None
    return Case("batch_norm_forward", operands, settings, note=values)


def gradients(shape, dtype, wanted):
    shapes = {"dx": shape, "dgamma": shape[-1:], "dbeta": shape[-1:]}
    return {name: Array(s, dtype) if name in wanted else None for name, s in shapes.items()}


def batch_norm_backward(shape, dtype="float32", present=True, wanted=WANTED, relu=False):
    operands = gradients(shape, dtype, wanted)
    operands |= {name: Array(shape, dtype) for name in ("dy", "x")}
    operands |= channels(shape, dtype, ("mean",)) | channels(shape, dtype, ("rstd",), "positive")
    operands |= optional(shape, dtype, present)
    return Case("batch_norm_backward", operands, (relu,))


def batch_norm_inference_forward(
    shape, dtype="float32", present=True, settings=(1e-3, False), extra=False
):
    operands = {name: Array(shape, dtype) for name in "yx"} | optional(shape, dtype, present)
    operands |= channels(shape, dtype, ("moving_mean",))
    operands |= channels(shape, dtype, ("moving_variance",), "positive")
    operands["residual"] = Array(shape, dtype) if extra else None
    return Case("batch_norm_inference_forward", operands, settings)


def batch_norm_inference_backward(shape, dtype="float32", present=True, wanted=WANTED):
    operands = gradients(shape, dtype, wanted)
    operands |= {name: Array(shape, dtype) for name in ("dy", "x")}
    operands["gamma"] = optional(shape, dtype, present)["gamma"]
    operands |= channels(shape, dtype, ("moving_mean",))
    operands |= channels(shape, dtype, ("moving_variance",), "positive")
    return Case("batch_norm_inference_backward", operands, (1e-3,))


TRAINING = (batch_norm_forward, batch_norm_backward)
INFERENCE = (batch_norm_inference_forward, batch_norm_inference_backward)
SHAPES = [(3, 4), (7,), (1, 5), (67, 1), (45, 3), (2, 3, 5, 10), (130, 16), (9, 33), (70, 65)]
SHAPES += [(5, 260), (3, 1100)]
LONG = [(40_201, 3), (480, 257)]  # in float64: enough for two parts of the statistics

CASES = [batch_norm_forward((3, 4), extra=True), batch_norm_inference_forward((3, 4), extra=True)]
for make in TRAINING + INFERENCE:
    for dtype in FLOATS:
        CASES += [make(shape, dtype) for shape in (SHAPES if make in TRAINING else SHAPES[::2])]
        CASES += [make((12, 7), dtype, False)]
    CASES += [make(shape, "float64") for shape in LONG]
for dtype in FLOATS:
    for shape in ((300, 3), (9, 65), (1000, 1)):
        CASES += [batch_norm_forward(shape, dtype, True, "offset", (0.99, 1e-6, False))]
    for shape in ((5, 9, 3), (70, 65), (40, 1100)):
        for present, extra in ((True, True), (True, False), (False, False)):
            CASES += [batch_norm_forward(shape, dtype, present, "normal", (0.9, 1e-3, True), extra)]
            CASES += [batch_norm_inference_forward(shape, dtype, present, (1e-3, True), extra)]
        CASES += [
            batch_norm_backward(shape, dtype, present, relu=True) for present in (True, False)
        ]
    for make in (batch_norm_backward, batch_norm_inference_backward):
        CASES += [make((12, 7), dtype, wanted=wanted) for wanted in (["dx"], ["dbeta"], [])]
CASES += [make(shape) for make in INFERENCE for shape in ((0, 3), (2, 0, 5))]

INDEPENDENT = [(batch_norm_inference_forward((20, 5)), {"y": 0, "x": 0})]
