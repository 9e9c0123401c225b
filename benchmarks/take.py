"""take and scatter_add: rows of an embedding, columns of a matrix; one_hot: digits, words."""

from cases.take import one_hot, scatter_add, take

from benchmarks.rows import kernel_rows, nbytes

SHAPES = [(1, 10_000, 64, 3200), (1, 10_000, 512, 256), (1000, 1000, 1, 500)]


def numpy_scatter_add(np, y, indices, updates):
    def call():
        y.fill(0)
        np.add.at(y, (slice(None), indices), updates)

    return call


def torch_take(torch, y, x, indices):
    rows = indices.long() % x.shape[1]
    return lambda: torch.index_select(x, 1, rows, out=y)


def torch_scatter_add(torch, y, indices, updates):
    rows = indices.long() % y.shape[1]
    return lambda: y.zero_().index_add_(1, rows, updates)


NUMPY = {
    "take": lambda np, y, x, indices: lambda: np.take(x, indices, axis=1, out=y, mode="wrap"),
    "scatter_add": numpy_scatter_add,
    "one_hot": lambda np, y, indices: (
        lambda: np.equal(indices[..., None], np.arange(y.shape[-1]), out=y, casting="unsafe")
    ),
}
TORCH = {"take": torch_take, "scatter_add": torch_scatter_add}


def traffic(case):
    """The rows that are taken or added to, and their indices."""
    rows = case.operands.get("updates") or case.operands["y"]
    return nbytes(rows) + nbytes(case.operands["indices"]), nbytes(case.operands["y"])


def rows():
    cases = [operation(*shape) for operation in (take, scatter_add) for shape in SHAPES]
    cases += [one_hot((1024,), 10), one_hot((1024,), 10_000)]
    return kernel_rows("take", cases, NUMPY, TORCH, traffic=traffic)
