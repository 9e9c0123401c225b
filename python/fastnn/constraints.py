"""Constraints: functions of a weight, whose result takes the weight's place after each update.

    Dense(8, kernel_constraint=MaxNorm(3))

`axis` are the axes that a norm is taken over: 0 for the kernel of a Dense layer, a column of which
belongs to one unit; (0, 1, 2) for that of a Conv2D layer.
"""

from . import ops
from ._checks import as_factor
from ._config import Configured
from ._floatx import epsilon
from ._names import find
from .changes import Watched
from .saving.deserialization import deserializer
from .saving.serialization import serialize_keras_object as serialize
from .tensor import as_tensor


class Constraint(Configured, Watched):
    """Base of the constraints; itself it changes nothing. A subclass defines `__call__(w)`, which
    gives a tensor of w's shape, made of operations of fastnn.ops.

    >>> import fastnn
    >>> class Halved(fastnn.constraints.Constraint):
    ...     def __call__(self, w):
    ...         return w * 0.5
    >>> Halved()(fastnn.Variable([4.0])).numpy()
    array([2.], dtype=float32)
    """

    def __call__(self, w):
        return as_tensor(w, type(self).__name__)


class NonNeg(Constraint):
    """Negative weights become 0.

    >>> import fastnn
    >>> fastnn.constraints.NonNeg()([-1.0, 2.0]).numpy()
    array([0., 2.], dtype=float32)
    """

    def __call__(self, w):
        return ops.maximum(as_tensor(w, "NonNeg"), 0)


class MaxNorm(Constraint):
    """Weights of a norm above `max_value` are scaled down to it.

    Args:
        max_value: the largest norm.
        axis: an axis, or a tuple of axes, that a norm is taken over.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, Dropout (JMLR 15, 2014),
    section 5.1.

    >>> import fastnn
    >>> fastnn.constraints.MaxNorm(1)([[3.0, 0.3], [4.0, 0.4]]).numpy().round(3)
    array([[0.6, 0.3],
           [0.8, 0.4]], dtype=float32)
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value = as_factor(max_value, "MaxNorm", "max_value")
        self.axis = axis

    def __call__(self, w):
        w = as_tensor(w, "MaxNorm")
        norms = _norms(w, self.axis)
        return w * (ops.clip(norms, 0.0, self.max_value) / (norms + epsilon()))


class MinMaxNorm(Constraint):
    """Weights are scaled so that their norm lies between two numbers, or comes nearer to it.

    Args:
        min_value, max_value: the smallest and the largest norm.
        rate: how much of the way to there a norm goes, 0 .. 1.
        axis: an axis, or a tuple of axes, that a norm is taken over.

    >>> import fastnn
    >>> fastnn.constraints.MinMaxNorm(1, 2)([[3.0, 0.3], [4.0, 0.4]]).numpy().round(3)
    array([[1.2, 0.6],
           [1.6, 0.8]], dtype=float32)
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = as_factor(min_value, "MinMaxNorm", "min_value")
        self.max_value = as_factor(max_value, "MinMaxNorm", "max_value")
        if self.min_value > self.max_value:
            raise ValueError(
                f"MinMaxNorm: min_value is {min_value!r} and max_value {max_value!r}; the smaller "
                "one first is wanted."
            )
        self.rate = as_factor(rate, "MinMaxNorm", "rate")
        self.axis = axis

    def __call__(self, w):
        w = as_tensor(w, "MinMaxNorm")
        norms = _norms(w, self.axis)
        near = ops.clip(norms, self.min_value, self.max_value) * self.rate
        return w * ((near + norms * (1 - self.rate)) / (norms + epsilon()))


class UnitNorm(Constraint):
    """Weights are divided by their norm.

    Args:
        axis: an axis, or a tuple of axes, that a norm is taken over.

    >>> import fastnn
    >>> fastnn.constraints.UnitNorm()([[3.0], [4.0]]).numpy().round(3)
    array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        w = as_tensor(w, "UnitNorm")
        return w / (_norms(w, self.axis) + epsilon())


def _norms(w, axis):
    """The norms over some axes, which stay with size 1."""
    axis = tuple(axis) if isinstance(axis, list) else axis
    return ops.sqrt(ops.sum(ops.square(w), axis, keepdims=True))


max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

KNOWN = {
    "max_norm": MaxNorm,
    "min_max_norm": MinMaxNorm,
    "non_neg": NonNeg,
    "unit_norm": UnitNorm,
}
KNOWN |= {kind.__name__: kind for kind in KNOWN.values()}

__all__ = ["Constraint", "deserialize", "get", "serialize", *KNOWN]


def get(identifier):
    """A constraint from its name (Keras's: "max_norm" or "MaxNorm"), its class, or the callable
    itself; None is None.

    Raises:
        ValueError: the name is unknown, or it is none of these.

    >>> import fastnn
    >>> fastnn.constraints.get("max_norm").max_value
    2.0
    """
    return None if identifier is None else find("constraints", identifier, KNOWN)


deserialize = deserializer(get)
