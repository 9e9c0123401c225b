"""Shares of samples whose class is among the k that are predicted strongest."""

from .. import ops
from .._floatx import floatx
from ..losses._arguments import as_class_numbers, as_data, as_pair, as_predictions
from ..ops._axes import as_bool, as_integer
from .reduction import MeanMetricWrapper


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the class of the greatest of y_true is among the k greatest of y_pred, else 0; what
    is as great as the k-th counts.

    Args:
        y_true, y_pred: tensors or arrays (.., classes) of one shape.
        k: how many.

    Returns:
        A tensor of y_pred's shape without the last axis, of floatx().

    Raises:
        ValueError: the shapes differ, or k is below 1.

    >>> import fastnn
    >>> targets, predictions = [[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.3, 0.2, 0.5]]
    >>> fastnn.metrics.top_k_categorical_accuracy(targets, predictions, k=2).numpy()
    array([1., 0.], dtype=float32)
    """
    return ops.cast(_top_k(y_true, y_pred, k), floatx())


def _top_k(y_true, y_pred, k):
    name = "top_k_categorical_accuracy"
    t, p = as_pair(y_true, y_pred, name, "Class numbers are for the sparse one.")
    return _among(ops.argmax(t, axis=-1), p, as_integer(k, name, "k", least=1))


def _among(labels, p, k):
    rows = ops.reshape(p, (labels.size, p.shape[-1]))
    matches = ops.in_top_k(ops.reshape(labels, (labels.size,)), rows, k)
    return ops.reshape(matches, labels.shape)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """1 where the class is among the k greatest of y_pred, else 0; what is as great as the k-th
    counts.

    Args:
        y_true: class numbers, of y_pred's shape without the last axis; they may have one of size 1
            in its place.
        y_pred: tensor or array (.., classes).
        k: how many.
        from_sorted_ids: whether y_pred holds class numbers, the strongest first, of which the first
            k count.

    Returns:
        A tensor of y_pred's shape without the last axis, of floatx().

    Raises:
        ValueError: the shapes do not fit, a class number is no class, or k is below 1.

    >>> import fastnn
    >>> predictions = [[0.1, 0.9, 0.8], [0.3, 0.2, 0.5]]
    >>> fastnn.metrics.sparse_top_k_categorical_accuracy([2, 1], predictions, k=2).numpy()
    array([1., 0.], dtype=float32)
    """
    return ops.cast(_sparse_top_k(y_true, y_pred, k, from_sorted_ids), floatx())


def _sparse_top_k(y_true, y_pred, k, from_sorted_ids):
    name = "sparse_top_k_categorical_accuracy"
    k = as_integer(k, name, "k", least=1)
    if not as_bool(from_sorted_ids, name, "from_sorted_ids"):
        p = as_predictions(y_pred, name)
        return _among(as_class_numbers(y_true, p, name), p, k)
    p = as_data(y_pred, name)
    labels = as_class_numbers(y_true, p, name)
    first = ops.cast(p, "float64")[..., :k]
    found = ops.equal(ops.expand_dims(ops.cast(labels, "float64"), -1), first)
    return ops.max(ops.cast(found, floatx()), axis=-1)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of rows whose class is among the k greatest predictions, for one-hot targets:
    `top_k_categorical_accuracy`.

    Args:
        k: how many.
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> metric = fastnn.metrics.TopKCategoricalAccuracy(k=2)
    >>> metric([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.3, 0.2, 0.5]]).item()
    0.5
    """

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        k = as_integer(k, "TopKCategoricalAccuracy", "k", least=1)
        super().__init__(_top_k, name, dtype, k=k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of rows whose class is among the k greatest predictions, for class numbers:
    `sparse_top_k_categorical_accuracy`.

    Args:
        k: how many.
        name, dtype: as `Metric` takes them.
        from_sorted_ids: whether predictions are class numbers, the strongest first.

    >>> import fastnn
    >>> metric = fastnn.metrics.SparseTopKCategoricalAccuracy(k=2)
    >>> metric([2, 1], [[0.1, 0.9, 0.8], [0.3, 0.2, 0.5]]).item()
    0.5
    """

    def __init__(
        self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None, from_sorted_ids=False
    ):
        kind = "SparseTopKCategoricalAccuracy"
        super().__init__(
            _sparse_top_k,
            name,
            dtype,
            k=as_integer(k, kind, "k", least=1),
            from_sorted_ids=as_bool(from_sorted_ids, kind, "from_sorted_ids"),
        )
