"""Losses as objects, with Keras's names; the mean over the batch."""

from . import ops
from .changes import Watched
from .tensor import as_tensor


class MeanSquaredError:
    """mean((prediction - target)^2) over all elements; targets take the predictions' dtype.

    >>> import fastnn
    >>> fastnn.losses.MeanSquaredError()([1.0, 2.0], [1.0, 4.0]).item()
    2.0
    """

    def __call__(self, y_true, y_pred):
        y_pred = as_tensor(y_pred, "MeanSquaredError")
        y_true = as_tensor(y_true, "MeanSquaredError", like=y_pred)
        return ops.mean_squared_error(y_pred, ops.cast(y_true, y_pred.dtype))


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

    def __call__(self, y_true, y_pred):
        return ops.sparse_categorical_crossentropy(y_true, y_pred, self.from_logits)
