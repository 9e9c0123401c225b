"""reduce: rows, columns and the pictures of a batch; sums, maxima and logsumexp, and back."""

from cases.reduce import reduce_backward, reduce_forward

from benchmarks.rows import kernel_rows, label_of

SHAPES = (
    ((1, 1024), (1024, 1024)),
    ((1024, 1), (1024, 1024)),
    ((32, 1, 1, 64), (32, 28, 28, 64)),
    ((16_384, 1), (16_384, 1024)),
)


def axes_of(y):
    return tuple(axis for axis, n in enumerate(y.shape) if n == 1)


def numpy_reduce(np, y, x, function):
    axes = axes_of(y)
    if function != "logsumexp":
        return lambda: getattr(np, function)(x, axis=axes, keepdims=True, out=y)

    def call():
        highest = x.max(axis=axes, keepdims=True)
        return np.log(np.exp(x - highest).sum(axis=axes, keepdims=True), out=y) + highest

    return call


def torch_reduce(torch, y, x, function):
    axes = axes_of(y)
    reduce = {"max": torch.amax, "sum": torch.sum, "logsumexp": torch.logsumexp}[function]
    return lambda: reduce(x, axes, keepdim=True, out=y)


def torch_reduce_backward(torch, dx, dy, x, y, function):
    """PyTorch has one for the maximum: the share of each element that is equal to it."""
    axes = axes_of(dy)

    def call():
        equal = x == y
        torch.mul(equal, dy / equal.sum(axes, keepdim=True), out=dx)

    return call


NUMPY = {"reduce_forward": numpy_reduce}
TORCH = {"reduce_forward": torch_reduce, "reduce_backward": torch_reduce_backward}


def label(case):
    return f"{label_of(case)} {case.settings[0]}"


def rows():
    cases = [
        reduce_forward(*shape, function)
        for function in ("sum", "max", "logsumexp")
        for shape in SHAPES
    ]
    cases += [reduce_backward(*shape, "max") for shape in SHAPES]
    return kernel_rows("reduce", cases, NUMPY, TORCH, label=label)
