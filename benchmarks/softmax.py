"""softmax and its logarithm: a small batch of few classes, a large one, many classes."""

import cases.softmax as cases

from benchmarks.rows import kernel_rows

SHAPES = ((32, 10), (128, 1000), (16_384, 1000))


def softmax(np, y, x):
    def call():
        np.subtract(x, x.max(axis=-1, keepdims=True), out=y)
        np.exp(y, out=y)
        np.divide(y, y.sum(axis=-1, keepdims=True), out=y)

    return call


def log_softmax(np, y, x):
    def call():
        np.subtract(x, x.max(axis=-1, keepdims=True), out=y)
        np.subtract(y, np.log(np.exp(y).sum(axis=-1, keepdims=True)), out=y)

    return call


NUMPY = {
    "softmax_forward": softmax,
    "softmax_backward": lambda np, dx, dy, y: (
        lambda: np.multiply(y, dy - (dy * y).sum(axis=-1, keepdims=True), out=dx)
    ),
    "log_softmax_forward": log_softmax,
    "log_softmax_backward": lambda np, dx, dy, y: (
        lambda: np.subtract(dy, np.exp(y) * dy.sum(axis=-1, keepdims=True), out=dx)
    ),
}


def torch_softmax(torch, y, x):
    return lambda: torch.softmax(x, -1, out=y)


def torch_softmax_backward(torch, dx, dy, y):
    backward = torch.ops.aten._softmax_backward_data.out
    return lambda: backward(dy, y, -1, torch.float32, grad_input=dx)


def torch_log_softmax_backward(torch, dx, dy, y):
    backward = torch.ops.aten._log_softmax_backward_data.out
    return lambda: backward(dy, y, -1, torch.float32, out=dx)


TORCH = {
    "softmax_forward": torch_softmax,
    "softmax_backward": torch_softmax_backward,
    "log_softmax_forward": lambda torch, y, x: lambda: torch.log_softmax(x, -1, out=y),
    "log_softmax_backward": torch_log_softmax_backward,
}
OPERATIONS = ("softmax_forward", "softmax_backward", "log_softmax_forward", "log_softmax_backward")


def rows():
    made = [getattr(cases, operation)(shape) for operation in OPERATIONS for shape in SHAPES]
    return kernel_rows("softmax", made, NUMPY, TORCH)
