"""variance: rows, columns and the pictures of a batch. It reads x twice, which counts once here."""

from cases.variance import variance_backward, variance_forward

from benchmarks.reduce import SHAPES, axes_of
from benchmarks.rows import kernel_rows


def numpy_variance(np, variance, mean, x, root):
    axes = axes_of(mean)
    return lambda: np.var(x, axis=axes, keepdims=True, out=variance)


def numpy_variance_backward(np, dx, dvariance, variance, mean, x, root):
    n = x.size // mean.size
    return lambda: np.multiply(x - mean, dvariance * (2 / n), out=dx)


def torch_variance(torch, variance, mean, x, root):
    axes = axes_of(mean)
    return lambda: torch.var(x, axes, correction=0, keepdim=True, out=variance)


def torch_variance_backward(torch, dx, dvariance, variance, mean, x, root):
    n = x.numel() // mean.numel()
    return lambda: torch.mul(x - mean, dvariance * (2 / n), out=dx)


NUMPY = {"variance_forward": numpy_variance, "variance_backward": numpy_variance_backward}
TORCH = {"variance_forward": torch_variance, "variance_backward": torch_variance_backward}


def rows():
    cases = [make(*shape) for make in (variance_forward, variance_backward) for shape in SHAPES]
    return kernel_rows("variance", cases, NUMPY, TORCH)
