"""Counts of right and wrong predictions by threshold."""

import numpy as np

from .. import devices, ops
from .._checks import as_number
from .._floatx import epsilon
from ..losses._arguments import as_pair
from ..ops._axes import as_integer
from ..tensor import Tensor
from ._weights import as_weights
from .metric import Metric

_NOTHING = -1e10  # what classes that are not among the top k predict, and what they do not exceed


class ByThreshold(Metric):
    """Base of the metrics that compare predictions with thresholds. Its state is how many samples
    of each label exceed none, one, two .. of the ascending thresholds, so that a batch is counted
    in one pass whatever their number; true and false positives and negatives follow from it.

    Args:
        thresholds: numbers in any order; or their number, of even ones from 0 to 1.
        name, dtype: as `Metric` takes them.
        top_k, class_id: as `Precision` takes them.
    """

    below_zero = False  # of even thresholds, whether the first lies a little below 0
    _labels = None  # how many columns of predictions are counted apart

    def __init__(self, thresholds, name, dtype, top_k=None, class_id=None):
        super().__init__(dtype, name)
        kind = type(self).__name__
        self.top_k = None if top_k is None else as_integer(top_k, kind, "top_k", least=1)
        self.class_id = None if class_id is None else as_integer(class_id, kind, "class_id")
        self._places = self._sorted = None  # where each threshold stands among the ascending
        self._count = thresholds
        if not isinstance(thresholds, int):
            self._count = len(thresholds)
            if not _are_even(thresholds):
                order = np.argsort(thresholds, kind="stable")
                self._sorted = _constant(np.take(thresholds, order))
                if (np.diff(order) < 0).any():
                    self._places = _constant(np.argsort(order).astype("int32"))

    def _add_counts(self):
        columns = () if self._labels is None else (self._labels,)
        self.counts = self.add_variable((*columns, 2, self._count + 1), name="counts")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: what is not 0 is positive.
            y_pred: of the same shape.
            sample_weight: of that shape or its first axes.
        """
        cure = "One-hot rows are wanted for predictions of classes: ops.one_hot() makes them."
        y_true, y_pred = as_pair(y_true, y_pred, self.name, cure, one_dtype=False)
        if self.top_k is not None:
            y_pred = self._among_top(y_pred)
        if self.class_id is not None:
            y_true, y_pred = (self._of_class(y) for y in (y_true, y_pred))
        weights = None
        if sample_weight is not None:
            weights = as_weights(sample_weight, y_pred, self.name)
        self._count_batch(y_true, y_pred, weights)

    def _count_batch(self, y_true, y_pred, weights):
        ops.threshold_histogram(
            y_pred,
            y_true,
            self._count if self._sorted is None else self._sorted,
            weights,
            self.counts,
            columns=self._labels is not None,
            below_zero=self.below_zero,
        )

    def _among_top(self, y_pred):
        if y_pred.ndim == 0 or y_pred.shape[-1] < self.top_k:
            raise ValueError(
                f"{self.name}: top_k is {self.top_k} for predictions of shape {y_pred.shape}; at "
                "most the number of classes, the size of the last axis, is wanted."
            )
        places = ops.one_hot(ops.top_k(y_pred, self.top_k)[1], y_pred.shape[-1], dtype=y_pred.dtype)
        return ops.where(ops.greater(ops.sum(places, axis=-2), 0.0), y_pred, _NOTHING)

    def _of_class(self, y):
        if y.ndim < 2 or y.shape[-1] <= self.class_id:
            raise ValueError(
                f"{self.name}: class_id is {self.class_id} for predictions of shape {y.shape}; "
                "predictions (samples, classes) with more classes than that are wanted."
            )
        return y[..., self.class_id : self.class_id + 1]

    # What the counts come to, by threshold: (T,), or (T, labels)

    def _summed(self, label, reverse):
        sums = ops.cumsum(self.counts[..., label, :], axis=-1, reverse=reverse)
        sums = sums[..., 1:] if reverse else sums[..., :-1]
        if self._places is not None:
            sums = ops.take(sums, self._places, axis=-1)
        return ops.transpose(sums)

    true_positives = property(lambda self: self._summed(1, reverse=True))
    false_positives = property(lambda self: self._summed(0, reverse=True))
    true_negatives = property(lambda self: self._summed(0, reverse=False))
    false_negatives = property(lambda self: self._summed(1, reverse=False))


def _constant(array):
    return Tensor(devices.default().upload(np.ascontiguousarray(array)))


def _are_even(thresholds):
    """Whether Keras takes them for 0, 1 / (T - 1) .. 1, as which they then count."""
    n = len(thresholds)
    return n >= 3 and np.allclose(thresholds, np.linspace(0, 1, n), rtol=1e-5, atol=epsilon())


def as_thresholds(thresholds, kind, default=0.5):
    """A threshold or a list of them, each from 0 to 1, as a list of floats; None is the default."""
    if thresholds is None:
        return [default]
    given = thresholds if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
    numbers = [as_number(t, kind, "a threshold") for t in given]
    if not numbers or not all(0 <= t <= 1 for t in numbers):
        raise ValueError(
            f"{kind}: thresholds is {thresholds!r}; a number from 0 to 1 or a list of them is "
            "wanted."
        )
    return numbers


def first_if_single(values):
    """Values by threshold; of a single threshold the number."""
    return ops.reshape(values, ()) if values.shape == (1,) else values


class _Counted(ByThreshold):
    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(as_thresholds(thresholds, type(self).__name__), name, dtype)
        self.thresholds = thresholds
        self._add_counts()


class TruePositives(_Counted):
    """How many of the true samples are predicted above a threshold; weighted, the sum of their
    weights.

    Args:
        thresholds: a number from 0 to 1, or a list of them, which gives a count each. None is 0.5.
        name, dtype: as `Metric` takes them.

    Raises:
        ValueError: a threshold lies outside.

    >>> import fastnn
    >>> fastnn.metrics.TruePositives()([0, 1, 1, 1], [0.9, 0.2, 0.7, 0.8]).item()
    2.0
    """

    def result(self):
        return first_if_single(self.true_positives)


class TrueNegatives(_Counted):
    """How many of the false samples are not predicted above a threshold. Arguments and errors as
    `TruePositives`.

    >>> import fastnn
    >>> fastnn.metrics.TrueNegatives()([0, 0, 1, 0], [0.9, 0.2, 0.7, 0.5]).item()
    2.0
    """

    def result(self):
        return first_if_single(self.true_negatives)


class FalsePositives(_Counted):
    """How many of the false samples are predicted above a threshold. Arguments and errors as
    `TruePositives`.

    >>> import fastnn
    >>> fastnn.metrics.FalsePositives([0.1, 0.5])([0, 0, 1], [0.9, 0.2, 0.7]).numpy()
    array([2., 1.])
    """

    def result(self):
        return first_if_single(self.false_positives)


class FalseNegatives(_Counted):
    """How many of the true samples are not predicted above a threshold. Arguments and errors as
    `TruePositives`.

    >>> import fastnn
    >>> fastnn.metrics.FalseNegatives()([0, 1, 1], [0.9, 0.2, 0.7]).item()
    1.0
    """

    def result(self):
        return first_if_single(self.false_negatives)
