"""relu: arrays for each cache and for memory."""

from cases.relu import relu_backward, relu_forward

from benchmarks.rows import LENGTHS, kernel_rows

NUMPY = {
    "relu_forward": lambda np, y, x: lambda: np.maximum(x, 0, out=y),
    "relu_backward": lambda np, dx, dy, y: lambda: np.multiply(dy, y > 0, out=dx),
}


def torch_backward(torch, dx, dy, y):
    backward = torch.ops.aten.threshold_backward.grad_input
    return lambda: backward(dy, y, 0, grad_input=dx)


TORCH = {
    "relu_forward": lambda torch, y, x: lambda: torch.clamp_min(x, 0, out=y),
    "relu_backward": torch_backward,
}


def rows():
    cases = [relu((n,)) for relu in (relu_forward, relu_backward) for n in LENGTHS]
    return kernel_rows("relu", cases, NUMPY, TORCH)
