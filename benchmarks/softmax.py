"""softmax and the cross-entropies: a small batch of few classes, a large one, many classes.

PyTorch's cross-entropy of logits keeps the logarithms of the probabilities where fastnn keeps the
probabilities; for probabilities as input it has nothing of its own.
"""

import cases.softmax as cases

from benchmarks.rows import kernel_rows

SHAPES = ((32, 10), (128, 1000), (16_384, 1000))


def softmax(np, y, x):
    def call():
        np.subtract(x, x.max(axis=-1, keepdims=True), out=y)
        np.exp(y, out=y)
        np.divide(y, y.sum(axis=-1, keepdims=True), out=y)

    return call


def softmax_cross_entropy(np, loss, p, logits, labels):
    fill, each = softmax(np, p, logits), np.arange(len(labels))

    def call():
        fill()
        return -np.log(p[each, labels]).mean()

    return call


def softmax_cross_entropy_backward(np, dlogits, dloss, p, labels):
    each = np.arange(len(labels))

    def call():
        np.multiply(p, dloss / len(p), out=dlogits)
        dlogits[each, labels] -= dloss / len(p)

    return call


def cross_entropy(np, loss, p, labels):
    each = np.arange(len(labels))
    return lambda: -np.log(np.clip(p[each, labels] / p.sum(axis=-1), 1e-7, 1 - 1e-7)).mean()


NUMPY = {
    "softmax_forward": softmax,
    "softmax_backward": lambda np, dx, dy, y: (
        lambda: np.multiply(y, dy - (dy * y).sum(axis=-1, keepdims=True), out=dx)
    ),
    "softmax_cross_entropy_forward": softmax_cross_entropy,
    "softmax_cross_entropy_backward": softmax_cross_entropy_backward,
    "cross_entropy_forward": cross_entropy,
}


def torch_softmax(torch, y, x):
    return lambda: torch.softmax(x, -1, out=y)


def torch_softmax_backward(torch, dx, dy, y):
    backward = torch.ops.aten._softmax_backward_data.out
    return lambda: backward(dy, y, -1, torch.float32, grad_input=dx)


def torch_loss(torch, loss, p, logits, labels):
    labels = labels.long()
    return lambda: torch.nn.functional.cross_entropy(logits, labels)


def torch_loss_backward(torch, dlogits, dloss, p, labels):
    aten, labels, log_p = torch.ops.aten, labels.long(), p.log()
    mean, ignored, weight = 1, -100, torch.tensor(float(len(labels)), device=p.device)

    def call():
        d = aten.nll_loss_backward(dloss, log_p, labels, None, mean, ignored, weight)
        aten._log_softmax_backward_data.out(d, log_p, -1, torch.float32, out=dlogits)

    return call


TORCH = {
    "softmax_forward": torch_softmax,
    "softmax_backward": torch_softmax_backward,
    "softmax_cross_entropy_forward": torch_loss,
    "softmax_cross_entropy_backward": torch_loss_backward,
}
OPERATIONS = (
    "softmax_forward",
    "softmax_backward",
    "softmax_cross_entropy_forward",
    "softmax_cross_entropy_backward",
    "cross_entropy_forward",
    "cross_entropy_backward",
)


def rows():
    made = []
    for operation in OPERATIONS:
        make = getattr(cases, operation)
        of_shape = make if "entropy" in operation else lambda *shape, make=make: make(shape)
        made += [of_shape(*shape) for shape in SHAPES]
    return kernel_rows("softmax", made, NUMPY, TORCH)
