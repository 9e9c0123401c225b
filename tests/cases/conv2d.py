"""conv2d: steps, paddings, dilations and groups, widths around tiles, channels around lanes."""

from . import FLOATS, Array, Case


def window_count(size, taps, dilation, stride, before, after):
    return (size + before + after - (taps - 1) * dilation - 1) // stride + 1


def operands(x, w, stride, pads, dilation):
    """The shapes of y, x and w, from x (N, H, W, C) and w (KH, KW, C / groups, F)."""
    sides = zip(x[1:3], w, dilation, stride, pads[::2], pads[1::2], strict=False)
    return (x[0], *(window_count(*side) for side in sides), w[3]), x, w


def conv2d(
    x,
    w,
    stride=(1, 1),
    pads=(0, 0, 0, 0),
    dilation=(1, 1),
    groups=1,
    dtype="float32",
    bias=False,
    relu=False,
    values="normal",
    activation="none",
):
    """y = x * w; `pads` are top, bottom, left, right."""
    y, x, w = operands(x, w, stride, pads, dilation)
    arrays = {
        "y": Array(y, dtype),
        "x": Array(x, dtype, values),
        "w": Array(w, dtype),
        "bias": Array(y[3:], dtype) if bias else None,
    }
    settings = (*stride, *pads, *dilation, groups, "relu" if relu else activation)
    return Case("conv2d", arrays, settings, addable=not (bias or relu or activation != "none"))


def conv2d_transpose(
    x,
    w,
    stride=(1, 1),
    pads=(0, 0, 0, 0),
    dilation=(1, 1),
    groups=1,
    dtype="float32",
    bias=False,
    relu=False,
    activation="none",
):
    """The same backwards to x, which is what is written."""
    y, x, w = operands(x, w, stride, pads, dilation)
    arrays = {
        "x": Array(x, dtype),
        "y": Array(y, dtype),
        "w": Array(w, dtype),
        "bias": Array(x[3:], dtype) if bias else None,
    }
    settings = (*stride, *pads, *dilation, groups, "relu" if relu else activation)
    return Case(
        "conv2d_transpose", arrays, settings, addable=not (bias or relu or activation != "none")
    )


def conv2d_backward_w(
    x, w, stride=(1, 1), pads=(0, 0, 0, 0), dilation=(1, 1), groups=1, dtype="float32"
):
    y, x, w = operands(x, w, stride, pads, dilation)
    arrays = {"dw": Array(w, dtype), "dy": Array(y, dtype), "x": Array(x, dtype)}
    return Case("conv2d_backward_w", arrays, (*stride, *pads, *dilation, groups, "none"))


SAME = (1, 1, 1, 1)  # of a 3x3 window

# x, w, and what differs from steps of 1 without padding.
GEOMETRIES = [
    ((2, 9, 11, 5), (3, 3, 5, 7), {"pads": SAME}),
    ((1, 12, 13, 1), (5, 5, 1, 33), {}),
    ((2, 8, 10, 3), (3, 3, 3, 17), {"stride": (2, 2), "pads": (0, 1, 0, 1)}),
    ((2, 6, 17, 16), (3, 3, 16, 48), {"pads": SAME}),
    ((1, 7, 31, 17), (1, 1, 17, 16), {}),
    ((1, 9, 8, 32), (1, 1, 32, 15), {"stride": (2, 2)}),
    ((1, 15, 14, 3), (7, 7, 3, 8), {"stride": (2, 2), "pads": (3, 3, 2, 3)}),
    ((1, 4, 3, 2), (7, 5, 2, 9), {"pads": (3, 2, 1, 4)}),  # a window larger than the picture
    ((2, 11, 13, 4), (2, 1, 4, 5), {"stride": (3, 4)}),  # pixels that no window sees
    ((1, 13, 14, 6), (3, 3, 6, 9), {"dilation": (2, 3), "pads": (2, 2, 3, 3)}),
    ((1, 12, 17, 3), (3, 2, 3, 4), {"stride": (4, 2), "dilation": (6, 2), "pads": (5, 6, 0, 1)}),
    ((2, 6, 5, 6), (3, 3, 3, 8), {"groups": 2, "pads": SAME}),
    ((1, 5, 9, 48), (3, 3, 16, 36), {"groups": 3, "stride": (1, 2), "pads": SAME}),
    ((2, 7, 6, 17), (3, 3, 1, 17), {"groups": 17, "pads": SAME}),
    ((1, 8, 9, 5), (3, 3, 1, 15), {"groups": 5, "stride": (2, 2), "pads": (0, 1, 1, 1)}),
    ((1, 1, 33, 4), (1, 3, 4, 3), {"pads": (0, 0, 1, 1)}),
    ((1, 19, 1, 4), (3, 1, 4, 31), {}),
    ((1, 9, 10, 16), (3, 3, 16, 1), {"pads": SAME}),
    ((2, 7, 8, 19), (3, 5, 19, 3), {}),
    ((1, 1, 20, 16), (1, 2, 16, 5), {"dilation": (1, 70_001), "pads": (0, 0, 70_001, 0)}),
    ((0, 5, 6, 3), (3, 3, 3, 4), {}),
    ((2, 4, 5, 64), (3, 3, 64, 65), {"pads": SAME}),
    # Short windows, whose rows are taken together, and few columns; paddings that are left out.
    ((2, 9, 17, 1), (3, 3, 1, 8), {"pads": SAME}),
    ((2, 8, 9, 1), (2, 2, 1, 18), {}),
    ((1, 7, 13, 1), (5, 3, 1, 24), {"stride": (2, 2), "pads": (0, 4, 1, 1), "dilation": (1, 2)}),
    ((2, 6, 7, 18), (3, 3, 18, 40), {}),
    # Few columns, whose taps share pixels: several groups of taps, paddings, steps, dilations.
    ((2, 10, 19, 37), (7, 7, 37, 1), {"pads": (3, 3, 3, 3)}),
    ((2, 6, 9, 20), (5, 5, 20, 2), {"pads": (2, 2, 0, 4)}),
    ((1, 9, 21, 33), (3, 4, 33, 3), {"stride": (1, 2), "dilation": (2, 2), "pads": (2, 2, 3, 0)}),
    ((2, 7, 12, 64), (3, 5, 64, 1), {"stride": (2, 1), "dilation": (1, 2), "pads": (1, 1, 4, 4)}),
    ((1, 8, 15, 5), (3, 4, 5, 1), {"stride": (2, 2), "dilation": (2, 2), "pads": SAME}),
    ((2, 11, 13, 1), (5, 4, 1, 40), {"stride": (2, 2), "pads": SAME}),
    ((2, 5, 12, 32), (3, 4, 32, 4), {"pads": (1, 1, 2, 1)}),
]
# Several parts; products of many groups, for the wide tiles of the GPU; a bias that meets NaN;
# weights beyond the second cache, or whose rows would meet in a few of its sets.
ONCE = [
    conv2d((1, 4, 5, 300), (3, 3, 300, 64), pads=SAME),
    conv2d((1, 3, 4, 48), (3, 3, 48, 260), pads=SAME, bias=True, relu=True),
    conv2d_transpose((1, 4, 5, 64), (3, 3, 64, 300), pads=SAME),
    conv2d_transpose((1, 3, 4, 260), (3, 3, 260, 48), pads=SAME, bias=True),
    conv2d((4, 25, 24, 8), (3, 3, 8, 32), pads=SAME, bias=True, relu=True),
    conv2d((1, 1, 3, 256), (1, 2, 2, 8320), groups=128),
    conv2d((1, 1, 3, 256), (1, 2, 2, 5120), groups=128, bias=True),
    conv2d((2, 3, 2, 128), (1, 2, 1, 1152), groups=128, bias=True),
    conv2d((1, 5, 6, 3), (3, 3, 3, 4), bias=True, relu=True, values="special"),
    conv2d_transpose((3, 60, 59, 7), (3, 3, 7, 5), stride=(2, 2), pads=(0, 1, 0, 1), bias=True),
    conv2d_transpose((1, 1, 4, 8320), (1, 2, 65, 256), stride=(1, 2), groups=128),
    conv2d_backward_w((2, 20, 21, 9), (3, 3, 9, 34), pads=SAME),
    conv2d_backward_w((2, 24, 25, 6), (5, 5, 1, 12), groups=6),
]

