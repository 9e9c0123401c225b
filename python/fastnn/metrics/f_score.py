"""F-scores: precision and recall in one number."""

from .. import ops
from .._checks import as_number
from .._floatx import epsilon
from ._sums import ClassSums, weighted

_AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(ClassSums):
    """(1 + beta^2) precision recall / (beta^2 precision + recall), of each class of targets and
    predictions (samples, classes).

    Args:
        average: None, a score for each class; "macro", their mean; "weighted", their mean weighted
            by how many samples each class has; "micro", a score of all classes together.
        beta: how many times as much recall counts as precision.
        threshold: a number above 0, at most 1, that a prediction must exceed to count. None lets
            the greatest of each row count, unless it is 0.
        name, dtype: as `Metric` takes them.

    As Keras does, 1e-7 is added to each denominator, so that a class without samples scores 0 and a
    perfect one 1 - 1e-7 or so.

    Raises:
        ValueError: average, beta or threshold is none of these; with the data, the shapes are not
            (samples, classes).

    >>> import fastnn
    >>> metric = fastnn.metrics.FBetaScore(beta=2.0, threshold=0.5)
    >>> targets, predictions = [[1, 1], [1, 0], [0, 1]], [[0.2, 0.6], [0.8, 0.7], [0.1, 0.9]]
    >>> metric(targets, predictions).numpy().round(4)
    array([0.5556, 0.9091])
    """

    sums = ("true_positives", "predicted_positives", "actual_positives")

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(dtype, name)
        kind = type(self).__name__
        if average not in _AVERAGES:
            raise ValueError(
                f"{kind}: average is {average!r}; None, 'micro', 'macro' or 'weighted' is wanted."
            )
        self.average = average
        self.beta = as_number(beta, kind, "beta")
        if not 0 < self.beta < float("inf"):
            raise ValueError(f"{kind}: beta is {beta}; a finite number above 0 is wanted.")
        self.threshold = None if threshold is None else as_number(threshold, kind, "threshold")
        if threshold is not None and not 0 < self.threshold <= 1:
            raise ValueError(
                f"{kind}: threshold is {threshold}; None or a number above 0, at most 1, is wanted."
            )

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: ones and zeros, or shares.
            y_pred: of the same shape.
            sample_weight: a weight a sample, or an element.
        """
        t, p, w = self._rows(y_true, y_pred, sample_weight)
        if self._classes is None:
            self._begin(() if self.average == "micro" else p.shape[1:])
        predicted = weighted(self._counts(p), w)
        self._add("true_positives", predicted * t)
        self._add("predicted_positives", predicted)
        self._add("actual_positives", weighted(t, w))

    def _counts(self, p):
        """1 where a prediction counts, else 0."""
        if self.threshold is not None:
            return ops.cast(ops.greater(p, self.threshold), self.dtype)
        greatest = ops.greater_equal(p, ops.max(p, axis=-1, keepdims=True))
        some = ops.greater(ops.absolute(p), 1e-9)
        return ops.cast(greatest, self.dtype) * ops.cast(some, self.dtype)

    def result(self):
        if self._classes is None:  # nothing came yet
            return ops.zeros((), self.dtype)
        tp, tiny = self.true_positives, epsilon()
        precision = tp / (self.predicted_positives + tiny)
        recall = tp / (self.actual_positives + tiny)
        square = self.beta**2
        scores = (1 + square) * (precision * recall / (square * precision + recall + tiny))
        if self.average == "weighted":
            shares = self.actual_positives / (ops.sum(self.actual_positives) + tiny)
            return ops.sum(scores * shares)
        return ops.mean(scores) if self.average == "macro" else scores


class F1Score(FBetaScore):
    """2 precision recall / (precision + recall): `FBetaScore` with beta = 1.

    Args:
        average, threshold, name, dtype: as `FBetaScore` takes them.

    >>> import fastnn
    >>> metric = fastnn.metrics.F1Score(average="macro", threshold=0.5)
    >>> targets, predictions = [[1, 1], [1, 0], [0, 1]], [[0.2, 0.6], [0.8, 0.7], [0.1, 0.9]]
    >>> round(metric(targets, predictions).item(), 4)
    0.7333
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average, 1.0, threshold, name, dtype)
