"""What all losses share: the values of the samples, their weights, and what becomes of them."""

import math

from .. import ops
from .._checks import FLOATS, as_dtype
from .._config import Configured
from .._names import as_name, name_of
from ..changes import Watched, structure_changed
from ..saving.serialization import serialize_value
from ..tensor import Tensor
from ._arguments import as_data, as_predictions, divide_no_nan, first_axes, same_rank, with_weights

_MEANS = ("sum_over_batch_size", "mean")
REDUCTIONS = (*_MEANS, "sum", "mean_with_sample_weight", "none")


class Loss(Configured, Watched):
    """Base of the losses. A subclass gives `call(y_true, y_pred)`: a value for each sample, whose
    shape is y_pred's without the last axis.

    Args:
        name: the class's name in snake case by default.
        reduction: what becomes of the values, once each is multiplied by its weight.
            "sum_over_batch_size" and "mean": their sum by their number, whatever the weights are.
            "sum": their sum. "mean_with_sample_weight": their sum by that of the weights. "none"
            or None: nothing, they are the result.
        dtype: of the computation; None is that of the predictions.

    A call takes targets, predictions, and None or weights. Targets take the predictions' dtype;
    where one of the two lacks a last axis of size 1, as labels (N,) do for predictions (N, 1), it
    gets one. Weights have the first axes of the values, (N,) or all of them. A loss that has one
    value for the whole batch is multiplied by the mean of its weights, as in Keras.

    Raises:
        ValueError: the reduction is unknown; weights do not fit.

    >>> import fastnn
    >>> class Fourth(fastnn.losses.Loss):
    ...     def call(self, y_true, y_pred):
    ...         return fastnn.ops.mean((y_true - y_pred) ** 4, axis=-1)
    >>> Fourth()([[1.0], [2.0]], [[1.0], [4.0]]).item()
    8.0
    >>> Fourth(reduction="none")([[1.0], [2.0]], [[1.0], [4.0]], [1.0, 0.5]).numpy()
    array([0., 8.], dtype=float32)
    """

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        kind = type(self).__name__
        reduction = "none" if reduction is None else reduction
        if reduction not in REDUCTIONS:
            raise ValueError(
                f"{kind}: reduction is {reduction!r}; {', '.join(map(repr, REDUCTIONS))} or None "
                "is wanted."
            )
        if dtype is not None and as_dtype(dtype, kind) not in FLOATS:
            raise ValueError(f"{kind}: dtype is {dtype}; a float is wanted.")
        self.name = as_name(name, type(self))
        self.reduction = reduction
        self.dtype = None if dtype is None else as_dtype(dtype, kind)

    def __setattr__(self, name, value):
        # Watched takes what was None for not set yet, and leaves out axes; here both are settings.
        old = self.__dict__.get(name, value)
        if {type(old), type(value)} & {tuple, type(None)} and name[0] != "_":
            if type(old) is not type(value) or old != value:
                structure_changed()
        super().__setattr__(name, value)

    def __call__(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = self.convert(y_true, as_predictions(y_pred, self.name, self.dtype))
        if self.reduction in _MEANS:
            loss = self._by_a_kernel(y_true, y_pred, sample_weight)
            if loss is not None:
                return loss
        values = self.call(y_true, y_pred)
        if y_pred.requires_grad and not isinstance(values, Tensor):
            raise TypeError(
                f"{self.name}: gives a {type(values).__name__}; a tensor is wanted, made of y_pred "
                "by fastnn.ops: anything else has no gradient."
            )
        values = as_data(values, self.name, like=y_pred, dtype=y_pred.dtype)
        mask = self.mask(y_true, y_pred, values)
        return reduce_weighted(values, sample_weight, self.reduction, mask, self.name)

    def call(self, y_true, y_pred):
        """The values of the samples."""
        raise NotImplementedError(f"{type(self).__name__} defines no call(y_true, y_pred).")

    def convert(self, y_true, y_pred):
        """What `call` gets, of targets as they came and predictions as a tensor."""
        return as_data(y_true, self.name, like=y_pred, dtype=y_pred.dtype), y_pred

    def fused(self, y_true, y_pred, sample_weight):
        """The mean of the weighted values from a single kernel; None where there is none. Weights
        have the first axes of the values."""
        return None

    def mask(self, y_true, y_pred, values):
        """1 for values that count and 0 for others, in their shape and dtype; None if all do."""
        return None

    def _by_a_kernel(self, y_true, y_pred, sample_weight):
        if type(self).fused is Loss.fused:
            return None
        if sample_weight is not None:
            sample_weight = as_data(sample_weight, self.name, like=y_pred, dtype=y_pred.dtype)
            own = first_axes(sample_weight.shape, y_pred.shape[:-1])
            if y_pred.ndim < 2 or own is None:
                return None
            if own != sample_weight.shape:
                sample_weight = ops.reshape(sample_weight, own)
        return self.fused(y_true, y_pred, sample_weight)

    def __repr__(self):
        return f"<{type(self).__name__} {self.name}>"


class LossFunctionWrapper(Loss):
    """A function of targets and predictions as a loss.

    Args:
        fn: fn(y_true, y_pred, **kwargs), which gives a value for each sample or each element.
        reduction, dtype: as `Loss` takes them.
        name: the function's by default.
        kwargs: further arguments of the function, which become attributes.

    >>> import fastnn
    >>> def cubes(y_true, y_pred, scale):
    ...     return scale * abs(y_true - y_pred) ** 3
    >>> fastnn.losses.LossFunctionWrapper(cubes, scale=2.0)([[1.0]], [[3.0]]).item()
    16.0
    """

    def __init__(self, fn, reduction="sum_over_batch_size", name=None, dtype=None, **kwargs):
        if not callable(fn):
            raise TypeError(f"{type(self).__name__}: fn is {fn!r}; a function is wanted.")
        super().__init__(name or name_of(fn), reduction, dtype)
        self.fn = fn
        self._settings = tuple(kwargs)
        for setting, value in kwargs.items():  # attributes: a recorded step notices new values
            if hasattr(self, setting):
                raise TypeError(
                    f"{self.name}: an argument of the function is called {setting!r}, as is a part "
                    "of every loss. Bind it with functools.partial."
                )
            setattr(self, setting, value)

    def get_config(self):
        """The function, its further arguments, and what every loss has."""
        config = super().get_config()
        if "fn" in config:  # of a class that takes one
            config |= {name: serialize_value(getattr(self, name)) for name in self._settings}
        return config

    def convert(self, y_true, y_pred):
        if getattr(self.fn, "takes_class_numbers", False):
            return as_data(y_true, self.name, like=y_pred), y_pred
        return same_rank(*super().convert(y_true, y_pred))

    def call(self, y_true, y_pred):
        return self.fn(y_true, y_pred, **{name: getattr(self, name) for name in self._settings})


def takes_class_numbers(function):
    """Marks a function whose targets are integers: a loss leaves them as they are."""
    function.takes_class_numbers = True
    return function


def reduce_weighted(values, sample_weight, reduction, mask=None, name="loss"):
    """Values of samples, weighted and reduced as `Loss` describes it.

    Args:
        values: float tensor of any shape.
        sample_weight: None, or weights that have its first axes.
        reduction: one of `REDUCTIONS`.
        mask: None, or 1 for values that count and 0 for others. A mean is over those that count;
            where none does, it is 0.
        name: of the loss, for errors.

    >>> import fastnn
    >>> from fastnn.losses.loss import reduce_weighted
    >>> values = fastnn.Tensor(fastnn.ops.full((4,), 3.0).numpy())
    >>> reduce_weighted(values, [1.0, 1.0, 0.0, 0.0], "sum_over_batch_size").item()
    1.5
    >>> reduce_weighted(values, [1.0, 1.0, 0.0, 0.0], "mean_with_sample_weight").item()
    3.0
    """
    weights = mask
    if sample_weight is not None:
        values, weights = with_weights(values, sample_weight, name)
        if mask is not None:
            weights = weights * ops.reshape(mask, values.shape)
    if weights is not None:
        values = values * weights
    if reduction == "none" or values.shape == ():
        return values
    if reduction == "sum":
        return ops.sum(values)
    if reduction == "mean_with_sample_weight" and weights is not None:
        return divide_no_nan(ops.sum(values), ops.sum(weights))
    if mask is None:
        return ops.mean(values)
    return over_counted(ops.mean(values), mask)


def over_counted(mean, mask):
    """What was divided by the number of all values, divided by that of those that count."""
    return mean * (math.prod(mask.shape) / ops.maximum(ops.sum(mask), 1.0))
