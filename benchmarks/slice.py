"""slice: rows, columns, every second column, a flip, a margin of zeros; the gradient of a slice.

NumPy copies the same window, or writes zeros and copies into it.
"""

from cases.slice import slice as window

from benchmarks.rows import kernel_rows, label_of, nbytes

N = 1000
WINDOWS = [
    window((N // 2, N), (N, N), (N // 4, 0)),
    window((N, N // 2), (N, N), (0, N // 4)),
    window((N, N // 2), (N, N), (0, 0), (1, 2)),
    window((N, N), (N, N), (0, N - 1), (1, -1)),
    window((100_000, 1), (100_000, 10), (0, 3)),
    window((64, 34, 34, 32), (64, 32, 32, 32), (0, -1, -1, 0)),
    window((N, N), (N, N // 2), (0, 0), (1, 1), (1, 2)),
]


def windows(y, x, starts, steps, every):
    """What to write of y, what to read of x, and whether anything of y is left over."""
    to, taken = [], []
    for m, n, start, step, divisor in zip(y.shape, x.shape, starts, steps, every, strict=True):
        if divisor > 1 or start < 0:
            to.append(slice(-start, -start + n * divisor, divisor))
            taken.append(slice(None))
        else:
            end = start + step * m
            to.append(slice(None))
            taken.append(slice(start, None if end < 0 else end, step))
    return tuple(to), tuple(taken), y.shape != x[tuple(taken)].shape


def numpy_slice(np, y, x, starts, steps, every, value):
    to, taken, margin = windows(y, x, starts, steps, every)

    def call():
        if margin:
            y.fill(value)
        y[to] = x[taken]

    return call


NUMPY = {"slice": numpy_slice}


def rows():
    return kernel_rows("slice", WINDOWS, NUMPY, {}, label=label, traffic=traffic)


def label(case):
    starts, steps, *_ = case.settings
    return f"{label_of(case)} from {starts} by {steps}"


def traffic(case):
    """What is read is at most what is written."""
    written = nbytes(case.operands["y"])
    return min(written, nbytes(case.operands["x"])), written
