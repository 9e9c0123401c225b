"""Losses of relative errors, of logarithms and of directions."""

from .. import ops
from .._floatx import epsilon
from ._arguments import as_pair
from .loss import LossFunctionWrapper


def mean_absolute_percentage_error(y_true, y_pred):
    """The mean of 100 |y_true - y_pred| / max(|y_true|, 1e-7) over the last axis; otherwise as
    `mean_squared_error`.

    >>> import fastnn
    >>> fastnn.losses.mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]]).numpy()
    array([25.], dtype=float32)
    """
    t, p = as_pair(y_true, y_pred, "mean_absolute_percentage_error")
    share = ops.absolute((t - p) / ops.maximum(ops.absolute(t), epsilon()))
    return 100.0 * ops.mean(share, axis=-1)


def mean_squared_logarithmic_error(y_true, y_pred):
    """The mean of (log(1 + y_true) - log(1 + y_pred))^2 over the last axis, both taken as at least
    1e-7; otherwise as `mean_squared_error`.

    >>> import fastnn
    >>> loss = fastnn.losses.mean_squared_logarithmic_error([[0.0]], [[1.0]])
    >>> round(loss.item(), 4)  # (log 2)^2
    0.4805
    """
    t, p = as_pair(y_true, y_pred, "mean_squared_logarithmic_error")
    logs = [ops.log1p(ops.maximum(x, epsilon())) for x in (p, t)]
    return ops.mean(ops.square(logs[0] - logs[1]), axis=-1)


def cosine_similarity(y_true, y_pred, axis=-1):
    """Minus the cosine of the angle between y_true and y_pred along an axis: -1 for one direction,
    0 for a right angle or a vector of zeros, 1 for opposite ones.

    Args:
        y_true, y_pred: as `mean_squared_error` takes them.
        axis: along which vectors lie.

    Returns:
        A value for each vector.

    >>> import fastnn
    >>> fastnn.losses.cosine_similarity([[0.0, 1.0], [3.0, 4.0]], [[2.0, 0.0], [0.0, 1.0]]).numpy()
    array([-0. , -0.8], dtype=float32)
    """
    return ops.negative(cosine(y_true, y_pred, axis, "cosine_similarity"))


def cosine(y_true, y_pred, axis, operation):
    """The cosine itself.

    >>> from fastnn.losses.relative_errors import cosine
    >>> cosine([[2.0]], [[-3.0]], -1, "cosine").numpy()
    array([-1.], dtype=float32)
    """
    t, p = as_pair(y_true, y_pred, operation)
    return ops.sum(_normalized(t, axis) * _normalized(p, axis), axis=axis)


def _normalized(x, axis):
    """x over its norm, which counts as at least 1e-7. The limit is taken of the square, because
    the root's slope at 0 is infinite."""
    squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, epsilon() ** 2))


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """100 |y_true - y_pred| / |y_true|, the mean over the last axis:
    `mean_absolute_percentage_error`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> fastnn.losses.MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]]).item()
    25.0
    """

    def __init__(
        self,
        reduction="sum_over_batch_size",
        name="mean_absolute_percentage_error",
        dtype=None,
    ):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """(log(1 + y_true) - log(1 + y_pred))^2, the mean over the last axis:
    `mean_squared_logarithmic_error`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> round(fastnn.losses.MeanSquaredLogarithmicError()([[0.0]], [[1.0]]).item(), 4)
    0.4805
    """

    def __init__(
        self,
        reduction="sum_over_batch_size",
        name="mean_squared_logarithmic_error",
        dtype=None,
    ):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle between y_true and y_pred: `cosine_similarity`.

    Args:
        axis: along which vectors lie.
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> fastnn.losses.CosineSimilarity()([[0.0, 1.0]], [[0.0, 3.0]]).item()
    -1.0
    """

    def __init__(
        self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity", dtype=None
    ):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
