"""Sums and means over all batches of an epoch."""

from .. import ops
from .._checks import FLOATS
from .._floatx import floatx
from .._names import name_of
from ..losses._arguments import as_data, divide_no_nan, same_rank
from ..saving.serialization import serialize_value
from .metric import Metric


def as_values(x, operation, like=None):
    """Values as they are; numbers that come in no array are floatx()."""
    return as_data(x, operation, like=like, dtype=None if hasattr(x, "dtype") else floatx())


class _Reduction(Metric):
    """Values of samples, summed or averaged to one for each, with their weights."""

    def _of_samples(self, values, sample_weight, reduce):
        """The values of the samples and their weights, in the state's dtype; weights None for
        None.

        Axes that the weights lack, then all but the first, are reduced in the values' own dtype.
        """
        values = as_values(values, self.name)
        if values.dtype not in FLOATS:  # comparisons: a single one becomes what is added up
            values = ops.cast(values, self.dtype if values.ndim < 2 else floatx())
        if sample_weight is None:
            return ops.cast(_inner(values, 1, reduce), self.dtype), None
        weights = as_data(sample_weight, self.name, like=values, dtype=self.dtype)
        values, weights = same_rank(values, weights)
        _refuse_weights(values.shape, weights.shape, self.name)
        values = ops.cast(_inner(values, weights.ndim, reduce), self.dtype)
        if weights.shape != values.shape:
            weights = ops.broadcast_to(weights, values.shape)
        return _inner(values * weights, 1, reduce), _inner(weights, 1, reduce)


def _inner(x, axis, reduce):
    """x with its axes from `axis` on reduced."""
    return x if x.ndim <= axis else reduce(x, axis=tuple(range(axis, x.ndim)))


def _sum(x):
    return ops.sum(x) if x.ndim else x


def _refuse_weights(values, weights, operation):
    pairs = zip(weights, values, strict=False)
    if len(weights) > len(values) or any(w not in (1, n) for w, n in pairs):
        raise ValueError(
            f"{operation}: sample_weight has shape {weights} where there are values of shape "
            f"{values}; that shape or its first axes are wanted, such as {values[:1]}, a weight a "
            "sample."
        )


class Sum(_Reduction):
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
        values, _ = self._of_samples(values, sample_weight, ops.sum)
        self.total.assign_add(_sum(values))

    def result(self):
        return ops.copy(self.total)


class Mean(_Reduction):
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
        values, weights = self._of_samples(values, sample_weight, ops.mean)
        if weights is None:
            count = values.shape[0] if values.ndim else 1
        elif isinstance(sample_weight, (int, float)):
            count = sample_weight
        else:
            count = _sum(weights)
        self.total.assign_add(_sum(values))
        self.count.assign_add(count)

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
