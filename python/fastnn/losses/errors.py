"""Losses of errors, e = y_pred - y_true: a mean over the last axis for each sample."""

import math

from .. import ops
from .._checks import as_number
from ._arguments import as_pair
from .loss import LossFunctionWrapper


def mean_squared_error(y_true, y_pred):
    """The mean of (y_true - y_pred)^2 over the last axis.

    Args:
        y_true, y_pred: tensors or arrays of one shape; where one lacks a last axis of size 1, it
            gets one.

    Returns:
        A value for each sample, of y_pred's shape without the last axis, and of its dtype.

    Raises:
        ValueError: the shapes do not fit.

    >>> import fastnn
    >>> fastnn.losses.mean_squared_error([[1.0, 2.0], [3.0, 4.0]], [[1.0, 4.0], [3.0, 4.0]]).numpy()
    array([2., 0.], dtype=float32)
    """
    t, p = as_pair(y_true, y_pred, "mean_squared_error")
    return ops.mean(ops.square(t - p), axis=-1)


def mean_absolute_error(y_true, y_pred):
    """The mean of |y_true - y_pred| over the last axis; otherwise as `mean_squared_error`.

    >>> import fastnn
    >>> fastnn.losses.mean_absolute_error([[1.0, 2.0]], [[1.0, 4.0]]).numpy()
    array([1.], dtype=float32)
    """
    t, p = as_pair(y_true, y_pred, "mean_absolute_error")
    return ops.mean(ops.absolute(t - p), axis=-1)


def huber(y_true, y_pred, delta=1.0):
    """The mean over the last axis of e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2).

    Args:
        y_true, y_pred: as `mean_squared_error` takes them; e = y_pred - y_true.
        delta: where the square turns into a line, a number >= 0.

    Source: Huber, Robust Estimation of a Location Parameter (1964).

    >>> import fastnn
    >>> fastnn.losses.huber([[1.0, 2.0]], [[1.0, 4.0]]).numpy()
    array([0.75], dtype=float32)
    """
    t, p = as_pair(y_true, y_pred, "huber")
    delta = _as_delta(delta)
    size = ops.absolute(p - t)
    # The square's part of the error, and the line's.
    near = ops.minimum(size, delta)
    return ops.mean(0.5 * ops.square(near) + delta * (size - near), axis=-1)


def log_cosh(y_true, y_pred):
    """The mean over the last axis of log(cosh(y_pred - y_true)): about e^2 / 2 where the error is
    small, |e| - log 2 where it is large. Otherwise as `mean_squared_error`.

    It is computed as e + softplus(-2 e) - log 2, which does not overflow.

    >>> import fastnn
    >>> round(fastnn.losses.log_cosh([[0.0]], [[100.0]]).item(), 4)  # 100 - log 2
    99.3069
    """
    t, p = as_pair(y_true, y_pred, "log_cosh")
    e = p - t
    return ops.mean(e + ops.softplus(e * -2.0) - math.log(2.0), axis=-1)


def _as_delta(delta):
    number = as_number(delta, "huber", "delta")
    if not 0 <= number < math.inf:
        raise ValueError(f"huber: delta is {delta}; a finite number >= 0 is wanted.")
    return number


class MeanSquaredError(LossFunctionWrapper):
    """(y_true - y_pred)^2, the mean over the last axis: `mean_squared_error`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> fastnn.losses.MeanSquaredError()([[1.0, 2.0]], [[1.0, 4.0]]).item()
    2.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_error", dtype=None):
        super().__init__(mean_squared_error, reduction, name, dtype)

    def fused(self, y_true, y_pred, sample_weight):
        t, p = as_pair(y_true, y_pred, self.name)
        return ops.mean_squared_error(p, t, sample_weight)


class MeanAbsoluteError(LossFunctionWrapper):
    """|y_true - y_pred|, the mean over the last axis: `mean_absolute_error`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> fastnn.losses.MeanAbsoluteError()([[1.0, 2.0]], [[1.0, 4.0]]).item()
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype=None):
        super().__init__(mean_absolute_error, reduction, name, dtype)

    def fused(self, y_true, y_pred, sample_weight):
        t, p = as_pair(y_true, y_pred, self.name)
        return ops.mean_absolute_error(p, t, sample_weight)


class Huber(LossFunctionWrapper):
    """Squares of small errors, lines beyond delta, the mean over the last axis: `huber`.

    Args:
        delta: where the square turns into a line.
        reduction, name, dtype: as `Loss` takes them.

    Source: Huber, Robust Estimation of a Location Parameter (1964).

    >>> import fastnn
    >>> fastnn.losses.Huber()([[1.0, 2.0]], [[1.0, 4.0]]).item()
    0.75
    """

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        super().__init__(huber, reduction, name, dtype, delta=_as_delta(delta))

    def fused(self, y_true, y_pred, sample_weight):
        t, p = as_pair(y_true, y_pred, self.name)
        return ops.huber(p, t, self.delta, sample_weight)


class LogCosh(LossFunctionWrapper):
    """log(cosh(y_pred - y_true)), the mean over the last axis: `log_cosh`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> round(fastnn.losses.LogCosh()([[0.0]], [[1.0]]).item(), 4)
    0.4338
    """

    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype=None):
        super().__init__(log_cosh, reduction, name, dtype)
