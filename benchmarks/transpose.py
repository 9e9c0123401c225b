"""transpose: matrices for each cache and for memory, heads of attention, channels last to first."""

from cases.transpose import transpose

from benchmarks.rows import kernel_rows

SHAPES = [((n, n), (1, 0)) for n in (32, 180, 1000, 4000)]
SHAPES += [
    ((100_000, 3), (1, 0)),
    ((32, 128, 8, 64), (0, 2, 1, 3)),
    ((32, 56, 56, 64), (0, 3, 1, 2)),
]

NUMPY = {"transpose": lambda np, y, x, axes: lambda: np.copyto(y, x.transpose(axes))}
TORCH = {"transpose": lambda torch, y, x, axes: lambda: y.copy_(x.permute(axes))}


def rows():
    return kernel_rows("transpose", [transpose(*shape) for shape in SHAPES], NUMPY, TORCH)
