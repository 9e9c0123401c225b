"""cumulative_sum: along rows and along columns."""

from cases.cumulative_sum import cumulative_sum

from benchmarks.rows import kernel_rows, label_of

SHAPES = (((1024, 1024), 1), ((1024, 1024), 0), ((16_384, 1024), 1), ((16_384, 1024), 0))


def numpy_sum(np, y, x, axis, reverse, exclusive):
    return lambda: np.cumsum(x, axis, out=y)


def torch_sum(torch, y, x, axis, reverse, exclusive):
    return lambda: torch.cumsum(x, axis, out=y)


NUMPY = {"cumulative_sum": numpy_sum}
TORCH = {"cumulative_sum": torch_sum}


def label(case):
    return f"{label_of(case)} axis {case.settings[0]}"


def rows():
    return kernel_rows(
        "cumulative_sum", [cumulative_sum(*s) for s in SHAPES], NUMPY, TORCH, label=label
    )
