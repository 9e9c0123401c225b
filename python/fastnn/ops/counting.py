"""The greatest elements, and counts by label."""

import numpy as np

from .._checks import as_dtype, as_numbers
from ..symbolic import operation
from ..tensor import Tensor, as_tensor, result
from ..variable import as_variable
from ._axes import as_bool, as_index_tensor, as_integer
from .take import greatest


def top_k(x, k, sorted=True):
    """The k greatest elements along the last axis, in descending order, and where they stand.

    Args:
        x: float32, float64 or int32 tensor or array of at least one axis.
        k: how many, at most the size of that axis.
        sorted: they are always sorted.

    Returns:
        (values, indices), tensors (.., k); the indices are int32. Of equal elements the first
        comes first, and a NaN before every number, as in Keras on JAX, to which alone 0.0 is more
        than -0.0. The gradient of the values goes back to where they stood.

    >>> import fastnn
    >>> values, indices = fastnn.ops.top_k([3.0, 1.0, 5.0], 2)
    >>> values.numpy(), indices.numpy()
    (array([5., 3.], dtype=float32), array([2, 0], dtype=int32))
    """
    x = as_tensor(x, "top_k")
    k = as_integer(k, "top_k", "k")
    as_bool(sorted, "top_k", "sorted")
    if x.ndim < 1 or k > x.shape[-1]:
        raise ValueError(
            f"top_k: k is {k} for a tensor {x.shape}; at most the size of its last axis is wanted."
        )
    kernels = x.device.module
    shape = (*x.shape[:-1], k)
    values, indices = x.device.empty(shape, x.dtype), x.device.empty(shape, "int32")
    kernels.top_k(values, indices, x.array)

    def backward(dvalues, out):
        dx, add = out(0)
        kernels.top_k_backward(dx, dvalues, indices, add=add)

    return result(values, (x,), backward), Tensor(indices)


@operation
def in_top_k(targets, predictions, k):
    """Whether each row's target is among its k greatest predictions.

    Args:
        targets: class numbers, (N,).
        predictions: float tensor or array (N, classes).
        k: how many.

    Returns:
        A uint8 tensor (N,). A target that is as great as the k-th counts as among them; a row with
        a NaN has none, as in Keras on JAX.

    Raises:
        ValueError: a target is no class, or k is below 1.

    >>> import fastnn
    >>> fastnn.ops.in_top_k([2, 0], [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]], 2).numpy()
    array([1, 0], dtype=uint8)
    """
    x = as_tensor(predictions, "in_top_k")
    labels = as_index_tensor(targets, "in_top_k", like=x)
    k = as_integer(k, "in_top_k", "k", least=1)
    y = x.device.empty(x.shape[:1], "uint8")
    x.device.module.in_top_k(y, labels.array, x.array, (k,))
    return Tensor(y)


@operation
def bincount(x, weights=None, minlength=0):
    """How often each number from 0 on stands in x, or the sum of its weights.

    Args:
        x: integers of any shape, none negative.
        weights: float tensor or array of x's shape; None counts.
        minlength: the length of the result. 0 reads the greatest number in x, which a compiled
            step cannot; otherwise a number from `minlength` on is an error, where Keras would make
            the result longer.

    Returns:
        A tensor (length,), int32 or of the weights' dtype.

    Raises:
        ValueError: a number is negative, or `minlength` or more.

    >>> import fastnn
    >>> fastnn.ops.bincount([1, 1, 3]).numpy()
    array([0, 2, 0, 1], dtype=int32)
    """
    length = as_integer(minlength, "bincount", "minlength")
    labels, weights = _samples(x, weights, "bincount")
    if length == 0:
        length = 1 + greatest(labels, "bincount")
    counts = labels.device.empty(
        (max(length, 0),), weights.dtype if weights is not None else "int32"
    )
    labels.device.module.bincount(counts, labels.array, _array(weights))
    return Tensor(counts)


