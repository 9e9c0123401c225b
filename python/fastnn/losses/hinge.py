"""Hinge losses, of classes -1 and 1 and of several classes."""

from .. import ops
from ._arguments import as_pair
from .loss import LossFunctionWrapper


def hinge(y_true, y_pred):
    """The mean of max(1 - y_true y_pred, 0) over the last axis.

    Args:
        y_true: -1 or 1; where all of the batch is 0 or 1, 0 stands for -1.
        y_pred: numbers, of y_true's shape; where one of the two lacks a last axis of size 1, it
            gets one.

    Returns:
        A value for each sample, of y_pred's shape without the last axis, and of its dtype.

    Raises:
        ValueError: the shapes do not fit.

    >>> import fastnn
    >>> fastnn.losses.hinge([[1.0, -1.0], [1.0, 1.0]], [[0.5, 0.5], [2.0, 1.0]]).numpy()
    array([1., 0.], dtype=float32)
    """
    return ops.mean(_short_of_one(*as_pair(y_true, y_pred, "hinge")), axis=-1)


def squared_hinge(y_true, y_pred):
    """The mean of max(1 - y_true y_pred, 0)^2 over the last axis; otherwise as `hinge`.

    >>> import fastnn
    >>> fastnn.losses.squared_hinge([[1.0, -1.0]], [[0.5, 0.5]]).numpy()
    array([1.25], dtype=float32)
    """
    short = _short_of_one(*as_pair(y_true, y_pred, "squared_hinge"))
    return ops.mean(ops.square(short), axis=-1)


def _short_of_one(t, p):
    return ops.maximum(1.0 - _as_signs(t) * p, 0.0)


def _as_signs(t):
    """0 and 1 as -1 and 1, if there is nothing else: y (y - 1) is 0 for these two alone."""
    binary = ops.equal(ops.max(ops.absolute(t * (t - 1.0))), 0.0)
    return ops.where(binary, 2.0 * t - 1.0, t)


def categorical_hinge(y_true, y_pred):
    """max(1 + the greatest of (1 - y_true) y_pred - sum(y_true y_pred), 0) along the last axis: how
    far the right class falls short of exceeding every other by one.

    Args:
        y_true: 0 or 1 for each class.
        y_pred: numbers, of y_true's shape.

    Returns:
        A value for each sample, of y_pred's shape without the last axis, and of its dtype.

    >>> import fastnn
    >>> fastnn.losses.categorical_hinge([[0.0, 1.0], [0.0, 1.0]], [[0.5, 1.0], [1.0, 3.0]]).numpy()
    array([0.5, 0. ], dtype=float32)
    """
    t, p = as_pair(y_true, y_pred, "categorical_hinge")
    right = ops.sum(t * p, axis=-1)
    wrong = ops.max((1.0 - t) * p, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


class Hinge(LossFunctionWrapper):
    """max(1 - y_true y_pred, 0), the mean over the last axis: `hinge`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> fastnn.losses.Hinge()([1, 0], [[0.5], [0.5]]).item()
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="hinge", dtype=None):
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    """max(1 - y_true y_pred, 0)^2, the mean over the last axis: `squared_hinge`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> fastnn.losses.SquaredHinge()([1, 0], [[0.5], [0.5]]).item()
    1.25
    """

    def __init__(self, reduction="sum_over_batch_size", name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    """How far the right class falls short of exceeding every other by one: `categorical_hinge`.

    Args:
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> fastnn.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]).item()
    0.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, reduction, name, dtype)
