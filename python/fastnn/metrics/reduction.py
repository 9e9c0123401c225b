"""Sums and means over all batches of an epoch."""

from .. import ops
from .._checks import FLOATS
from .._floatx import floatx
from .._names import name_of
from ..losses._arguments import as_data, divide_no_nan
from ..saving.serialization import serialize_value
from ._weights import as_weights, broadcast_to_all
from .metric import Metric


def as_values(x, operation, like=None):
    """Values as they are; numbers that come in no array are floatx()."""
    return as_data(x, operation, like=like, dtype=None if hasattr(x, "dtype") else floatx())


class Sum(Metric):
    """The sum of all values, each times its weight.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> metric = fastnn.metrics.Sum()
    >>> metric.update_state([1.0, 3.0])
    >>> metric([5.0, 7.0], sample_weight=[1.0, 0.0]).item()
    9.0
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(dtype, name)
        self.total = self.add_variable(name="total")

    def update_state(self, values, sample_weight=None):
        """Add values; weights have their first axes."""
        values = ops.cast(as_values(values, self.name, like=self.total), self.dtype)
        if sample_weight is not None:
            weights = as_weights(sample_weight, values, self.name)
            values = values * broadcast_to_all(ops.cast(weights, self.dtype), values)
        self.total.assign_add(ops.sum(values) if values.ndim else values)

    def result(self):
        return ops.copy(self.total)


class Mean(Metric):
    """The mean of all samples' values: sum(weight value) / sum(weight), 0 where there are none. A
    sample's own value is the mean over the axes that its weight lacks.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> metric = fastnn.metrics.Mean()
    >>> metric.update_state([1.0, 3.0])
    >>> metric([5.0, 7.0], sample_weight=[1.0, 0.0]).item()
    3.0
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(dtype, name)
        self.total = self.add_variable(name="total")
        self.count = self.add_variable(name="count")

    def update_state(self, values, sample_weight=None):
        """Add values; weights have their first axes."""
        values = as_values(values, self.name, like=self.total)
        weights = weight = None
        if isinstance(sample_weight, (int, float)):
            weight = sample_weight
        elif sample_weight is not None:
            weights = as_weights(sample_weight, values, self.name)
        ops.mean_update(self.total, self.count, values, weights, weight)

    def result(self):
        return divide_no_nan(self.total, self.count)


class MeanMetricWrapper(Mean):
    """The mean of a function of targets and predictions.

    Args:
        fn: fn(y_true, y_pred, **kwargs), which gives a value for each sample or each element, or
            one for the batch.
        name: the function's by default.
        dtype: as `Metric` takes it.
        kwargs: further arguments of the function, which become attributes.

    >>> import fastnn
    >>> def farther_than(y_true, y_pred, limit):
    ...     return fastnn.ops.greater(abs(y_true - y_pred), limit)
    >>> metric = fastnn.metrics.MeanMetricWrapper(farther_than, limit=0.5)
    >>> metric([1.0, 2.0], [1.25, 3.0]).item()
    0.5
    """

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        if not callable(fn):
            raise TypeError(f"{type(self).__name__}: fn is {fn!r}; a function is wanted.")
        super().__init__(name or name_of(fn), dtype)
        self.fn = fn
        self._settings = tuple(kwargs)
        for setting, value in kwargs.items():  # attributes: a recorded step notices new values
            if hasattr(self, setting):
                raise TypeError(
                    f"{self.name}: an argument of the function is called {setting!r}, as is a part "
                    "of every metric. Bind it with functools.partial."
                )
            setattr(self, setting, value)

    def get_config(self):
        """The function, its further arguments, and what every metric has."""
        config = super().get_config()
        if "fn" in config:  # of a class that takes one
            config |= {name: serialize_value(getattr(self, name)) for name in self._settings}
        return config

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch; weights have the first axes of what the function gives."""
        y_pred = as_values(y_pred, self.name)
        y_true = as_values(y_true, self.name, like=y_pred)
        if y_true.dtype in FLOATS and y_pred.dtype in FLOATS:
            y_true = ops.cast(y_true, y_pred.dtype)
        settings = {name: getattr(self, name) for name in self._settings}
        super().update_state(self.fn(y_true, y_pred, **settings), sample_weight)
