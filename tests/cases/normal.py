"""normal: lengths around pairs, counter blocks and draws of 64 of them; means and deviations."""

from . import FLOATS, Array, Case
from .random import STATE


def normal(shape, dtype="float32", mean=0.0, stddev=1.0, truncated=False, stream=0):
    settings = (mean, stddev, truncated, stream)
    return Case("normal", {"y": Array(shape, dtype), "state": STATE}, settings)


CASES = [normal((3, 4))]
for dtype in FLOATS:
    for truncated in (False, True):
        for shape in ((1,), (2,), (7,), (257,), (0,), (), (3, 5, 7), (9_001,)):
            CASES += [normal(shape, dtype, truncated=truncated)]
        CASES += [normal((37,), dtype, -3.0, 0.5, truncated, -1)]
        CASES += [normal((37,), dtype, 0.1, 0.0, truncated, 2**32)]
