"""The part of a layer that takes data in: what np.asarray takes becomes tensors of its dtype."""

import numpy as np

from .. import _nest, devices
from .._checks import DTYPES, FLOATS, as_numbers
from ..tensor import Argument, Tensor, as_tensor

_NATIVE = frozenset(map(np.dtype, DTYPES))


class Converting:
    """Inputs as tensors, alone or in nests."""

    one_input = False  # whether a list is an array, and never several inputs

    def _check_arguments(self, arguments, keywords):
        if not arguments and not keywords:
            raise TypeError(f"{self.name}: an input is wanted; none came.")
        if any(isinstance(x, bool) for x in arguments):
            raise TypeError(
                f"{self.name}: True or False came as an input; write training=True if it is meant."
            )

    def _converted(self, x):
        """A nest of what np.asarray takes as tensors of this layer's dtype."""
        if not self.one_input and _nest.holds_arrays(x):
            return _nest.map(lambda leaf: None if leaf is None else self._convert(leaf), x)
        return self._convert(x)

    def _convert(self, x):
        """What np.asarray takes, as a tensor of this layer's dtype. Conversions run in kernels."""
        if isinstance(x, Tensor):
            # Float tensors are left alone: the kernels refuse a mixture rather than lose digits.
            if x.dtype == self.dtype or (x.dtype in FLOATS and not isinstance(x, Argument)):
                return x
        elif devices.of(x) is None:
            x = as_numbers(x, self.name)
        if isinstance(x, np.ndarray):
            if x.dtype not in _NATIVE:
                x = as_numbers(x, self.name, self.dtype)
            elif not (x.flags.c_contiguous and x.flags.aligned):
                x = x.copy("C")
        x = as_tensor(x, self.name)
        if self.built and x.device is devices.cpu and self.device not in (devices.cpu, None):
            x = Tensor(self.device.upload(x.numpy()))
        if x.dtype != self.dtype:
            array = x.device.empty(x.shape, self.dtype)
            x.device.module.cast(array, x.array)
            x = Tensor(array)
        return x


def holds_tensors(x):
    """Whether the first leaf of a nest is an array of a device."""
    leaf = x
    while isinstance(leaf, (list, tuple, dict)) and leaf:
        leaf = next(iter(leaf.values())) if isinstance(leaf, dict) else leaf[0]
    return isinstance(leaf, Tensor) or devices.of(leaf) is not None
