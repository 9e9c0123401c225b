"""Means of hinge losses."""

from ..losses import categorical_hinge, hinge, squared_hinge
from .reduction import MeanMetricWrapper


class Hinge(MeanMetricWrapper):
    """The mean of max(1 - y_true y_pred, 0).

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> fastnn.metrics.Hinge()([1, 0], [[0.5], [0.5]]).item()
    1.0
    """

    def __init__(self, name="hinge", dtype=None):
        super().__init__(hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """The mean of max(1 - y_true y_pred, 0)^2.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> fastnn.metrics.SquaredHinge()([1, 0], [[0.5], [0.5]]).item()
    1.25
    """

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """The mean of how far the right class falls short of exceeding every other by one.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> fastnn.metrics.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]).item()
    0.5
    """

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, name, dtype)
