"""Cross-entropy with a probability for each class as labels."""

from ..symbolic import operation
from ..tensor import Tensor, as_tensor, result
from .cross_entropy import as_rows, row_weights


@operation
def categorical_crossentropy(
    target, output, from_logits=False, label_smoothing=0.0, sample_weight=None
):
    """The mean over the batch of -sum(t log p), weighted; one-hot rows are the usual targets.

    Args:
        target: t, float tensor or array of output's shape: a probability a class. It has no
            gradient.
        output: (N, classes), or with more axes before the last: logits, or probabilities.
        from_logits: whether `output` is logits: p = softmax(output). If not, rows are divided by
            their sum and clipped to [1e-7, 1 - 1e-7] as Keras does; what was clipped has no
            gradient.
        label_smoothing: 0 <= s < 1: t (1 - s) + s / classes takes t's place.
        sample_weight: as in `sparse_categorical_crossentropy`.

    Returns:
        A tensor of shape ().

    Raises:
        ValueError: the shapes do not fit, or the smoothing is out of range.

    >>> import numpy as np, fastnn
    >>> loss = fastnn.ops.categorical_crossentropy([[0.0, 1.0]], [[0.25, 0.75]])
    >>> round(loss.item(), 4)  # -log 0.75
    0.2877
    """
    name = "categorical_crossentropy"
    x = as_tensor(output, name)
    t = as_tensor(target, name, like=x)
    if t.shape != x.shape:
        raise ValueError(
            f"{name}: target has shape {t.shape} but output {x.shape}; they must be equal. Class "
            "numbers are for sparse_categorical_crossentropy."
        )
    weights = row_weights(sample_weight, x, name)
    values, rows = as_rows(x, name)
    targets = rows(t.array)
    settings = (label_smoothing,)
    k = x.device.module
    loss = x.device.empty((), x.dtype)
    if from_logits:
        p = x.device.empty(values.shape, x.dtype)
        k.softmax_cross_entropy_soft_forward(loss, p, values, targets, weights, settings)

        def backward(dloss, out):
            dx, add = out(0)
            k.softmax_cross_entropy_soft_backward(
                rows(dx), dloss, p, targets, weights, settings, add=add
            )

    else:
        k.cross_entropy_soft_forward(loss, values, targets, weights, settings)

        def backward(dloss, out):
            dx, add = out(0)
            k.cross_entropy_soft_backward(
                rows(dx), dloss, values, targets, weights, settings, add=add
            )

    saved = [x, t, sample_weight] if isinstance(sample_weight, Tensor) else [x, t]
    return result(loss, (x,), backward, saved=saved)
