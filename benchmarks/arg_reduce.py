"""arg_reduce: predictions of few classes, rows, columns."""

from cases.arg_reduce import arg_reduce

from benchmarks.rows import kernel_rows, label_of

SHAPES = (((16_384, 10), 1), ((1024, 1024), 1), ((1024, 1024), 0), ((16_384, 1024), 1))

NUMPY = {"arg_reduce": lambda np, y, x, function, axis: lambda: np.argmax(x, axis)}
TORCH = {"arg_reduce": lambda torch, y, x, function, axis: lambda: torch.argmax(x, axis)}


def label(case):
    return f"{label_of(case)} axis {case.settings[1]}"


def rows():
    cases = [arg_reduce(*shape, values="normal") for shape in SHAPES]
    return kernel_rows("arg_reduce", cases, NUMPY, TORCH, label=label)
