"""Cross-entropy with labels: a small batch of few classes, a large one, many classes.

PyTorch's cross-entropy of logits keeps the logarithms of the probabilities where fastnn keeps the
probabilities; for probabilities as input it has nothing of its own.
"""

import cases.cross_entropy as cases

from benchmarks.rows import kernel_rows
from benchmarks.softmax import SHAPES, softmax


def softmax_cross_entropy(np, loss, p, logits, labels, weights):
    fill, each = softmax(np, p, logits), np.arange(len(labels))

    def call():
        fill()
        return -np.log(p[each, labels]).mean()

    return call


def softmax_cross_entropy_backward(np, dlogits, dloss, p, labels, weights):
    each = np.arange(len(labels))

    def call():
        np.multiply(p, dloss / len(p), out=dlogits)
        dlogits[each, labels] -= dloss / len(p)

    return call


def cross_entropy(np, loss, p, labels, weights):
    each = np.arange(len(labels))
    return lambda: -np.log(np.clip(p[each, labels] / p.sum(axis=-1), 1e-7, 1 - 1e-7)).mean()


NUMPY = {
    "softmax_cross_entropy_forward": softmax_cross_entropy,
    "softmax_cross_entropy_backward": softmax_cross_entropy_backward,
    "cross_entropy_forward": cross_entropy,
}


def torch_loss(torch, loss, p, logits, labels, weights):
    labels = labels.long()
    return lambda: torch.nn.functional.cross_entropy(logits, labels)


def torch_loss_backward(torch, dlogits, dloss, p, labels, weights):
    aten, labels, log_p = torch.ops.aten, labels.long(), p.log()
    mean, ignored, weight = 1, -100, torch.tensor(float(len(labels)), device=p.device)

    def call():
        d = aten.nll_loss_backward(dloss, log_p, labels, None, mean, ignored, weight)
        aten._log_softmax_backward_data.out(d, log_p, -1, torch.float32, out=dlogits)

    return call


TORCH = {
    "softmax_cross_entropy_forward": torch_loss,
    "softmax_cross_entropy_backward": torch_loss_backward,
}
OPERATIONS = (
    "softmax_cross_entropy_forward",
    "softmax_cross_entropy_backward",
    "cross_entropy_forward",
    "cross_entropy_backward",
)


def rows():
    made = [getattr(cases, operation)(*shape) for operation in OPERATIONS for shape in SHAPES]
    return kernel_rows("cross_entropy", made, NUMPY, TORCH)
