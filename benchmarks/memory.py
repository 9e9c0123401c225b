"""fill, copy, cast: arrays for each cache and for memory; gather: batches out of a data set."""

from cases.memory import cast, copy, fill, gather

from benchmarks.rows import LENGTHS, kernel_rows, nbytes, traffic_of

BATCHES = ((60_000, 784, 32), (60_000, 784, 1024))  # images, pixels, taken


def numpy_gather(np, y, x, indices):
    if x.dtype == y.dtype:
        return lambda: np.take(x, indices, axis=0, out=y, mode="clip")  # without it a copy of y
    return lambda: np.copyto(y, x[indices])


def torch_gather(torch, y, x, indices):
    if x.dtype == y.dtype:
        return lambda: torch.index_select(x, 0, indices, out=y)
    return lambda: y.copy_(torch.index_select(x, 0, indices))


NUMPY = {
    "fill": lambda np, y, value: lambda: y.fill(value),
    "copy": lambda np, y, x: lambda: np.copyto(y, x),
    "cast": lambda np, y, x: lambda: np.copyto(y, x, casting="unsafe"),
    "gather": numpy_gather,
}
TORCH = {
    "fill": lambda torch, y, value: lambda: y.fill_(value),
    "copy": lambda torch, y, x: lambda: y.copy_(x),
    "cast": lambda torch, y, x: lambda: y.copy_(x),
    "gather": torch_gather,
}


def traffic(case):
    """A gather reads only the rows that it takes."""
    read, written = traffic_of(case)
    if case.operation == "gather":
        x, indices = case.operands["x"], case.operands["indices"]
        read = nbytes(x) * indices.shape[0] // x.shape[0] + nbytes(indices)
    return read, written


def rows():
    cases = [fill((n,)) for n in LENGTHS]
    cases += [copy((n,)) for n in LENGTHS]
    cases += [cast((n,), "float32", "uint8") for n in LENGTHS]
    for images, pixels, taken in BATCHES:
        cases += [gather(images, (pixels,), taken), gather(images, (pixels,), taken, dtype="uint8")]
    cases = [c.changed("x", values="normal") if special(c) else c for c in cases]
    return kernel_rows("memory", cases, NUMPY, TORCH, traffic=traffic)


def special(case):
    """NaN and infinities would hide what was computed."""
    return "x" in case.operands and case.operands["x"].values == "special"
