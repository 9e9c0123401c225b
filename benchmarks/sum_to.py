"""sum_to: a matrix summed to a row, and to a column."""

from cases.sum_to import sum_to

from benchmarks.binary import MATRICES
from benchmarks.rows import kernel_rows


def numpy_sum(np, y, x):
    axes = summed(y, x)
    return lambda: np.sum(x, axis=axes, keepdims=x.ndim == y.ndim, out=y)


def torch_sum(torch, y, x):
    axes = summed(y, x)
    return lambda: torch.sum(x, axes, keepdim=x.ndim == y.ndim, out=y)


def summed(y, x):
    """Which axes of the matrix x are gone in y, (columns,) or (rows, 1)."""
    return (0,) if y.ndim == 1 else (1,)


NUMPY = {"sum_to": numpy_sum}
TORCH = {"sum_to": torch_sum}


def rows():
    cases = []
    for matrix in MATRICES:
        cases += [sum_to(matrix[1:], matrix), sum_to((matrix[0], 1), matrix)]
    return kernel_rows("sum_to", cases, NUMPY, TORCH)
