"""concatenate: two long arrays, features beside each other, many short pieces."""

from cases.concatenate import concatenate

from benchmarks.rows import kernel_rows

CASES = [
    concatenate((1_000_000,), 0, (500_000, 500_000)),
    concatenate((1024, 768), 1, (512, 256)),
    concatenate((100_000, 10), 1, (7, 3)),
    concatenate((1024, 64), 1, (1,) * 64),
]
NUMPY = {"concatenate": lambda np, y, x, axis: lambda: np.concatenate(x, axis, out=y)}
TORCH = {"concatenate": lambda torch, y, x, axis: lambda: torch.cat(x, axis, out=y)}


def rows():
    return kernel_rows("concatenate", CASES, NUMPY, TORCH)
