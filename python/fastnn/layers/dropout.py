"""Layers that add noise in training: Dropout, SpatialDropout2D, GaussianNoise."""

import numbers
import sys

from .. import ops
from .._checks import as_list
from ..tensor import Variable
from ..utils import draw_seed
from .layer import Layer


class Noise(Layer):
    """Base of the layers that draw: a state that each call steps on, and an unchanged shape."""

    one_input = True

    def __init__(self, seed=None, **arguments):
        super().__init__(**arguments)
        self._seed, self._stream = draw_seed(seed)
        self._state = None

    def drawing(self, device):
        """{seed, step}, on the device of the first call."""
        if self._state is None:
            self._state = Variable(
                [self._seed, 0], "int64", name=f"{self.name}/seed", device=device
            )
        return self._state

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


class Dropout(Noise):
    """In training, each element is 0 with probability `rate`, else divided by 1 - rate.

    Args:
        rate: 0 <= rate < 1.
        noise_shape: the input's shape with 1 for the axes along which all elements are kept or
            dropped together, and None for the batch or any size of the input's.
        seed: of this layer's numbers; by default they follow from fastnn.utils.set_random_seed.

    >>> import fastnn
    >>> fastnn.layers.Dropout(0.5)([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    def __init__(self, rate, noise_shape=None, seed=None, **arguments):
        super().__init__(seed, **arguments)
        kind = type(self).__name__
        if not isinstance(rate, numbers.Real) or not 0 <= rate < 1:
            raise ValueError(f"{kind}: rate is {rate!r}; 0 <= rate < 1 is wanted.")
        self.rate = float(rate)
        if noise_shape is not None:
            sizes = as_list(noise_shape, kind, "sizes")
            if any(n is not None and (type(n) is not int or n < 1) for n in sizes):
                raise ValueError(
                    f"{kind}: noise_shape is {noise_shape!r}; sizes, 1 or None are wanted."
                )
            noise_shape = tuple(sizes)
        self.noise_shape = noise_shape

    def call(self, x, training=False):
        if not training or self.rate == 0:
            return x
        state = self.drawing(x.device)
        return ops.dropout(x, self.rate, state, self._stream, self.noise_shape)


class SpatialDropout2D(Dropout):
    """In training, each channel of a picture is 0 with probability `rate`, else over 1 - rate.

    Args:
        rate: 0 <= rate < 1.
        seed: of this layer's numbers; by default they follow from fastnn.utils.set_random_seed.

    Input: (batch, height, width, channels).

    Source: Tompson et al., Efficient Object Localization Using Convolutional Networks (CVPR 2015).

    >>> import numpy as np, fastnn
    >>> drop = fastnn.layers.SpatialDropout2D(0.5, seed=1)
    >>> y = drop(np.ones((1, 2, 3, 50)), training=True).numpy()
    >>> bool((y == y[:, :1, :1]).all()), sorted(set(y.ravel().tolist()))
    (True, [0.0, 2.0])
    """

    def __init__(self, rate, seed=None, **arguments):
        super().__init__(rate, (None, 1, 1, None), seed, **arguments)

    def call(self, x, training=False):
        if x.ndim != 4:
            raise ValueError(
                f"{self.name}: the input has shape {x.shape}; (batch, height, width, channels) is "
                "wanted."
            )
        return super().call(x, training)


class GaussianNoise(Noise):
    """In training, normal numbers are added.

    Args:
        stddev: their standard deviation.
        seed: of this layer's numbers; by default they follow from fastnn.utils.set_random_seed.

    >>> import fastnn
    >>> fastnn.layers.GaussianNoise(0.5)([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    def __init__(self, stddev, seed=None, **arguments):
        super().__init__(seed, **arguments)
        if not isinstance(stddev, numbers.Real) or not 0 <= stddev <= sys.float_info.max:
            raise ValueError(f"GaussianNoise: stddev is {stddev!r}; a number >= 0 is wanted.")
        self.stddev = float(stddev)

    def call(self, x, training=False):
        if not training or self.stddev == 0:
            return x
        state = self.drawing(x.device)
        return x + ops.normal(x.shape, state, 0.0, self.stddev, self._stream, x.dtype)
