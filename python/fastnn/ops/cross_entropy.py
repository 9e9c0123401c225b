"""Cross-entropy with class numbers as labels."""

import numpy as np

from ..symbolic import operation
from ..tensor import Tensor, as_tensor, result
from .loss import as_weights


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


def as_rows(x, operation):
    """The array of x (.., classes) as (N, classes), and what reshapes another of x's shape."""
    if x.ndim == 2:
        return x.array, lambda array: array
    if x.ndim < 2:
        raise ValueError(
            f"{operation}: a tensor {x.shape} came; (.., classes) is wanted, a row a sample."
        )
    shape = (int(np.prod(x.shape[:-1], dtype=object)), x.shape[-1])
    return x.array.reshape(shape), lambda array: array.reshape(shape)


def row_weights(weights, x, operation):
    """A weight for each row of x (.., classes), None for None. Weights may lack inner axes."""
    shape = x.shape[:-1]
    weights = as_weights(weights, shape, x, operation)
    if weights is None:
        return None
    if weights.shape != shape[: weights.ndim]:
        raise ValueError(
            f"{operation}: sample_weight has shape {weights.shape}; {shape} is wanted, a weight a "
            "row, or its first axes."
        )
    array = weights.array
    if weights.shape != shape:
        device = weights.device
        full = device.empty(shape, x.dtype)
        zero = device.empty(shape[weights.ndim :], x.dtype)
        device.module.fill(zero, (0.0,))
        inner = (1,) * (len(shape) - weights.ndim)
        device.module.binary(full, array.reshape(weights.shape + inner), zero, ("add",))
        array = full
    return array.reshape((array.size,))


@operation
def sparse_categorical_crossentropy(target, output, from_logits=False, sample_weight=None):
    """The mean over the batch of -log(probability of the right class), weighted.

    Args:
        target: class numbers, (N,), an integer tensor or array; or of output's first axes.
        output: (N, classes), or with more axes before the last: logits, or probabilities.
        from_logits: whether `output` is logits. If not, rows are divided by their sum and clipped
            to [1e-7, 1 - 1e-7] as Keras does; a clipped row has no gradient.
        sample_weight: None, or a weight a row, (N,). The sum is divided by the number of rows, as
            Keras does, and not by that of the weights. They have no gradient.

    Returns:
        A tensor of shape ().

    Raises:
        ValueError: a label is outside 0 .. classes - 1, or a shape does not fit.

    >>> import numpy as np, fastnn
    >>> logits = np.log(np.array([[0.25, 0.75]], "float32"))
    >>> loss = fastnn.ops.sparse_categorical_crossentropy([1], logits, from_logits=True)
    >>> round(loss.item(), 4)  # -log 0.75
    0.2877
    """
    name = "sparse_categorical_crossentropy"
    x = as_tensor(output, name)
    labels = own = as_labels(target.array if isinstance(target, Tensor) else target, x)
    weights = row_weights(sample_weight, x, name)
    values, rows = as_rows(x, name)
    if x.ndim > 2 or labels.shape == (*x.shape[:-1], 1):
        if labels.shape not in (x.shape[:-1], (*x.shape[:-1], 1)):
            raise ValueError(f"{name}: target has shape {labels.shape}; {x.shape[:-1]} is wanted.")
        labels = labels.reshape((labels.size,))
    k = x.device.module
    loss = x.device.empty((), x.dtype)
    if from_logits:
        p = x.device.empty(values.shape, x.dtype)
        k.softmax_cross_entropy_forward(loss, p, values, labels, weights)

        def backward(dloss, out):
            dx, add = out(0)
            k.softmax_cross_entropy_backward(rows(dx), dloss, p, labels, weights, add=add)

    else:
        k.cross_entropy_forward(loss, values, labels, weights)

        def backward(dloss, out):
            dx, add = out(0)
            k.cross_entropy_backward(rows(dx), dloss, values, labels, weights, add=add)

    saved = [x]
    if isinstance(target, Tensor) and own is target.array:
        saved.append(target)
    if isinstance(sample_weight, Tensor):
        saved.append(sample_weight)
    return result(loss, (x,), backward, saved=saved)
