"""Means of errors, of the losses' functions."""

from .. import ops
from ..losses import (
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from ..losses._arguments import as_pair
from ..losses.relative_errors import cosine
from .reduction import Mean, MeanMetricWrapper


class MeanSquaredError(MeanMetricWrapper):
    """The mean of (y_true - y_pred)^2.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> fastnn.metrics.MeanSquaredError()([[0.0], [1.0]], [[1.0], [4.0]]).item()
    5.0
    """

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(mean_squared_error, name, dtype)


class RootMeanSquaredError(Mean):
    """The root of the mean of (y_true - y_pred)^2 over all batches.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> fastnn.metrics.RootMeanSquaredError()([[0.0], [1.0]], [[0.0], [3.0]]).item() ** 2
    2.0000000000000004
    """

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch; weights have the first axes of the predictions."""
        y_true, y_pred = as_pair(y_true, y_pred, self.name)
        super().update_state(ops.square(y_pred - y_true), sample_weight)

    def result(self):
        return ops.sqrt(super().result())


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of |y_true - y_pred|.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> fastnn.metrics.MeanAbsoluteError()([[0.0], [1.0]], [[1.0], [4.0]]).item()
    2.0
    """

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean of 100 |y_true - y_pred| / |y_true|.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> fastnn.metrics.MeanAbsolutePercentageError()([[2.0], [4.0]], [[1.0], [4.0]]).item()
    25.0
    """

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of (log(1 + y_true) - log(1 + y_pred))^2.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> round(fastnn.metrics.MeanSquaredLogarithmicError()([[0.0]], [[1.0]]).item(), 4)
    0.4805
    """

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """The mean of log(cosh(y_pred - y_true)).

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> round(fastnn.metrics.LogCoshError()([[0.0]], [[1.0]]).item(), 4)
    0.4338
    """

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(log_cosh, name, dtype)


def _cosine(y_true, y_pred, axis):
    return cosine(y_true, y_pred, axis, "cosine_similarity")


class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angle between targets and predictions: 1 for one direction, as a loss
    it is -1.

    Args:
        name, dtype: as `Metric` takes them.
        axis: along which vectors lie.

    >>> import fastnn
    >>> fastnn.metrics.CosineSimilarity()([[0.0, 1.0]], [[0.0, 3.0]]).item()
    1.0
    """

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(_cosine, name, dtype, axis=axis)
