"""add and sum_to: equal shapes; a row, and a column, against a matrix, forward and backward."""

from cases.add import add, sum_to

from benchmarks.rows import LENGTHS, kernel_rows

MATRICES = ((32, 128), (1024, 1024), (16_384, 1024))


def numpy_sum(np, y, x):
    axes = summed(y, x)
    return lambda: np.sum(x, axis=axes, keepdims=x.ndim == y.ndim, out=y)


def torch_sum(torch, y, x):
    axes = summed(y, x)
    return lambda: torch.sum(x, axes, keepdim=x.ndim == y.ndim, out=y)


def summed(y, x):
    """Which axes of the matrix x are gone in y, (columns,) or (rows, 1)."""
    return (0,) if y.ndim == 1 else (1,)


NUMPY = {"add": lambda np, y, a, b: lambda: np.add(a, b, out=y), "sum_to": numpy_sum}
TORCH = {"add": lambda torch, y, a, b: lambda: torch.add(a, b, out=y), "sum_to": torch_sum}


def rows():
    cases = [add((n,), (n,), (n,)) for n in LENGTHS]
    for make in (lambda whole, part: add(whole, whole, part), lambda x, y: sum_to(y, x)):
        for matrix in MATRICES:
            cases += [make(matrix, matrix[1:]), make(matrix, (matrix[0], 1))]
    return kernel_rows("add", cases, NUMPY, TORCH)
