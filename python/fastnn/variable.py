"""Variable, a tensor that owns its memory for life."""

import operator

import numpy as np

from . import changes, devices, tape
from ._checks import FLOATS, as_dtype, as_numbers, as_shape, refuse_while_recording
from ._floatx import floatx
from .tensor import Tensor, View, as_tensor


def _structural(name):
    """A property that is part of what recorded steps have frozen."""

    def change(self, value):
        if getattr(self, name) is not value:
            setattr(self, name, value)
            changes.structure_changed()

    return property(operator.attrgetter(name), change)


class Variable(Tensor):
    """A tensor that owns one buffer for life and is written in place: weights, rates, counters.

    ``trainable`` says whether gradients are wanted. ``value`` is anything that ``np.asarray``
    takes; an array keeps its dtype unless `dtype` is given, else it is fastnn.config.floatx().

    >>> import fastnn
    >>> w = fastnn.Variable([1.0, 2.0], name="w")
    >>> w.assign([3.0, 4.0])
    >>> w.numpy()
    array([3., 4.], dtype=float32)
    """

    __slots__ = ("_constraint", "_regularizer", "_trainable", "name", "version")

    regularizer = _structural("_regularizer")  # a function of it, whose value training adds
    constraint = _structural("_constraint")  # a function of it, which replaces it after an update

    def __init__(self, value, dtype=None, trainable=True, name=None, device=None):
        array = as_numbers(value, "Variable")
        if dtype is None:
            dtype = array.dtype.name if isinstance(value, (np.ndarray, Tensor)) else floatx()
        dtype = as_dtype(dtype, "Variable")
        super().__init__(devices.default(device).upload(as_numbers(array, "Variable", dtype)))
        self._begin(name, trainable)

    @classmethod
    def empty(cls, shape, dtype=None, trainable=True, name=None, device=None):
        """A variable whose values a kernel will write."""
        self = cls.__new__(cls)
        dtype = as_dtype(dtype, "Variable")
        Tensor.__init__(self, devices.default(device).empty(as_shape(shape, "Variable"), dtype))
        self._begin(name, trainable)
        return self

    @classmethod
    def owning(cls, tensor, trainable=True, name=None):
        """A variable whose buffer is that of a tensor which nobody else keeps."""
        self = cls.__new__(cls)
        Tensor.__init__(self, tensor.array)
        self._begin(name, trainable)
        return self

    def _begin(self, name, trainable):
        self.name = name
        self.version = 0
        self._trainable = self.requires_grad = bool(trainable) and self.dtype in FLOATS
        self._regularizer = self._constraint = None

    @property
    def trainable(self):
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        if bool(value) != self._trainable:
            self._trainable = self.requires_grad = bool(value) and self.dtype in FLOATS
            changes.structure_changed()

    def __repr__(self):
        values = "" if tape.recording() else f"\n{self.numpy()}"
        return (
            f"<Variable {self.name or ''} shape={self.shape} dtype={self.dtype} "
            f"device={self.device.name}>{values}"
        )

    def numpy(self):
        """A copy of the values."""
        refuse_while_recording("numpy()")
        return self.device.download(self.array)

    def __dlpack__(self, **arguments):
        raise BufferError("a Variable is written in place and is not shared; use variable.numpy().")

    def assign(self, value):
        """Write `value`, of the same shape, into the buffer: a number, an array, or a tensor."""
        kernels = self.device.module
        if self._can_be_filled_with(value):
            kernels.fill(self.array, (float(value),))
        elif isinstance(value, Tensor) and value.device is self.device:
            source = value.array
            if source.shape != self.shape:
                raise self._wrong_shape(source.shape)
            if not (isinstance(value, View) and value.of is self) and value is not self:
                (kernels.copy if value.dtype == self.dtype else kernels.cast)(self.array, source)
        else:
            refuse_while_recording("assign() of an array that is no tensor")
            source = as_numbers(value, "assign", self.dtype)
            if source.shape != self.shape:
                raise self._wrong_shape(source.shape)
            kernels.copy(self.array, self.device.upload(source))
        self.written()

    def assign_add(self, value):
        """Add `value`, of the same shape, to the buffer: a number, an array, or a tensor. What has
        another dtype is converted first; counters in float64 stay exact up to 2^53.

        Raises:
            ValueError: the value has another shape.
            TypeError: the variable holds integers.

        >>> import fastnn
        >>> total = fastnn.Variable(1.0, "float64", trainable=False)
        >>> total.assign_add(2)
        >>> total.numpy()
        array(3.)
        """
        if self.dtype not in FLOATS:
            raise TypeError(
                f"assign_add: variable {self.name or ''} is {self.dtype}; float32 or float64 is "
                "wanted. Make it with that dtype."
            )
        if not isinstance(value, (Tensor, int, float)):
            refuse_while_recording("assign_add() of an array that is no tensor")
            value = Tensor(self.device.upload(as_numbers(value, "assign_add", self.dtype)))
        x = as_tensor(value, "assign_add", like=self)
        if x.shape != self.shape:
            raise self._wrong_shape(x.shape, "assign_add")
        kernels, source = self.device.module, x.array
        if x.dtype != self.dtype or x is self or (isinstance(x, View) and x.of is self):
            source = self.device.empty(self.shape, self.dtype)
            (kernels.copy if x.dtype == self.dtype else kernels.cast)(source, x.array)
        kernels.sum_to(self.array, source, add=1)
        self.written()

    def assign_sub(self, value):
        """Take `value`, of the same shape, from the buffer. As `assign_add` otherwise."""
        if not isinstance(value, (Tensor, int, float)):
            value = as_numbers(value, "assign_sub", self.dtype)
        self.assign_add(-value)

    def _can_be_filled_with(self, value):
        """Whether `value` is a number for this variable () and survives the kernel's double."""
        if self.shape or not isinstance(value, (int, float)) or not abs(value) <= 2**53:
            return False
        return self.dtype in FLOATS or value == int(value)

    def written(self):
        """Note that the buffer has new contents: a tape that saved the old ones is no longer
        valid."""
        changes.written(self)

    def _wrong_shape(self, shape, operation="assign"):
        return ValueError(
            f"{operation}: the value has shape {tuple(shape)} but variable {self.name or ''} has "
            f"{self.shape}."
        )


def as_variable(x, operation, name):
    """`x`, which the operation writes to."""
    if not isinstance(x, Variable):
        raise TypeError(f"{operation}: {name} is a {type(x).__name__}; a Variable is wanted.")
    return x
