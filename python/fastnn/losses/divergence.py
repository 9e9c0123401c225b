"""Losses of distributions and of counts."""

from .. import ops
from .._floatx import epsilon
from ._arguments import as_pair
from .loss import LossFunctionWrapper


def kl_divergence(y_true, y_pred):
    """The Kullback-Leibler divergence, the sum of t log(t / p) over the last axis; both are clipped
    to [1e-7, 1].

    Args:
        y_true: t, probabilities.
        y_pred: p, of y_true's shape; where one of the two lacks a last axis of size 1, it gets one.

    Returns:
        A value for each sample, of y_pred's shape without the last axis, and of its dtype.

    Raises:
        ValueError: the shapes do not fit.

    >>> import fastnn
    >>> fastnn.losses.kl_divergence([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(4)  # log 2
    array([0.6931], dtype=float32)
    """
    t, p = (ops.clip(x, epsilon(), 1.0) for x in as_pair(y_true, y_pred, "kl_divergence"))
    return ops.sum(t * ops.log(t / p), axis=-1)


def poisson(y_true, y_pred):
    """The mean of y_pred - y_true log(y_pred + 1e-7) over the last axis: minus the logarithm of the
    probability of counts y_true where y_pred are expected, but for a constant.

    Args:
        y_true: counts.
        y_pred: positive numbers, of y_true's shape; where one of the two lacks a last axis of size
            1, it gets one.

    Returns:
        A value for each sample, of y_pred's shape without the last axis, and of its dtype.

    >>> import fastnn
    >>> fastnn.losses.poisson([[1.0, 1.0]], [[1.0, 0.0]]).numpy()
    array([8.559048], dtype=float32)
    """
    t, p = as_pair(y_true, y_pred, "poisson")
    return ops.mean(p - t * ops.log(p + epsilon()), axis=-1)


class KLDivergence(LossFunctionWrapper):
    """The Kullback-Leibler divergence of predicted from true probabilities: `kl_divergence`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> fastnn.losses.KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]).item()
    0.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="kl_divergence", dtype=None):
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    """y_pred - y_true log(y_pred), the mean over the last axis, for counts: `poisson`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> round(fastnn.losses.Poisson()([[2.0]], [[1.0]]).item(), 4)
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="poisson", dtype=None):
        super().__init__(poisson, reduction, name, dtype)
