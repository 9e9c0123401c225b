"""transpose: planes around the tiles, kept rows, merged and single axes, every size of element."""

from . import FLOATS, Array, Case


def transpose(x, axes, dtype="float32"):
    values = "normal" if dtype in FLOATS else "integers"
    y = tuple(x[axis] for axis in axes)
    operands = {"y": Array(y, dtype, values), "x": Array(x, dtype, values)}
    return Case("transpose", operands, (axes,))


CASES = [transpose((3, 4), (1, 0))]
for dtype in FLOATS:
    sizes = ((1, 5), (4, 16), (5, 9), (17, 33), (40, 7), (65, 70))
    CASES += [transpose(size, (1, 0), dtype) for size in sizes]
    CASES += [
        transpose((), (), dtype),
        transpose((7,), (0,), dtype),
        transpose((0, 3), (1, 0), dtype),
        transpose((2, 5, 6), (1, 0, 2), dtype),
        transpose((3, 5, 6), (0, 2, 1), dtype),
        transpose((4, 5, 6), (2, 1, 0), dtype),
        transpose((2, 3, 1, 5, 2), (4, 2, 0, 1, 3), dtype),
        transpose((2, 1, 2, 3, 1, 2, 2, 2), (7, 0, 6, 1, 5, 2, 4, 3), dtype),
        transpose((260, 275), (1, 0), dtype),
    ]
CASES += [transpose((9, 21), (1, 0), dtype) for dtype in ("int32", "int64", "uint8")]
CASES += [transpose((5, 9, 4), (1, 0, 2), "uint8")]
