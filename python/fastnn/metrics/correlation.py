"""Means of correlations between targets and predictions."""

from .. import ops
from .._floatx import epsilon
from ..losses._arguments import as_pair
from .reduction import MeanMetricWrapper


def pearson_correlation(y_true, y_pred, axis=-1):
    """The covariance of y_true and y_pred along an axis over the product of their standard
    deviations: 1 where one grows with the other along a line, -1 where it falls.

    Args:
        y_true, y_pred: tensors or arrays of one shape.
        axis: along which they are compared.

    Returns:
        A tensor without that axis; NaN where one of them is constant.

    Raises:
        ValueError: the shapes differ.

    >>> import fastnn
    >>> y_true, y_pred = [[0.0, 1.0, 0.5]], [[0.1, 0.9, 0.5]]
    >>> fastnn.metrics.pearson_correlation(y_true, y_pred).numpy()
    array([1.], dtype=float32)
    """
    t, p = _centred(y_true, y_pred, axis, "pearson_correlation")[:2]
    t, p = (x / ops.std(x, axis=axis, keepdims=True) for x in (t, p))
    return ops.mean(t * p, axis=axis)


def concordance_correlation(y_true, y_pred, axis=-1):
    """Twice the covariance of y_true and y_pred along an axis over the sum of their variances and
    of the square of their means' distance: 1 only where both are equal (Lin, A Concordance
    Correlation Coefficient to Evaluate Reproducibility, 1989).

    Args:
        y_true, y_pred: tensors or arrays of one shape.
        axis: along which they are compared.

    Returns:
        A tensor without that axis. As in Keras 1e-7 is added to the denominator, so that two equal
        constants give 0.

    Raises:
        ValueError: the shapes differ.

    >>> import fastnn
    >>> y_true, y_pred = [[0.0, 1.0, 0.5]], [[0.5, 1.5, 1.0]]  # they differ by 0.5 everywhere
    >>> fastnn.metrics.concordance_correlation(y_true, y_pred).numpy().round(4)
    array([0.5714], dtype=float32)
    """
    t, p, t_mean, p_mean = _centred(y_true, y_pred, axis, "concordance_correlation")
    variances = sum(ops.mean(ops.square(x), axis=axis, keepdims=True) for x in (t, p))
    distance = variances + ops.square(t_mean - p_mean) + epsilon()
    return ops.mean(2.0 * (t * p) / distance, axis=axis)


def _centred(y_true, y_pred, axis, operation):
    """Both less their means, and the means."""
    pair = as_pair(y_true, y_pred, operation)
    means = [ops.mean(x, axis=axis, keepdims=True) for x in pair]
    return *(x - mean for x, mean in zip(pair, means, strict=True)), *means


class PearsonCorrelation(MeanMetricWrapper):
    """The mean of `pearson_correlation`: of each sample along an axis, or with axis=0 of each
    column within a batch. It is no correlation over all batches together.

    Args:
        name, dtype: as `Metric` takes them.
        axis: along which targets and predictions are compared.

    >>> import fastnn
    >>> metric = fastnn.metrics.PearsonCorrelation()
    >>> round(metric([[0.0, 1.0, 0.5]], [[0.5, 0.1, 0.3]]).item(), 4)
    -1.0
    """

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean of `concordance_correlation`: of each sample along an axis, or with axis=0 of each
    column within a batch. It is no correlation over all batches together.

    Args:
        name, dtype: as `Metric` takes them.
        axis: along which targets and predictions are compared.

    >>> import fastnn
    >>> metric = fastnn.metrics.ConcordanceCorrelation()
    >>> round(metric([[0.0, 1.0, 0.5]], [[0.5, 1.5, 1.0]]).item(), 4)
    0.5714
    """

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
