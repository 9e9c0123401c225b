"""Losses as objects, with Keras's names and arguments: weighted sums over the batch, divided by the
number of elements or rows."""

from . import ops
from .changes import Watched
from .tensor import as_tensor


class _OfElements(Watched):
    """Targets take the predictions' dtype; `of` is what a subclass computes."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        name = type(self).__name__
        y_pred = as_tensor(y_pred, name)
        y_true = ops.cast(as_tensor(y_true, name, like=y_pred), y_pred.dtype)
        return self.of(y_true, y_pred, sample_weight)


class MeanSquaredError(_OfElements):
    """mean((prediction - target)^2) over all elements; targets take the predictions' dtype.

    >>> import fastnn
    >>> fastnn.losses.MeanSquaredError()([1.0, 2.0], [1.0, 4.0]).item()
    2.0
    """

    def of(self, y_true, y_pred, sample_weight):
        return ops.mean_squared_error(y_pred, y_true, sample_weight)


class MeanAbsoluteError(_OfElements):
    """mean(|prediction - target|) over all elements; targets take the predictions' dtype.

    >>> import fastnn
    >>> fastnn.losses.MeanAbsoluteError()([1.0, 2.0], [1.0, 4.0]).item()
    1.0
    """

    def of(self, y_true, y_pred, sample_weight):
        return ops.mean_absolute_error(y_pred, y_true, sample_weight)


class Huber(_OfElements):
    """Squares of errors up to delta, lines beyond; `fastnn.ops.huber` has the formula.

    Args:
        delta: where the square turns into a line.

    >>> import fastnn
    >>> fastnn.losses.Huber()([1.0, 2.0], [1.0, 4.0]).item()
    0.75
    """

    def __init__(self, delta=1.0):
        self.delta = delta

    def of(self, y_true, y_pred, sample_weight):
        return ops.huber(y_pred, y_true, self.delta, sample_weight)


class BinaryCrossentropy(_OfElements):
    """Cross-entropy of two classes, element by element.

    Args:
        from_logits: whether predictions are logits; else they are probabilities, clipped as Keras
            does.
        label_smoothing: s, by which targets become t (1 - s) + s / 2.

    >>> import fastnn
    >>> loss = fastnn.losses.BinaryCrossentropy()([1.0, 0.0], [0.5, 0.5])
    >>> round(loss.item(), 4)  # log 2
    0.6931
    """

    def __init__(self, from_logits=False, label_smoothing=0.0):
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing

    def of(self, y_true, y_pred, sample_weight):
        return ops.binary_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, sample_weight
        )


class CategoricalCrossentropy(_OfElements):
    """Cross-entropy with a probability for each class, such as one-hot rows, as targets.

    Args:
        from_logits: whether predictions are logits; else they are probabilities, clipped as Keras
            does.
        label_smoothing: s, by which targets become t (1 - s) + s / classes.

    >>> import fastnn
    >>> loss = fastnn.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])
    >>> round(loss.item(), 4)  # log 2
    0.6931
    """

    def __init__(self, from_logits=False, label_smoothing=0.0):
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing

    def of(self, y_true, y_pred, sample_weight):
        return ops.categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, sample_weight
        )


class SparseCategoricalCrossentropy(Watched):
    """Cross-entropy with class numbers as labels.

    Args:
        from_logits: whether predictions are logits; else they are probabilities, clipped as Keras
            does.

    >>> import fastnn
    >>> loss = fastnn.losses.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])
    >>> round(loss.item(), 4)  # log 2
    0.6931
    """

    def __init__(self, from_logits=False):
        self.from_logits = from_logits

    def __call__(self, y_true, y_pred, sample_weight=None):
        return ops.sparse_categorical_crossentropy(y_true, y_pred, self.from_logits, sample_weight)
