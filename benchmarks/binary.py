"""binary: equal shapes; a row, and a column, against a matrix; gradients, comparisons, a choice."""

from cases.binary import binary, binary_backward, compare, where

from benchmarks.rows import LENGTHS, kernel_rows

MATRICES = ((32, 128), (1024, 1024), (16_384, 1024))
IN_TORCH = {"add": "add", "multiply": "mul", "divide": "div", "power": "pow"}


def numpy_binary(np, y, a, b, function):
    return lambda: getattr(np, function)(a, b, out=y)


def torch_binary(torch, y, a, b, function):
    return lambda: getattr(torch, IN_TORCH[function])(a, b, out=y)


def torch_backward(torch, d, dy, a, b, function, side):
    return lambda: torch.mul(dy, b, out=d)


NUMPY = {
    "binary": numpy_binary,
    "binary_backward": lambda np, d, dy, a, b, *_: lambda: np.multiply(dy, b, out=d),
    "compare": lambda np, y, a, b, f: lambda: np.less(a, b, out=y.view(bool)),
    "where": lambda np, y, c, a, b: lambda: np.copyto(y, np.where(c, a, b)),
}
TORCH = {
    "binary": torch_binary,
    "binary_backward": torch_backward,
    "compare": lambda torch, y, a, b, f: lambda: torch.lt(a, b, out=y),
    "where": lambda torch, y, c, a, b: lambda: torch.where(c.bool(), a, b, out=y),
}


def label(case):
    shapes = " ".join(dict.fromkeys(map(str, case.arrays())))
    return " ".join([case.operation, *map(str, case.settings), shapes])


def rows():
    cases = [binary((n,), (n,), (n,)) for n in LENGTHS]
    for matrix in MATRICES:
        cases += [binary(matrix, matrix, matrix[1:]), binary(matrix, matrix, (matrix[0], 1))]
    n = LENGTHS[1]
    for function in ("multiply", "divide", "power"):
        cases += [binary((n,), (n,), (n,), function, values=("positive", "normal"))]
    cases += [binary_backward((n,), (n,), (n,), "multiply", "a"), compare((n,), (n,), (n,))]
    cases += [where((n,), (n,), (n,), (n,)).changed("b", values="normal")]
    return kernel_rows("binary", cases, NUMPY, TORCH, label=label)
