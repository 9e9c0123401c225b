"""Rescaling."""

from .. import ops
from .._checks import as_numbers
from ..tensor import as_tensor
from .layer import Layer


class Rescaling(Layer):
    """x scale + offset: Rescaling(1 / 255) makes numbers from 0 to 1 of bytes.

    Args:
        scale, offset: a number, or one for each channel.

    Shapes: any; unchanged.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Rescaling(1 / 127.5, offset=-1)(np.array([0, 255], "uint8")).numpy()
    array([-1.,  1.], dtype=float32)
    """

    one_input = True

    def __init__(self, scale, offset=0.0, **arguments):
        super().__init__(**arguments)
        for value in (scale, offset):
            as_numbers(value, "Rescaling", self.dtype)
        self.scale, self.offset = scale, offset

    def build(self, input_shape):
        values = (as_numbers(v, self.name, self.dtype) for v in (self.scale, self.offset))
        self._factors = [as_tensor(v.tolist(), self.name, dtype=self.dtype) for v in values]

    def call(self, inputs):
        # One pass where the input has no gradient, as pictures have not.
        return ops.chain([("multiply", 0, 1), ("add", 3, 2)], inputs, *self._factors)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)
