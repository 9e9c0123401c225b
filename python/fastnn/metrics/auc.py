"""The area under a curve of two rates, over all thresholds."""

from .. import ops
from .._checks import as_factor, as_list
from ..losses._arguments import as_share, divide_no_nan
from ..ops._axes import as_bool, as_integer
from ._weights import broadcast_to_all
from .counts import ByThreshold, _constant

_BELOW, _ABOVE = -1e-7, 1 + 1e-7  # Keras's outermost thresholds, which all and none exceed
_CURVES = ("ROC", "PR", "PRGAIN")
_METHODS = ("interpolation", "minoring", "majoring")


class AUC(ByThreshold):
    """The area under the curve that two rates draw as the threshold goes from 1 to 0, approximated
    from thresholds: 0.5 is chance, 1 right at every threshold.

    Args:
        num_thresholds: how many thresholds there are, at least 2, spread evenly from 0 to 1.
        curve: "ROC", the rate of true over that of false positives; "PR", precision over recall; or
            "PRGAIN", both against what chance would give (Flach and Kull, Precision-Recall-Gain
            Curves, 2015).
        summation_method: "interpolation", trapezoids, of PR by Davis and Goadrich (The Relationship
            Between Precision-Recall and ROC Curves, 2006, section 4); "minoring" or "majoring", the
            smaller or greater of each two neighbouring heights.
        name, dtype: as `Metric` takes them.
        thresholds: the thresholds themselves, numbers from 0 to 1, in place of their number; two
            are added that all and none exceed.
        multi_label: whether each column of predictions (samples, labels) has an area of its own, of
            which the mean is taken; otherwise all predictions are one.
        num_labels: how many columns there are, with multi_label; None is found with the first
            batch.
        label_weights: a number for each column: a weight of its area, or of its samples.
        from_logits: whether predictions are logits, of which the sigmoid is taken.

    As in Keras, predictions are clipped to [0, 1] where the thresholds are even: logits without
    from_logits give a number that means nothing. Between thresholds the area is not the exact one
    of sorted predictions (scikit-learn's roc_auc_score): all predictions between two thresholds
    count as equal. More thresholds bring it nearer.

    Raises:
        ValueError: an argument is none of these, or a threshold lies outside.

    >>> import fastnn
    >>> metric = fastnn.metrics.AUC(num_thresholds=3)
    >>> metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]).item()
    0.75
    """

    below_zero = True

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        numbers = as_integer(num_thresholds, "AUC", "num_thresholds", least=2)
        if thresholds is not None:
            inner = as_list(thresholds, "AUC", "numbers from 0 to 1")
            numbers = [0.0, *sorted(as_share(t, "AUC", "a threshold") for t in inner), 1.0]
        super().__init__(numbers, name, dtype)
        if self._sorted is not None:
            self._sorted = _constant([_BELOW, *numbers[1:-1], _ABOVE])
        self.num_thresholds = self._count
        self.thresholds = thresholds
        self.curve = _one_of(_CURVES, curve, "curve")
        self.summation_method = _one_of(_METHODS, summation_method, "summation_method")
        self.multi_label = as_bool(multi_label, "AUC", "multi_label")
        self.from_logits = as_bool(from_logits, "AUC", "from_logits")
        self.num_labels = num_labels
        self.label_weights = label_weights
        self._label_weights = None
        if label_weights is not None:
            factors = as_list(label_weights, "AUC", "label_weights")
            factors = [as_factor(w, "AUC", "one of label_weights") for w in factors]
            self._label_weights = ops.cast(_constant(factors), self.dtype)
        if num_labels is not None:
            if not self.multi_label:
                raise ValueError("AUC: num_labels is for multi_label=True alone.")
            self._labels = as_integer(num_labels, "AUC", "num_labels", least=1)
        self.counts = None
        if not self.multi_label or num_labels is not None:
            self._add_counts()

    def _count_batch(self, y_true, y_pred, weights):
        if self.multi_label:
            self._build(y_pred)
        elif self._label_weights is not None:
            weights = self._weighted_labels(y_pred, weights)
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred)
        super()._count_batch(y_true, y_pred, weights)

    def _build(self, y_pred):
        self._refuse_labels(y_pred, self._labels)
        self._refuse_labels(y_pred, None if self.label_weights is None else len(self.label_weights))
        if self.counts is None:
            self._labels = y_pred.shape[1]
            self._add_counts()

    def _weighted_labels(self, y_pred, weights):
        of_labels = self._label_weights
        self._refuse_labels(y_pred, of_labels.size)
        if weights is None:
            return ops.broadcast_to(of_labels, y_pred.shape)
        return broadcast_to_all(ops.cast(weights, self.dtype), y_pred) * of_labels

    def _refuse_labels(self, y_pred, labels):
        if y_pred.ndim != 2 or labels not in (None, y_pred.shape[1]):
            raise ValueError(
                f"{self.name}: predictions have shape {y_pred.shape}; (samples, "
                f"{labels or 'labels'}) is wanted for multi_label, num_labels and label_weights."
            )

    def result(self):
        if self.counts is None:
            raise ValueError(
                f"{self.name}: how many labels there are is not known before the first batch; give "
                "num_labels."
            )
        areas = self._areas()
        if not self.multi_label:
            return areas
        if self._label_weights is None:
            return ops.mean(areas)
        weights = self._label_weights
        return divide_no_nan(ops.sum(areas * weights), ops.sum(weights))

    def _areas(self):
        """Of all, or of each label. Both rates fall as thresholds rise."""
        interpolated = self.summation_method == "interpolation"
        if interpolated and self.curve == "PR":
            return ops.sum(self._interpolated_pr(), axis=0)
        x, y = getattr(self, f"_{self.curve.lower()}")()
        if interpolated:
            heights = (y[:-1] + y[1:]) / 2.0
        else:
            choose = ops.minimum if self.summation_method == "minoring" else ops.maximum
            heights = choose(y[:-1], y[1:])
        return ops.sum((x[:-1] - x[1:]) * heights, axis=0)

    def _roc(self):
        tp, fp = self.true_positives, self.false_positives
        return divide_no_nan(fp, fp + self.true_negatives), self._recall(tp)

    def _pr(self):
        tp = self.true_positives
        return self._recall(tp), divide_no_nan(tp, tp + self.false_positives)

    def _recall(self, tp):
        return divide_no_nan(tp, tp + self.false_negatives)

    def _prgain(self):
        tp, fp, fn = self.true_positives, self.false_positives, self.false_negatives
        odds = divide_no_nan(tp + fn, fp + self.true_negatives)
        none = ops.equal(tp, 0.0)
        recall = ops.where(none, 0.0, 1.0 - odds * divide_no_nan(fn, tp))
        precision = ops.where(none, 1.0, 1.0 - odds * divide_no_nan(fp, tp))
        return ops.maximum(recall, 0.0), precision

    def _interpolated_pr(self):
        """The areas between neighbouring thresholds: true positives grow linearly with all
        positives p, tp = slope p + intercept, so that the precision tp / p is integrated over the
        recall."""
        tp = self.true_positives
        p = tp + self.false_positives
        dtp = tp[:-1] - tp[1:]
        slope = divide_no_nan(dtp, ops.maximum(p[:-1] - p[1:], 0.0))
        intercept = tp[1:] - slope * p[1:]
        both = ops.greater(ops.minimum(p[:-1], p[1:]), 0.0)
        ratio = ops.where(both, divide_no_nan(p[:-1], p[1:]), 1.0)
        all_true = ops.maximum(tp[1:] + self.false_negatives[1:], 0.0)
        return divide_no_nan(slope * (dtp + intercept * ops.log(ratio)), all_true)


def _one_of(names, given, what):
    for name in names:
        if isinstance(given, str) and given.lower() == name.lower():
            return name
    raise ValueError(
        f"AUC: {what} is {given!r}; {', '.join(map(repr, names[:-1]))} or {names[-1]!r} is wanted."
    )
