"""norms: many arrays, empty ones, squares that float32 does not hold, blocks that are cut."""

from . import FLOATS, SIZES, Array, Case


def norms(shapes, dtype="float32", each=True, values="normal"):
    norm = Array((len(shapes),) if each else (), "float64")
    x = [Array(shape, dtype, values) for shape in shapes]
    return Case("norms", {"norm": norm, "x": x})


CASES = [norms([(3, 4), (5,), (2,)])]
for dtype in FLOATS:
    for each in (False, True):
        CASES += [norms([(size,) for size in SIZES * 3], dtype, each)]
        CASES += [norms([(3, 3), (), (0,), (2, 1, 5), (70_001,), (4097,)], dtype, each)]
        CASES += [norms([], dtype, each), norms([(0,)], dtype, each)]
        CASES += [norms([(33,), (7,)], dtype, each, "huge"), norms([(50,)], dtype, each, "nan")]
