"""The share of the targets' variance that predictions explain."""

from .. import ops
from ..ops._axes import as_integer
from ._sums import ClassSums, weighted

_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(ClassSums):
    """1 - sum of squared errors / sum of squared distances of the targets from their mean, of each
    column of targets and predictions (samples, columns): 1 is perfect, 0 as good as the mean.

    Args:
        class_aggregation: "uniform_average", the mean over the columns;
            "variance_weighted_average", their mean weighted by the targets' variance; None, a score
            a column.
        num_regressors: p > 0 adjusts the score to 1 - (1 - R2) (n - 1) / (n - p - 1), as long as
            n > p + 1. As in Keras n counts elements, not samples: the same for a single column.
        name, dtype: as `Metric` takes them.

    The sums are streamed: targets whose mean is k times their spread lose 2 log10(k) of float64's
    16 digits. As in Keras a column whose targets are all equal scores 0, or NaN if all predictions
    are right (scikit-learn: 1).

    Raises:
        ValueError: an argument is none of these; with the data, the shapes are not (samples,
            columns).

    >>> import fastnn
    >>> round(fastnn.metrics.R2Score()([[1], [4], [3]], [[2], [4], [4]]).item(), 4)
    0.5714
    """

    sums = ("sum", "squared_sum", "total_mse", "count")

    def __init__(
        self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None
    ):
        super().__init__(dtype, name)
        if class_aggregation not in _AGGREGATIONS:
            raise ValueError(
                f"R2Score: class_aggregation is {class_aggregation!r}; None, 'uniform_average' or "
                "'variance_weighted_average' is wanted."
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = as_integer(num_regressors, "R2Score", "num_regressors")
        self.num_samples = self.add_variable(name="num_samples")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true, y_pred: of one shape (samples, columns); (samples,) goes with (samples, 1).
            sample_weight: a weight a sample, or an element.
        """
        t, p, w = self._rows(y_true, y_pred, sample_weight)
        if self._classes is None:
            self._begin(p.shape[1:])
        of_targets = weighted(t, w)
        self._add("sum", of_targets)
        self._add("squared_sum", t * of_targets)
        self._add("total_mse", weighted(ops.square(t - ops.cast(p, self.dtype)), w))
        if w is None:
            self.count.assign(self.count + float(t.shape[0]))
        else:
            self._add("count", ops.broadcast_to(w, t.shape))
        self.num_samples.assign_add(t.size)

    def result(self):
        if self._classes is None:  # nothing came yet
            return ops.zeros((), self.dtype)
        total = self.squared_sum - self.sum * (self.sum / self.count)
        scores = 1.0 - self.total_mse / total
        infinite = ops.equal(ops.absolute(scores), float("inf"))
        scores = ops.where(infinite, 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.sum(total * scores) / ops.sum(total)
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, scores):
        n = self.num_samples
        rest = n - (self.num_regressors + 1.0)
        enough = ops.greater(rest, 0.0)
        adjusted = 1.0 - (1.0 - scores) * (n - 1.0) / ops.where(enough, rest, 1.0)
        return ops.where(enough, adjusted, scores)
