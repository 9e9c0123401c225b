"""Precision, recall, and the best of one rate where another is high enough."""

from .. import ops
from ..losses._arguments import as_share, divide_no_nan
from ..ops._axes import as_integer
from .counts import _NOTHING, ByThreshold, as_thresholds, first_if_single


class _Share(ByThreshold):
    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        default = 0.5 if top_k is None else _NOTHING
        numbers = as_thresholds(thresholds, type(self).__name__, default)
        super().__init__(numbers, name, dtype, top_k, class_id)
        self.thresholds = thresholds
        self._add_counts()


class Precision(_Share):
    """The share of true ones among the samples that are predicted: TP / (TP + FP), 0 where none
    is.

    Args:
        thresholds: a number from 0 to 1, above which a prediction counts, or a list of them, which
            gives a share each. None is 0.5, or with top_k no threshold.
        top_k: whether only the k greatest predictions of a sample may count. They are its classes,
            along the last axis.
        class_id: the only class that counts.
        name, dtype: as `Metric` takes them.

    Targets and predictions have one shape; class numbers become rows by `ops.one_hot`.

    Raises:
        ValueError: a threshold lies outside; with the data, there are fewer classes than top_k or
            class_id says.

    >>> import fastnn
    >>> metric = fastnn.metrics.Precision()
    >>> metric.update_state([0, 1, 1, 1], [1.0, 0.0, 0.8, 0.3])
    >>> metric([0, 1], [0.2, 0.9], sample_weight=[1.0, 2.0]).item()  # 1 + 2 of 1 + 1 + 2
    0.75
    """

    def result(self):
        return first_if_single(_precision(self))


class Recall(_Share):
    """The share of the true samples that are predicted: TP / (TP + FN), 0 where there is none.
    Arguments and errors as `Precision`.

    >>> import fastnn
    >>> fastnn.metrics.Recall(thresholds=[0.2, 0.5])([0, 1, 1], [1.0, 0.3, 0.8]).numpy()
    array([1. , 0.5])
    """

    def result(self):
        return first_if_single(_recall(self))


def _precision(counts):
    tp = counts.true_positives
    return divide_no_nan(tp, tp + counts.false_positives)


def _recall(counts):
    tp = counts.true_positives
    return divide_no_nan(tp, tp + counts.false_negatives)


def _specificity(counts):
    tn = counts.true_negatives
    return divide_no_nan(tn, tn + counts.false_positives)


class _BestWhere(ByThreshold):
    """The greatest value of one rate among the thresholds at which another is high enough."""

    def __init__(self, num_thresholds, class_id, name, dtype):
        self.num_thresholds = as_integer(
            num_thresholds, type(self).__name__, "num_thresholds", least=1
        )
        thresholds = self.num_thresholds if self.num_thresholds > 1 else [0.5]
        super().__init__(thresholds, name, dtype, class_id=class_id)
        self._add_counts()

    def _best(self, rate, constrained, least):
        high_enough = ops.greater_equal(constrained(self), least)
        return ops.max(ops.where(high_enough, rate(self), 0.0))


class SensitivityAtSpecificity(_BestWhere):
    """The greatest sensitivity, TP / (TP + FN), at a threshold where the specificity,
    TN / (TN + FP), is at least a given one; 0 where it nowhere is.

    Args:
        specificity: a number from 0 to 1.
        num_thresholds: how many thresholds, spread evenly from 0 to 1, are tried; of one it is 0.5.
        class_id: the only class that counts, along the last axis.
        name, dtype: as `Metric` takes them.

    Raises:
        ValueError: specificity lies outside, or num_thresholds is below 1.

    >>> import fastnn
    >>> metric = fastnn.metrics.SensitivityAtSpecificity(0.5)
    >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).item()
    0.5
    """

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(num_thresholds, class_id, name, dtype)
        self.specificity = as_share(specificity, "SensitivityAtSpecificity", "specificity")

    def result(self):
        return self._best(_recall, _specificity, self.specificity)


class SpecificityAtSensitivity(_BestWhere):
    """The greatest specificity at a threshold where the sensitivity is at least a given one, a
    number from 0 to 1. Otherwise as `SensitivityAtSpecificity`.

    >>> import fastnn
    >>> metric = fastnn.metrics.SpecificityAtSensitivity(0.5)
    >>> round(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).item(), 4)
    0.6667
    """

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(num_thresholds, class_id, name, dtype)
        self.sensitivity = as_share(sensitivity, "SpecificityAtSensitivity", "sensitivity")

    def result(self):
        return self._best(_specificity, _recall, self.sensitivity)


class PrecisionAtRecall(_BestWhere):
    """The greatest precision at a threshold where the recall is at least a given one, a number from
    0 to 1. Otherwise as `SensitivityAtSpecificity`.

    >>> import fastnn
    >>> metric = fastnn.metrics.PrecisionAtRecall(0.5)
    >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).item()
    0.5
    """

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(num_thresholds, class_id, name, dtype)
        self.recall = as_share(recall, "PrecisionAtRecall", "recall")

    def result(self):
        return self._best(_precision, _recall, self.recall)


class RecallAtPrecision(_BestWhere):
    """The greatest recall at a threshold where the precision is at least a given one, a number from
    0 to 1. Otherwise as `SensitivityAtSpecificity`.

    >>> import fastnn
    >>> metric = fastnn.metrics.RecallAtPrecision(0.8)
    >>> metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]).item()
    0.5
    """

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(num_thresholds, class_id, name, dtype)
        self.precision = as_share(precision, "RecallAtPrecision", "precision")

    def result(self):
        return self._best(_recall, _precision, self.precision)
