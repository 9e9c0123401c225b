"""softmax, and cross-entropy with class numbers as labels."""

import numpy as np

from ..symbolic import operation
from ..tensor import Tensor, as_tensor, result


@operation
def softmax(x):
    """exp(x) / sum(exp(x)) over the last axis, computed after subtracting the maximum.

    Args:
        x: float tensor or array, (.., classes).

    Returns:
        A tensor of x's shape whose last axis sums to 1.

    >>> import fastnn
    >>> fastnn.ops.softmax([[0.0, 0.0]]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """
    x = as_tensor(x, "softmax")
    k = x.device.module
    y = x.device.empty(x.shape, x.dtype)
    k.softmax_forward(y, x.array)

    def backward(dy, out):
        dx, add = out(0)
        k.softmax_backward(dx, dy, y, add=add)

    return result(y, (x,), backward)


def as_labels(labels, like):
    """Class numbers as an int32 array on the device of `like`: int32 as they are, others
    converted."""
    if isinstance(labels, (list, tuple)):
        labels = np.asarray(labels)
    labels = as_tensor(labels, "labels", like=like)
    if labels.dtype == "int32":
        return labels.array
    if labels.dtype in ("int64", "uint8"):
        array = labels.device.empty(labels.shape, "int32")
        labels.device.module.cast(array, labels.array)
        return array
    raise TypeError(
        f"labels are {labels.dtype}; class numbers of dtype int32, int64 or uint8 are wanted."
    )


@operation
def sparse_categorical_crossentropy(target, output, from_logits=False):
    """The mean over the batch of -log(probability of the right class).

    Args:
        target: class numbers, (N,), an integer tensor or array.
        output: (N, classes): logits, or probabilities.
        from_logits: whether `output` is logits. If not, rows are divided by their sum and clipped
            to [1e-7, 1 - 1e-7] as Keras does; a clipped row has no gradient.

    Returns:
        A tensor of shape ().

    Raises:
        ValueError: a label is outside 0 .. classes - 1.

    >>> import numpy as np, fastnn
    >>> logits = np.log(np.array([[0.25, 0.75]], "float32"))
    >>> loss = fastnn.ops.sparse_categorical_crossentropy([1], logits, from_logits=True)
    >>> round(loss.item(), 4)  # -log 0.75
    0.2877
    """
    x = as_tensor(output, "sparse_categorical_crossentropy")
    labels = as_labels(target.array if isinstance(target, Tensor) else target, x)
    k = x.device.module
    loss = x.device.empty((), x.dtype)
    if from_logits:
        p = x.device.empty(x.shape, x.dtype)
        k.softmax_cross_entropy_forward(loss, p, x.array, labels)

        def backward(dloss, out):
            dx, add = out(0)
            k.softmax_cross_entropy_backward(dx, dloss, p, labels, add=add)

    else:
        k.cross_entropy_forward(loss, x.array, labels)

        def backward(dloss, out):
            dx, add = out(0)
            k.cross_entropy_backward(dx, dloss, x.array, labels, add=add)

    in_place = isinstance(target, Tensor) and labels is target.array
    return result(loss, (x,), backward, saved=(x, target) if in_place else (x,))
