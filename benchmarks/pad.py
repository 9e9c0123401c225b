"""pad: images mirrored at their borders, a long row rolled and tiled; and the gradients."""

from cases.pad import pad, pad_backward

from benchmarks.rows import kernel_rows, label_of

SHAPES = [
    ((64, 34, 34, 32), (64, 32, 32, 32), (0, 1, 1, 0), "reflect"),
    ((64, 34, 34, 32), (64, 32, 32, 32), (0, 1, 1, 0), "edge"),
    ((1_000_000,), (1_000_000,), (1000,), "wrap"),
    ((1000, 3000), (1000, 1000), (0, 0), "wrap"),
]


def numpy_pad(np, y, x, before, mode):
    sizes = zip(before, y.shape, x.shape, strict=True)
    widths = [(b, max(0, m - n - b)) for b, m, n in sizes]
    if y.shape == x.shape:
        return lambda: np.roll(x, before)
    return lambda: np.pad(x, widths, mode=mode)


def label(case):
    return f"{label_of(case)} {case.settings[1]}"


NUMPY = {"pad": numpy_pad}


def rows():
    cases = [operation(*shape) for operation in (pad, pad_backward) for shape in SHAPES]
    return kernel_rows("pad", cases, NUMPY, {}, label=label)
