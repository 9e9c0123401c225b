"""random: uniform numbers and dropout, arrays for each cache and for memory.

Each library draws with its own generator: Philox here, PCG64 in NumPy, the Mersenne Twister in
PyTorch. NumPy and PyTorch keep a mask for the backward pass, fastnn draws it again.
"""

from cases.random import dropout_backward, dropout_forward, uniform

from benchmarks.rows import LENGTHS, kernel_rows


def numpy_uniform(np, y, state, low, high, stream):
    rng = np.random.default_rng()
    return lambda: rng.random(y.shape, dtype=np.float32, out=y)


def numpy_dropout(np, y, position, state, x, rate, stream, mask_shape):
    rng, scale = np.random.default_rng(), np.float32(1 / (1 - rate))
    return lambda: np.multiply(x, (rng.random(x.shape, dtype=np.float32) >= rate) * scale, out=y)


def numpy_dropout_backward(np, dx, dy, position, rate, stream, mask_shape):
    mask = (np.random.default_rng().random(dy.shape) >= rate) * np.float32(1 / (1 - rate))
    return lambda: np.multiply(dy, mask, out=dx)


def torch_uniform(torch, y, state, low, high, stream):
    return y.uniform_


def torch_dropout(torch, y, position, state, x, rate, stream, mask_shape):
    return lambda: torch.native_dropout(x, rate, True)


def torch_dropout_backward(torch, dx, dy, position, rate, stream, mask_shape):
    backward, mask = torch.ops.aten.native_dropout_backward.out, torch.rand_like(dy) >= rate
    return lambda: backward(dy, mask, 1 / (1 - rate), out=dx)


NUMPY = {
    "uniform": numpy_uniform,
    "dropout_forward": numpy_dropout,
    "dropout_backward": numpy_dropout_backward,
}
TORCH = {
    "uniform": torch_uniform,
    "dropout_forward": torch_dropout,
    "dropout_backward": torch_dropout_backward,
}


def rows():
    cases = [make((n,)) for make in (uniform, dropout_forward, dropout_backward) for n in LENGTHS]
    return kernel_rows("random", cases, NUMPY, TORCH, comparable=False)
