"""Layers that draw in training: Dropout, SpatialDropout2D, AlphaDropout, GaussianNoise,
GaussianDropout."""

import math

from .. import devices, ops
from .._checks import as_list
from ..changes import structure_changed
from ..utils import draw_seed
from ..variable import Variable
from ._arguments import as_real, want_channels_last, want_pictures
from .layer import Layer


class Noise(Layer):
    """Base of the layers that draw: a state that each call steps on, and an unchanged shape."""

    one_input = True

    def __init__(self, seed=None, **arguments):
        super().__init__(**arguments)
        self.seed = seed
        self._seed, self._stream = draw_seed(seed)
        self._state = None

    def drawing(self, device):
        """{seed, step}, on the device of the first call."""
        if self._state is None:
            self._state = Variable(
                [self._seed, 0], "int64", name=f"{self.name}/seed", device=device
            )
        return self._state

    @property
    def random_position(self):
        """[seed, step, stream]: what the next call draws, and all after it, follow from these."""
        drawn = [self._seed, 0] if self._state is None else self._state.numpy().tolist()
        return [*drawn, self._stream]

    @random_position.setter
    def random_position(self, value):
        *drawn, stream = (int(n) for n in value)
        if stream != self._stream:
            self._stream = stream
            structure_changed()  # recorded steps hold it
        self.drawing(devices.default(self.device)).assign(drawn)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


