"""Batch normalisation: pictures of few channels and of many, and rows of a dense layer.

PyTorch's channels are the second axis; its arrays are transposed views, laid out as fastnn's.

What fits into the caches is counted as read once. From memory the statistics and the normalisation
each read x, a backward's sums and its dx each dy and x (with given statistics dx needs no x): there
is no way around a second reading of what was evicted, so it is counted.
"""

import cases.batch_norm as cases

from benchmarks.rows import FROM_MEMORY, LAST_CACHE, kernel_rows, nbytes, traffic_of

SHAPES = ((64, 128), (32, 28, 28, 32), (16, 56, 56, 256), (262_144, 3), (FROM_MEMORY // 256, 256))
# What is read a second time.
TWICE = {
    "batch_norm_forward": ("x",),
    "batch_norm_backward": ("dy", "x"),
    "batch_norm_inference_backward": ("dy",),
}


def channels_second(x):
    return x.permute(0, x.dim() - 1, *range(1, x.dim() - 1))


def torch_forward(torch, y, mean, rstd, moving_mean, moving_variance, x, gamma, beta, *rest):
    _, momentum, epsilon, _ = rest
    x, function = channels_second(x), torch.nn.functional.batch_norm
    return lambda: function(
        x, moving_mean, moving_variance, gamma, beta, True, 1 - momentum, epsilon
    )


def torch_backward(torch, dx, dgamma, dbeta, dy, x, mean, rstd, gamma, beta, relu):
    dy, x, backward = (
        channels_second(dy),
        channels_second(x),
        torch.ops.aten.native_batch_norm_backward,
    )
    wanted = [True, True, True]
    return lambda: backward(dy, x, gamma, None, None, mean, rstd, True, 1e-3, wanted)[0]


def torch_inference(torch, y, x, gamma, beta, *rest):
    moving_mean, moving_variance, _, epsilon, _ = rest
    x, function = channels_second(x), torch.nn.functional.batch_norm
    return lambda: function(x, moving_mean, moving_variance, gamma, beta, False, 0.1, epsilon)


def numpy_forward(np, y, mean, rstd, moving_mean, moving_variance, x, gamma, beta, *rest):
    _, momentum, epsilon, _ = rest
    axes = tuple(range(x.ndim - 1))

    def call():
        np.mean(x, axis=axes, out=mean)
        np.subtract(x, mean, out=y)
        variance = np.mean(np.square(y), axis=axes)
        rstd[...] = 1 / np.sqrt(variance + epsilon)
        np.multiply(y, rstd * gamma, out=y)
        np.add(y, beta, out=y)
        moving_mean[...] = moving_mean * momentum + mean * (1 - momentum)
        moving_variance[...] = moving_variance * momentum + variance * (1 - momentum)

    return call


def numpy_backward(np, dx, dgamma, dbeta, dy, x, mean, rstd, gamma, beta, relu):
    axes = tuple(range(x.ndim - 1))
    count = x.size // x.shape[-1]

    def call():
        normal = (x - mean) * rstd
        np.sum(dy, axis=axes, out=dbeta)
        np.sum(dy * normal, axis=axes, out=dgamma)
        np.multiply(dy - dbeta / count - normal * (dgamma / count), gamma * rstd, out=dx)

    return call


def numpy_inference(np, y, x, gamma, beta, *rest):
    moving_mean, moving_variance, _, epsilon, _ = rest

    def call():
        scale = gamma / np.sqrt(moving_variance + epsilon)
        np.multiply(x, scale, out=y)
        np.add(y, beta - moving_mean * scale, out=y)

    return call


NUMPY = {
    "batch_norm_forward": numpy_forward,
    "batch_norm_backward": numpy_backward,
    "batch_norm_inference_forward": numpy_inference,
}
TORCH = {
    "batch_norm_forward": torch_forward,
    "batch_norm_backward": torch_backward,
    "batch_norm_inference_forward": torch_inference,
}
OPERATIONS = (
    "batch_norm_forward",
    "batch_norm_backward",
    "batch_norm_inference_forward",
    "batch_norm_inference_backward",
)


def traffic(case):
    read, written = traffic_of(case)
    again = [case.operands[name] for name in TWICE.get(case.operation, ())]
    return read + sum(nbytes(one) for one in again if nbytes(one) > LAST_CACHE), written


def rows():
    made = [getattr(cases, operation)(shape) for operation in OPERATIONS for shape in SHAPES]
    return kernel_rows("batch_norm", made, NUMPY, TORCH, traffic=traffic)
