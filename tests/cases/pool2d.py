"""pool2d: windows that meet, overlap and leave gaps, padding, channels around the lanes, NaN."""

from . import FLOATS, Array, Case


def shapes(x, size, stride, pads):
    """Of y."""
    heights = ((x[1], size[0], stride[0], pads[:2]), (x[2], size[1], stride[1], pads[2:]))
    return (x[0], *((n + sum(pad) - k) // s + 1 for n, k, s, pad in heights), x[3])


def place_dtype(size):
    return "uint8" if size[0] * size[1] <= 256 else "int32"


def pool2d_forward(
    x, size, stride, pads=(0, 0, 0, 0), function="max", dtype="float32", values="normal", kept=True
):
    y = shapes(x, size, stride, pads)
    operands = {
        "y": Array(y, dtype),
        "argmax": Array(y, place_dtype(size)) if kept and function == "max" else None,
        "x": Array(x, dtype, values),
    }
    return Case("pool2d_forward", operands, (function, *size, *stride, *pads), note=values)


def pool2d_backward(
    x, size, stride, pads=(0, 0, 0, 0), function="max", dtype="float32", values="normal"
):
    y = shapes(x, size, stride, pads)
    most = size[0] * size[1]
    argmax = Array(y, place_dtype(size), "below", most) if function == "max" else None
    operands = {"dx": Array(x, dtype), "dy": Array(y, dtype, values), "argmax": argmax}
    return Case("pool2d_backward", operands, (function, *size, *stride, *pads), note=values)


# x, window, stride, padding
PLACES = [
    ((2, 5, 7, 3), (2, 2), (2, 2), (0, 0, 0, 0)),  # meeting, with a row and a column left over
    ((2, 5, 6, 17), (3, 3), (1, 1), (1, 1, 1, 1)),  # overlapping
    ((1, 7, 5, 2), (2, 3), (3, 5), (1, 0, 2, 2)),  # gaps below windows, padding before and behind
    ((3, 4, 4, 67), (3, 2), (2, 2), (0, 1, 0, 0)),
    ((2, 3, 3, 5), (3, 3), (1, 1), (0, 0, 0, 0)),  # one window
    ((1, 4, 3, 1), (1, 1), (2, 1), (0, 0, 0, 0)),
    ((2, 4, 7, 18), (2, 2), (2, 2), (0, 0, 0, 1)),
]
LARGE = ((1, 18, 20, 3), (17, 16), (1, 2), (0, 0, 0, 0))  # more places than a uint8 counts
LONG = ((3, 40, 38, 16), (2, 2), (2, 2), (0, 0, 0, 0))
EMPTY = [((0, 4, 4, 3), (2, 2), (2, 2)), ((2, 4, 4, 0), (2, 2), (2, 2))]

CASES = [pool2d_forward(*PLACES[0]), pool2d_backward(*PLACES[0])]
for dtype in FLOATS:
    for place in PLACES:
        for function in ("max", "average"):
            CASES += [pool2d_forward(*place, function, dtype)]
            CASES += [pool2d_backward(*place, function, dtype)]
    CASES += [pool2d_forward(*place, "sum", dtype) for place in PLACES[1:3]]
    CASES += [pool2d_backward(*place, "sum", dtype) for place in PLACES[1:3]]
    CASES += [pool2d_forward(*PLACES[1], "max", dtype, "special")]
    CASES += [pool2d_forward(*PLACES[1], "max", dtype, "special", kept=False)]
    CASES += [pool2d_backward(*PLACES[0], "max", dtype, "special")]
    CASES += [pool2d_forward(*LARGE, "max", dtype), pool2d_backward(*LARGE, "max", dtype)]
    CASES += [pool2d_forward(*EMPTY[0], dtype=dtype), pool2d_backward(*EMPTY[1], dtype=dtype)]
CASES += [
    make(*LONG, function)
    for make in (pool2d_forward, pool2d_backward)
    for function in ("max", "average")
]

INDEPENDENT = [
    (pool2d_forward(*LONG), {"y": 0, "argmax": 0, "x": 0}),
    (pool2d_backward(*LONG, "average"), {"dx": 0, "dy": 0}),
]
