"""Layer normalisation: a small batch, a transformer's rows, long rows."""

import cases.layer_norm as cases

from benchmarks.rows import kernel_rows

SHAPES = ((32, 64), (2048, 512), (16_384, 768), (512, 8192))


def torch_forward(torch, y, mean, rstd, x, gamma, beta, epsilon):
    function, shape = torch.nn.functional.layer_norm, x.shape[-1:]
    return lambda: function(x, shape, gamma, beta, epsilon)


def torch_backward(torch, dx, dgamma, dbeta, dy, x, mean, rstd, gamma):
    backward, shape = torch.ops.aten.native_layer_norm_backward, x.shape[-1:]
    mean, rstd = mean[..., None], rstd[..., None]
    return lambda: backward(dy, x, shape, mean, rstd, gamma, gamma, [True, True, True])[0]


def numpy_forward(np, y, mean, rstd, x, gamma, beta, epsilon):
    def call():
        center = x.mean(axis=-1, keepdims=True)
        scale = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + epsilon)
        np.multiply((x - center) * scale, gamma, out=y)
        np.add(y, beta, out=y)

    return call


NUMPY = {"layer_norm_forward": numpy_forward}
TORCH = {"layer_norm_forward": torch_forward, "layer_norm_backward": torch_backward}


def rows():
    made = [cases.layer_norm_forward(shape) for shape in SHAPES]
    made += [cases.layer_norm_backward(shape) for shape in SHAPES]
    return kernel_rows("layer_norm", made, NUMPY, TORCH)
