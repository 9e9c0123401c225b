"""Cross-entropy with soft labels, smoothed: a small batch of few classes, a large
one, many classes."""

import cases.soft_cross_entropy as cases

from benchmarks.rows import kernel_rows
from benchmarks.softmax import SHAPES


def torch_loss(torch, loss, p, logits, target, weights, smoothing):
    function = torch.nn.functional.cross_entropy
    return lambda: function(logits, target, label_smoothing=smoothing)


TORCH = {"softmax_cross_entropy_soft_forward": torch_loss}
OPERATIONS = (
    "softmax_cross_entropy_soft_forward",
    "softmax_cross_entropy_soft_backward",
    "cross_entropy_soft_forward",
    "cross_entropy_soft_backward",
)


def rows():
    made = [getattr(cases, operation)(*shape) for operation in OPERATIONS for shape in SHAPES]
    return kernel_rows("soft_cross_entropy", made, {}, TORCH)
