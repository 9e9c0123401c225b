"""Initial values that are not drawn."""

import numbers
import sys

import numpy as np

from .. import devices, ops
from .._checks import as_dtype, as_numbers, as_shape
from .._config import Configured
from ..tensor import Tensor


class Initializer(Configured):
    """Base of the initializers. A subclass computes in `__call__(shape, dtype=None)`, which gives
    a tensor or an array; a plain function of the same arguments is as good.

    >>> import numpy as np, fastnn
    >>> class Ramp(fastnn.initializers.Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    >>> layer = fastnn.layers.Dense(2, bias_initializer=Ramp())
    >>> layer([[0.0]]).numpy()
    array([[0., 1.]], dtype=float32)
    """

    def __call__(self, shape, dtype=None):
        raise TypeError(f"{type(self).__name__} defines no __call__(shape, dtype)")


class Given(Initializer):
    """The numbers of an array, for a weight of its shape."""

    def __init__(self, value):
        self.value = as_numbers(value, "initializers")

    def __call__(self, shape, dtype=None, device=None):
        if self.value.shape != as_shape(shape, "initializers"):
            raise ValueError(
                f"initializers: the array has shape {self.value.shape}, the weight {tuple(shape)}; "
                "one shape is wanted."
            )
        return uploaded(self.value, dtype, device)


def uploaded(array, dtype, device):
    """A NumPy array as a tensor of a dtype on a device, by default the current one."""
    array = np.ascontiguousarray(array, as_dtype(dtype, "an initializer"))
    return Tensor((device or devices.default()).upload(array))


def checked_gain(gain, name):
    """A finite float."""
    if not isinstance(gain, numbers.Real) or not abs(gain) <= sys.float_info.max:
        raise ValueError(f"{name}: gain is {gain!r}; a finite number is wanted.")
    return float(gain)


class Identity(Initializer):
    """gain times the identity matrix.

    >>> import fastnn
    >>> fastnn.initializers.Identity()((2, 2)).numpy()
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """

    def __init__(self, gain=1.0):
        self.gain = checked_gain(gain, "Identity")

    def __call__(self, shape, dtype=None, device=None):
        shape = as_shape(shape, "Identity")
        if len(shape) != 2:
            raise ValueError(f"Identity: shape is {shape}; 2 axes are wanted.")
        return uploaded(self.gain * np.eye(*shape), dtype, device)


class Constant(Initializer):
    """One number everywhere.

    >>> import fastnn
    >>> fastnn.initializers.Constant(0.5)((2,)).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None, device=None):
        return ops.full(shape, self.value, dtype, device)


class Ones(Initializer):
    """Ones.

    >>> import fastnn
    >>> fastnn.initializers.Ones()((2,)).numpy()
    array([1., 1.], dtype=float32)
    """

    def __call__(self, shape, dtype=None, device=None):
        return ops.ones(shape, dtype, device)


class Zeros(Initializer):
    """Zeros.

    >>> import fastnn
    >>> fastnn.initializers.Zeros()((2,)).numpy()
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape, dtype=None, device=None):
        return ops.zeros(shape, dtype, device)