def confusion_matrix(labels, predictions, num_classes, weights=None, dtype="int32", counts=None):
    """How often each label met each prediction: rows are labels, columns predictions.

    Args:
        labels, predictions: class numbers of one shape.
        num_classes: how many classes there are.
        weights: float tensor or array of that shape; None counts.
        dtype: of the result, "int32", "float32" or "float64"; with weights theirs.
        counts: a Variable (num_classes, num_classes) to add to; None makes a new tensor.

    Returns:
        The counts (num_classes, num_classes).

    Raises:
        ValueError: a class number is outside.

    >>> import fastnn
    >>> fastnn.ops.confusion_matrix([0, 1, 1], [0, 0, 1], num_classes=2).numpy()
    array([[1, 0],
           [1, 1]], dtype=int32)
    """
    name = "confusion_matrix"
    n = as_integer(num_classes, name, "num_classes")
    labels, weights = _samples(labels, weights, name)
    others = as_index_tensor(predictions, name, like=labels)
    dtype = _dtype(weights, as_dtype(dtype, name))
    counts = _counts(counts, (n, n), dtype, labels.device, name)
    kernel = labels.device.module.confusion_matrix
    kernel(counts.array, labels.array, others.array, _array(weights))
    return _written(counts)


def threshold_histogram(
    scores, labels, thresholds, weights=None, counts=None, columns=False, below_zero=False
):
    """How many scores of each label exceed none, one, two .. of the thresholds: what AUC, and
    precision at any threshold, are made of.

    Args:
        scores: float tensor or array.
        labels: of the same shape; what is not 0 is positive.
        thresholds: ascending numbers, which are rounded to the scores' dtype; or their number T, at
            least 2, for 0, 1 / (T - 1) .. 1, of which a score exceeds ceil(score (T - 1)) after
            clipping it to [0, 1], as Keras rounds.
        weights: float tensor or array of the scores' shape or its first axes; None counts.
        counts: a Variable of the result's shape to add to; None makes a new float64 tensor.
        columns: whether each column of the scores (.., L) is counted apart.
        below_zero: whether the first of T even thresholds is a little less than 0, so that a score
            of 0 exceeds it, as in Keras's AUC.

    Returns:
        The counts (2, T + 1), or (L, 2, T + 1): of label 0, then of the others. A NaN exceeds
        nothing.

    Raises:
        ValueError: the shapes do not fit, or the thresholds do not ascend.

    >>> import fastnn
    >>> fastnn.ops.threshold_histogram([0.1, 0.6, 0.9], [0, 1, 1], [0.5, 0.8]).numpy()
    array([[1., 0., 0.],
           [0., 1., 1.]])
    """
    name = "threshold_histogram"
    columns = as_bool(columns, name, "columns")
    below_zero = as_bool(below_zero, name, "below_zero")
    x = as_tensor(scores, name)
    y = as_tensor(labels, name, like=x)
    weights = None if weights is None else as_tensor(weights, name, like=x)
    if hasattr(thresholds, "__len__"):
        thresholds = as_thresholds(thresholds, name, x.device)
        n = thresholds.shape[0]
    else:
        n, thresholds = as_integer(thresholds, name, "thresholds", least=2), None
    if columns and x.ndim == 0:
        raise ValueError(f"{name}: a single score came; columns wants an axis of them.")
    shape = (x.shape[-1], 2, n + 1) if columns else (2, n + 1)
    counts = _counts(counts, shape, "float64", x.device, name)
    kernel = x.device.module.threshold_histogram
    kernel(counts.array, x.array, y.array, _array(weights), _array(thresholds), (below_zero,))
    return _written(counts)


def as_thresholds(thresholds, operation, device):
    """Ascending numbers as a float64 tensor (T,) on a device; a tensor as it is."""
    if isinstance(thresholds, Tensor):
        return thresholds
    numbers = as_numbers(thresholds, operation, "float64")
    if numbers.ndim != 1 or not (np.diff(numbers) >= 0).all():
        raise ValueError(
            f"{operation}: thresholds are {thresholds!r}; ascending numbers are wanted. Sort them."
        )
    return Tensor(device.upload(numbers))


def _samples(labels, weights, name):
    labels = as_index_tensor(labels, name, like=weights if isinstance(weights, Tensor) else None)
    return labels, None if weights is None else as_tensor(weights, name, dtype="float32")


def _dtype(weights, otherwise):
    return otherwise if weights is None else weights.dtype


def _array(weights):
    return None if weights is None else weights.array


def _counts(counts, shape, dtype, device, name):
    if counts is not None:
        if as_variable(counts, name, "counts").shape != shape:
            raise ValueError(f"{name}: counts has shape {counts.shape}; {shape} is wanted.")
        return counts
    zeros = Tensor(device.empty(shape, dtype))
    device.module.fill(zeros.array, (0.0,))
    return zeros


def _written(counts):
    if counts.version is not None:
        counts.written()
    return counts
