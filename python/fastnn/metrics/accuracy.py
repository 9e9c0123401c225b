"""Shares of samples that are predicted right."""

from .. import ops
from .._checks import as_number
from .._floatx import floatx
from ..losses._arguments import as_class_numbers, as_pair, as_predictions, same_rank
from .reduction import MeanMetricWrapper, as_values

_SPARSE = "Class numbers are for the sparse categorical accuracy."


def accuracy(y_true, y_pred):
    """1 where y_true equals y_pred, else 0: for class numbers that are predicted as such.

    Args:
        y_true, y_pred: tensors or arrays of one shape; where one lacks a last axis of size 1, it
            gets one.

    Returns:
        A tensor of that shape, of floatx().

    Raises:
        ValueError: the shapes do not fit.

    >>> import fastnn
    >>> fastnn.metrics.accuracy([1, 2, 3], [1, 2, 4]).numpy()
    array([1., 1., 0.], dtype=float32)
    """
    return ops.cast(_equal(y_true, y_pred), floatx())


def _equal(y_true, y_pred):
    y_pred = as_values(y_pred, "accuracy")
    y_true = ops.cast(as_values(y_true, "accuracy", like=y_pred), y_pred.dtype)
    return ops.equal(*_one_shape(y_true, y_pred, "accuracy"))


def _one_shape(y_true, y_pred, operation):
    y_true, y_pred = same_rank(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"{operation}: y_true has shape {y_true.shape} and y_pred {y_pred.shape}; one shape is "
            "wanted. Reshape one of them."
        )
    return y_true, y_pred


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """1 where y_pred > threshold says what y_true, 0 or 1, says; else 0.

    Args:
        y_true, y_pred: as `accuracy` takes them.
        threshold: from where on y_pred means 1.

    Returns:
        A tensor of y_pred's shape, of floatx().

    Raises:
        ValueError: the shapes do not fit.

    >>> import fastnn
    >>> fastnn.metrics.binary_accuracy([[1], [0], [0]], [[0.7], [0.2], [0.6]]).numpy()
    array([[1.],
           [1.],
           [0.]], dtype=float32)
    """
    return ops.cast(_binary(y_true, y_pred, threshold), floatx())


def _binary(y_true, y_pred, threshold):
    y_pred = as_predictions(y_pred, "binary_accuracy")
    y_true = as_values(y_true, "binary_accuracy", like=y_pred)
    y_true, y_pred = _one_shape(y_true, y_pred, "binary_accuracy")
    threshold = as_number(threshold, "binary_accuracy", "threshold")
    return ops.equal(y_true, ops.cast(ops.greater(y_pred, threshold), y_true.dtype))


def categorical_accuracy(y_true, y_pred):
    """1 where the greatest of y_pred stands where the greatest of y_true, such as the 1 of a
    one-hot row, does; else 0. Of equal ones the first counts.

    Args:
        y_true, y_pred: tensors or arrays (.., classes) of one shape.

    Returns:
        A tensor of y_pred's shape without the last axis, of floatx().

    Raises:
        ValueError: the shapes differ.

    >>> import fastnn
    >>> targets, predictions = [[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]
    >>> fastnn.metrics.categorical_accuracy(targets, predictions).numpy()
    array([1., 0.], dtype=float32)
    """
    return ops.cast(_categorical(y_true, y_pred), floatx())


def _categorical(y_true, y_pred):
    t, p = as_pair(y_true, y_pred, "categorical_accuracy", _SPARSE)
    return ops.equal(ops.argmax(t, axis=-1), ops.argmax(p, axis=-1))


def sparse_categorical_accuracy(y_true, y_pred):
    """1 where the greatest of y_pred stands where the class number says, else 0.

    Args:
        y_true: class numbers, of y_pred's shape without the last axis; they may have one of size 1
            in its place.
        y_pred: tensor or array (.., classes).

    Returns:
        A tensor of y_pred's shape without the last axis, of floatx().

    Raises:
        ValueError: the shapes do not fit.

    >>> import fastnn
    >>> fastnn.metrics.sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]]).numpy()
    array([1., 0.], dtype=float32)
    """
    return ops.cast(_sparse(y_true, y_pred), floatx())


def _sparse(y_true, y_pred):
    p = as_predictions(y_pred, "sparse_categorical_accuracy")
    labels = as_class_numbers(y_true, p, "sparse_categorical_accuracy")
    matches = ops.equal(labels, ops.argmax(p, axis=-1))
    return ops.squeeze(matches, -1) if matches.ndim > 1 and matches.shape[-1] == 1 else matches


class Accuracy(MeanMetricWrapper):
    """The share of predictions that equal their targets: `accuracy`.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> fastnn.metrics.Accuracy()([1, 2, 3, 4], [1, 2, 3, 0]).item()
    0.75
    """

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(_equal, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """The share of predictions on the right side of a threshold: `binary_accuracy`.

    Args:
        name, dtype: as `Metric` takes them.
        threshold: from where on a prediction means 1.

    >>> import fastnn
    >>> fastnn.metrics.BinaryAccuracy()([1, 1, 0, 0], [[0.98], [1.0], [0.0], [0.6]]).item()
    0.75
    """

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        threshold = as_number(threshold, "BinaryAccuracy", "threshold")
        super().__init__(_binary, name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """The share of rows whose greatest prediction is that of the right class, for one-hot targets:
    `categorical_accuracy`.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> metric = fastnn.metrics.CategoricalAccuracy()
    >>> metric([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]).item()
    0.5
    """

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(_categorical, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """The share of rows whose greatest prediction is that of the right class, for class numbers:
    `sparse_categorical_accuracy`.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> metric = fastnn.metrics.SparseCategoricalAccuracy()
    >>> metric([1, 0], [[0.2, 0.8], [0.4, 0.6]], sample_weight=[3.0, 1.0]).item()
    0.75
    """

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(_sparse, name, dtype)
