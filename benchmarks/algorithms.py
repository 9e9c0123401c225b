"""Convolutions in shapes that no workload has: is the algorithm that is chosen the faster one?

`fastnn direct` and `fastnn winograd` are processes with FASTNN_CONV so set; `the best` is the
better of them, which the choice should come within 10 % of: 0.9.
"""

from dataclasses import replace
from functools import partial

from benchmarks.conv2d import OPERATIONS, flops, label
from benchmarks.rows import kernel_rows, own
from benchmarks.turns import FORCED

SAME, VALID = (1, 1, 1, 1), (0, 0, 0, 0)
HALF = (0, 1, 0, 1)  # beside 3x3 windows two apart over an even size
# Pictures, height, width, channels; rows and columns of taps, filters; padding, how far apart.
SHAPES = [
    (1, 7, 7, 64, 3, 3, 64, SAME, 1),
    (1, 9, 9, 256, 3, 3, 256, SAME, 1),
    (1, 17, 23, 48, 3, 3, 96, SAME, 1),
    (1, 28, 28, 512, 3, 3, 512, SAME, 1),
    (1, 33, 33, 17, 3, 3, 33, VALID, 1),
    (1, 64, 64, 3, 3, 3, 64, SAME, 1),
    (1, 96, 96, 32, 3, 3, 32, SAME, 1),
    (1, 128, 128, 16, 3, 3, 16, SAME, 1),
    (2, 5, 5, 128, 3, 3, 128, SAME, 1),
    (2, 14, 14, 384, 3, 3, 384, SAME, 1),
    (4, 11, 13, 24, 3, 3, 40, VALID, 1),
    (4, 40, 40, 8, 3, 3, 8, SAME, 1),
    (5, 31, 29, 12, 3, 3, 20, SAME, 1),
    (8, 6, 6, 96, 3, 3, 160, VALID, 1),
    (8, 20, 20, 17, 3, 3, 17, SAME, 1),
    (8, 24, 24, 64, 3, 1, 64, (1, 1, 0, 0), 1),
    (8, 24, 24, 64, 1, 3, 64, (0, 0, 1, 1), 1),
    (8, 30, 30, 32, 5, 5, 32, (2, 2, 2, 2), 1),
    (8, 48, 48, 6, 3, 3, 24, SAME, 1),
    (16, 4, 4, 256, 3, 3, 128, SAME, 1),
    (16, 10, 10, 80, 2, 2, 80, VALID, 1),
    (16, 19, 19, 64, 3, 3, 32, SAME, 2),
    (16, 16, 16, 32, 4, 4, 64, SAME, 2),
    (16, 16, 16, 64, 2, 2, 128, VALID, 2),
    (32, 3, 3, 64, 3, 3, 64, SAME, 1),
    (32, 12, 12, 20, 3, 3, 50, VALID, 1),
    (32, 22, 18, 40, 3, 3, 24, SAME, 1),
    (64, 1, 40, 32, 1, 5, 64, VALID, 1),
    (64, 15, 15, 10, 3, 3, 10, SAME, 1),
    (64, 26, 26, 16, 3, 3, 32, VALID, 1),
    (100, 8, 8, 48, 3, 3, 48, SAME, 1),
    (128, 2, 2, 128, 3, 3, 128, SAME, 1),
    (256, 7, 7, 32, 3, 3, 64, SAME, 1),
    (256, 14, 14, 4, 3, 3, 8, SAME, 1),
    (1000, 6, 6, 16, 3, 3, 16, SAME, 1),
    (1000, 8, 8, 8, 3, 3, 16, HALF, 2),
]


def cases(make):
    for n, h, w, c, taps_h, taps_w, f, pads, stride in SHAPES:
        yield make((n, h, w, c), (taps_h, taps_w, c, f), stride=(stride, stride), pads=pads)


def rows():
    made = []
    for make, what in OPERATIONS.values():
        given = list(cases(make))
        rows = kernel_rows("algorithms", given, {}, {}, f"chosen{what}", label=label, flops=flops)
        made += [
            replace(row, calls=row.calls | {name: partial(own, case) for name in FORCED})
            for row, case in zip(rows, given, strict=True)
        ]
    return made
