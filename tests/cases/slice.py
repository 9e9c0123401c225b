"""slice: windows inside, across and outside of x; steps of both signs, 0, and zeros between."""

from . import FLOATS, Array, Case


def slice(y, x, starts, steps=None, every=None, value=0.0, dtype="float32"):
    values = "normal" if dtype in FLOATS else "integers"
    ones = (1,) * len(x)
    operands = {"y": Array(y, dtype, values), "x": Array(x, dtype, values)}
    return Case("slice", operands, (starts, steps or ones, every or ones, value))


CASES = [slice((2, 3), (4, 5), (1, 2))]
for dtype in FLOATS:
    CASES += [
        slice((), (), (), dtype=dtype),
        slice((9,), (40,), (17,), dtype=dtype),
        slice((9,), (40,), (37,), (-4,), dtype=dtype),
        slice((13,), (5,), (-4,), dtype=dtype, value=2.5),
        slice((17,), (6,), (-2,), (1,), (3,), dtype=dtype),
        slice((17,), (6,), (13,), (-1,), (3,), dtype=dtype, value=-1.5),
        slice((4, 5, 6), (4, 5, 6), (3, 0, 5), (-1, 1, -1), dtype=dtype),
        slice((2, 5, 6), (4, 5, 6), (1, 0, 0), dtype=dtype),
        slice((4, 1, 6), (4, 5, 6), (0, 3, 0), dtype=dtype),
        slice((6, 7, 3), (4, 5, 3), (-1, -1, 0), dtype=dtype),
        slice((3, 4, 5), (1, 4, 1), (0, 0, 0), (0, 1, 0), dtype=dtype),
        slice((3, 3), (4, 5), (9, 0), dtype=dtype, value=3.0),
        slice((2, 3), (0, 5), (0, 0), dtype=dtype, value=1.0),
        slice((0, 3), (4, 5), (0, 0), dtype=dtype),
        slice((7, 9), (3, 4), (0, -1), (1, 1), (3, 2), dtype=dtype),
        slice((2, 2, 2, 1, 2, 2, 2, 2), (2, 3, 2, 3, 2, 2, 3, 2), (0,) * 8, dtype=dtype),
        slice((70_001,), (70_010,), (5,), dtype=dtype),
        slice((300, 250), (310, 250), (7, 0), dtype=dtype),
    ]
CASES += [slice((4, 7), (5, 6), (1, -1), dtype=d, value=7) for d in ("int32", "int64", "uint8")]
