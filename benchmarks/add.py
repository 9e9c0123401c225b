"""add: equal shapes; a row, and a column, against a matrix."""

from cases.add import add

from benchmarks.rows import LENGTHS, kernel_rows

MATRICES = ((32, 128), (1024, 1024), (16_384, 1024))

NUMPY = {"add": lambda np, y, a, b: lambda: np.add(a, b, out=y)}
TORCH = {"add": lambda torch, y, a, b: lambda: torch.add(a, b, out=y)}


def rows():
    cases = [add((n,), (n,), (n,)) for n in LENGTHS]
    for matrix in MATRICES:
        cases += [add(matrix, matrix, matrix[1:]), add(matrix, matrix, (matrix[0], 1))]
    return kernel_rows("add", cases, NUMPY, TORCH)
