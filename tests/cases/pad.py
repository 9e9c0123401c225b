"""pad: every mode, margins longer than x, windows of it, rolls and tiles; and their sums."""

from . import FLOATS, Array, Case

MODES = ("edge", "reflect", "symmetric", "wrap")


def pad(y, x, before, mode="edge", dtype="float32"):
    values = "normal" if dtype in FLOATS else "integers"
    operands = {"y": Array(y, dtype, values), "x": Array(x, dtype, values)}
    return Case("pad", operands, (before, mode))


def pad_backward(dy, dx, before, mode="edge", dtype="float32"):
    operands = {"dx": Array(dx, dtype), "dy": Array(dy, dtype)}
    return Case("pad_backward", operands, (before, mode))


SHAPES = [
    ((19,), (4,), (7,)),
    ((6, 9), (4, 5), (1, 2)),
    ((2, 7, 8, 3), (2, 4, 5, 3), (0, 1, 2, 0)),
    ((5,), (1,), (2,)),
]
CASES = [pad((6, 9), (4, 5), (1, 2)), pad_backward((6, 9), (4, 5), (1, 2))]
for operation in (pad, pad_backward):
    for i, dtype in enumerate(FLOATS):
        CASES += [operation(*shapes, mode, dtype) for shapes in SHAPES[i:3] for mode in MODES]
        CASES += [operation(*SHAPES[3], mode, dtype) for mode in MODES[i::2]]
        CASES += [
            operation((), (), (), dtype=dtype),
            operation((0, 3), (2, 3), (0, 0), dtype=dtype),
            operation((3, 2), (6, 5), (-2, -1), "wrap", dtype),
            operation((301, 240), (300, 235), (1, 2), "reflect", dtype),
        ]
CASES += [pad((6, 9), (4, 5), (1, 2), "wrap", dtype) for dtype in ("int32", "int64", "uint8")]