class Dropout(Noise):
    """In training, each element is 0 with probability `rate`, else divided by 1 - rate.

    Args:
        rate: 0 <= rate < 1.
        noise_shape: the input's shape with 1 for the axes along which all elements are kept or
            dropped together, and None for the batch or any size of the input's.
        seed: of this layer's numbers; by default they follow from fastnn.utils.set_random_seed.

    Shapes: any; unchanged.

    Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting
    (2014).

    >>> import fastnn
    >>> fastnn.layers.Dropout(0.5)([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    def __init__(self, rate, noise_shape=None, seed=None, **arguments):
        super().__init__(seed, **arguments)
        kind = type(self).__name__
        self.rate = _as_rate(rate, kind)
        if noise_shape is not None:
            sizes = as_list(noise_shape, kind, "sizes")
            if any(n is not None and (type(n) is not int or n < 1) for n in sizes):
                raise ValueError(
                    f"{kind}: noise_shape is {noise_shape!r}; sizes, 1 or None are wanted."
                )
            noise_shape = tuple(sizes)
        self.noise_shape = noise_shape

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        state = self.drawing(inputs.device)
        mask = None if self.noise_shape is None else self._mask_shape(inputs.shape)
        return ops.dropout(inputs, self.rate, state, self._stream, mask)

    def _mask_shape(self, shape):
        """noise_shape with the sizes of the input in place of None."""
        noise = self.noise_shape or (None,) * len(shape)
        if len(noise) != len(shape) or any(
            m not in (None, 1, n) for m, n in zip(noise, shape, strict=True)
        ):
            raise ValueError(
                f"{self.name}: noise_shape is {noise}, and the input has shape {tuple(shape)}; for "
                "each of its axes None, 1 or its size is wanted."
            )
        return tuple(n if m is None else m for m, n in zip(noise, shape, strict=True))


class SpatialDropout2D(Dropout):
    """In training, each channel of a picture is 0 with probability `rate`, else over 1 - rate.

    Args:
        rate: 0 <= rate < 1.
        data_format: None or "channels_last".
        seed: of this layer's numbers; by default they follow from fastnn.utils.set_random_seed.

    Shapes: (batch, height, width, channels); unchanged.

    Source: Tompson et al., Efficient Object Localization Using Convolutional Networks (CVPR 2015).

    >>> import numpy as np, fastnn
    >>> drop = fastnn.layers.SpatialDropout2D(0.5, seed=1)
    >>> y = drop(np.ones((1, 2, 3, 50)), training=True).numpy()
    >>> bool((y == y[:, :1, :1]).all()), sorted(set(y.ravel().tolist()))
    (True, [0.0, 2.0])
    """

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None, **arguments):
        noise_shape = (None, 1, 1, None)
        super().__init__(rate, noise_shape, seed, name=name, dtype=dtype, **arguments)
        self.data_format = want_channels_last(data_format, "SpatialDropout2D")

    def _config_value(self, name):
        return getattr(self, name)  # a dtype is its name, as Keras writes it here

    def call(self, inputs, training=False):
        want_pictures(self, inputs.shape)
        return super().call(inputs, training)

    def compute_output_shape(self, input_shape):
        want_pictures(self, input_shape)
        return tuple(input_shape)


class AlphaDropout(Dropout):
    """Dropout for selu, which keeps mean 0 and variance 1: in training, each element becomes with
    probability `rate` what selu gives for -infinity, -1.758, and all are scaled and shifted.

    Args:
        rate: 0 <= rate < 1.
        noise_shape: as Dropout.
        seed: of this layer's numbers; by default they follow from fastnn.utils.set_random_seed.

    Shapes: any; unchanged.

    Source: Klambauer et al., Self-Normalizing Neural Networks (2017).

    >>> import fastnn
    >>> fastnn.layers.AlphaDropout(0.5)([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        state = self.drawing(inputs.device)
        drawn = ops.uniform(
            self._mask_shape(inputs.shape), state, 0.0, 1.0, self._stream, inputs.dtype
        )
        kept = ops.where(ops.greater_equal(drawn, self.rate), inputs, _SELU_OF_MINUS_INFINITY)
        # What is dropped has this value with probability `rate`; the others have mean 0, variance
        # 1. So the mean is rate * value and the variance (1 - rate) (1 + rate * value^2).
        scale = ((1 - self.rate) * (1 + self.rate * _SELU_OF_MINUS_INFINITY**2)) ** -0.5
        shift = -scale * self.rate * _SELU_OF_MINUS_INFINITY
        return ops.add(ops.multiply(kept, scale), shift)


_SELU_OF_MINUS_INFINITY = -1.6732632423543772 * 1.0507009873554805


class GaussianNoise(Noise):
    """In training, normal numbers are added.

    Args:
        stddev: their standard deviation.
        seed: of this layer's numbers; by default they follow from fastnn.utils.set_random_seed.

    Shapes: any; unchanged.

    >>> import fastnn
    >>> fastnn.layers.GaussianNoise(0.5)([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    def __init__(self, stddev, seed=None, **arguments):
        super().__init__(seed, **arguments)
        self.stddev = as_real(stddev, "GaussianNoise", "stddev", 0)

    def call(self, inputs, training=False):
        if not training or self.stddev == 0:
            return inputs
        state = self.drawing(inputs.device)
        noise = ops.normal(inputs.shape, state, 0.0, self.stddev, self._stream, inputs.dtype)
        return ops.add(inputs, noise)


class GaussianDropout(Noise):
    """In training, each element is multiplied by a normal number of mean 1 and of the variance that
    Dropout's factors have, rate / (1 - rate).

    Args:
        rate: 0 <= rate < 1.
        seed: of this layer's numbers; by default they follow from fastnn.utils.set_random_seed.

    Shapes: any; unchanged.

    Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting
    (2014), section 10.

    >>> import fastnn
    >>> fastnn.layers.GaussianDropout(0.5)([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    def __init__(self, rate, seed=None, **arguments):
        super().__init__(seed, **arguments)
        self.rate = _as_rate(rate, "GaussianDropout")

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        state, stddev = self.drawing(inputs.device), math.sqrt(self.rate / (1 - self.rate))
        factors = ops.normal(inputs.shape, state, 1.0, stddev, self._stream, inputs.dtype)
        return ops.multiply(inputs, factors)


def _as_rate(rate, kind):
    rate = as_real(rate, kind, "rate", 0)
    if rate >= 1:
        raise ValueError(f"{kind}: rate is {rate!r}; 0 <= rate < 1 is wanted: 1 would drop all.")
    return rate