# Each first with all that may be there.
CASES = [
    conv2d((2, 5, 7, 4), (3, 2, 2, 6), (2, 1), (1, 1, 0, 1), groups=2, bias=True),
    conv2d_transpose((2, 5, 7, 4), (3, 2, 2, 6), (2, 1), (1, 1, 0, 1), groups=2, bias=True),
    conv2d_backward_w((2, 5, 7, 4), (3, 2, 2, 6), (2, 1), (1, 1, 0, 1), groups=2),
    *ONCE,
]
for dtype in FLOATS:
    for i, (x, w, rest) in enumerate(GEOMETRIES):
        epilogue = {"bias": i % 3 != 0, "relu": i % 3 == 1}
        CASES += [
            conv2d(x, w, **rest, **epilogue, dtype=dtype),
            conv2d_transpose(x, w, **rest, **epilogue, dtype=dtype),
            conv2d_backward_w(x, w, **rest, dtype=dtype),
        ]
    # What the test of the derivative takes: at most 200 elements of each.
    CASES += [conv2d((2, 4, 5, 2), (2, 3, 2, 3), pads=SAME, bias=True, relu=True, dtype=dtype)]
    # The other activations go over what is finished.
    CASES += [conv2d((2, 6, 9, 5), (3, 3, 5, 33), bias=True, dtype=dtype, activation="tanh")]
    CASES += [conv2d((2, 6, 9, 5), (3, 3, 1, 5), groups=5, dtype=dtype, activation="selu")]
    CASES += [conv2d_transpose((2, 6, 9, 5), (3, 3, 5, 7), dtype=dtype, activation="sigmoid")]
    CASES += [
        conv2d_transpose(
            (2, 4, 5, 3), (2, 3, 3, 2), (2, 2), SAME, bias=True, relu=True, dtype=dtype
        )
    ]

INDEPENDENT = [
    (conv2d((5, 9, 10, 8), (3, 3, 8, 17), pads=SAME, bias=True, relu=True), {"y": 0, "x": 0}),
    (conv2d((3, 7, 8, 12), (3, 3, 1, 12), groups=12, dtype="float64"), {"y": 0, "x": 0}),
    (conv2d((7, 3, 3, 40), (1, 1, 40, 70)), {"y": 0, "x": 0}),
    (conv2d((5, 7, 8, 19), (3, 5, 19, 3)), {"y": 0, "x": 0}),
    (conv2d((5, 9, 17, 33), (7, 7, 33, 1), pads=(3, 3, 3, 3)), {"y": 0, "x": 0}),
    (conv2d((4, 3, 4, 48), (3, 3, 48, 260), pads=SAME), {"y": 0, "x": 0}),
    (conv2d((3, 8, 8, 300), (3, 3, 300, 256), pads=SAME), {"y": 0, "x": 0}),
    (conv2d_transpose((5, 9, 10, 8), (3, 3, 8, 17), (2, 2), SAME), {"x": 0, "y": 0}),
    (conv2d_transpose((3, 8, 7, 33), (5, 5, 33, 6), dtype="float64"), {"x": 0, "y": 0}),
]
