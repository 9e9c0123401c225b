"""Initial values that are not drawn."""

import numbers
import sys

import numpy as np

from .. import devices, ops
from .._checks import as_dtype, as_shape
from ..tensor import Tensor


def uploaded(array, dtype, device):
    """A NumPy array as a tensor of a dtype on a device, by default the current one."""
    array = np.ascontiguousarray(array, as_dtype(dtype, "an initializer"))
    return Tensor((device or devices.default()).upload(array))


def checked_gain(gain, name):
    """A finite float."""
    if not isinstance(gain, numbers.Real) or not abs(gain) <= sys.float_info.max:
        raise ValueError(f"{name}: gain is {gain!r}; a finite number is wanted.")
    return float(gain)


class Identity:
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


class Constant:
    """One number everywhere.

    >>> import fastnn
    >>> fastnn.initializers.Constant(0.5)((2,)).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None, device=None):
        return ops.full(shape, self.value, dtype, device)


class Ones:
    """Ones.

    >>> import fastnn
    >>> fastnn.initializers.Ones()((2,)).numpy()
    array([1., 1.], dtype=float32)
    """

    def __call__(self, shape, dtype=None, device=None):
        return ops.ones(shape, dtype, device)


class Zeros:
    """Zeros.

    >>> import fastnn
    >>> fastnn.initializers.Zeros()((2,)).numpy()
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape, dtype=None, device=None):
        return ops.zeros(shape, dtype, device)
