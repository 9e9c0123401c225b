"""Initial values drawn by the library's own generator."""

import math

import numpy as np

from .. import ops
from .._checks import as_shape
from ..utils import draw_seed
from ..variable import Variable
from .fixed import Initializer, checked_gain, uploaded


class Random(Initializer):
    """An initializer that draws: from its own seed the same at each call, else ever new."""

    def __init__(self, seed=None):
        self.seed = seed

    def _draw(self, operation, shape, dtype, device, *numbers):
        name = type(self).__name__
        seed, stream = draw_seed(self.seed)
        state = Variable([seed, 0], dtype="int64", device=device)
        return operation(as_shape(shape, name), state, *numbers, stream, dtype)


class RandomNormal(Random):
    """Normal numbers.

    Args:
        mean, stddev: of the distribution.
        seed: of its own; by default the numbers follow from fastnn.utils.set_random_seed.

    >>> import fastnn
    >>> w = fastnn.initializers.RandomNormal(stddev=1.0, seed=1)((100, 100))
    >>> bool(0.95 < w.numpy().std() < 1.05)
    True
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def __call__(self, shape, dtype=None, device=None):
        return self._draw(ops.normal, shape, dtype, device, self.mean, self.stddev)


class TruncatedNormal(RandomNormal):
    """Normal numbers, of which those beyond two standard deviations are drawn again.

    Args:
        mean, stddev: of the distribution before it is cut.
        seed: of its own; by default the numbers follow from fastnn.utils.set_random_seed.

    >>> import fastnn
    >>> w = fastnn.initializers.TruncatedNormal(stddev=0.5, seed=1)((100, 100))
    >>> bool(abs(w.numpy()).max() <= 1)
    True
    """

    def __call__(self, shape, dtype=None, device=None):
        return self._draw(ops.truncated_normal, shape, dtype, device, self.mean, self.stddev)


class RandomUniform(Random):
    """Uniform numbers in [minval, maxval).

    Args:
        minval, maxval: the interval.
        seed: of its own; by default the numbers follow from fastnn.utils.set_random_seed.

    >>> import fastnn
    >>> w = fastnn.initializers.RandomUniform(2.0, 3.0, seed=1)((100,))
    >>> bool(w.numpy().min() >= 2 and w.numpy().max() <= 3)
    True
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape, dtype=None, device=None):
        return self._draw(ops.uniform, shape, dtype, device, self.minval, self.maxval)


class Orthogonal(Random):
    """gain times a matrix with orthonormal rows or columns, whichever are fewer.

    The last axis is the columns; Q of the QR decomposition of normal numbers, its columns with the
    signs of R's diagonal.

    Args:
        gain: a factor.
        seed: of its own; by default the numbers follow from fastnn.utils.set_random_seed.

    Source: Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks (ICLR 2014).

    >>> import fastnn
    >>> w = fastnn.initializers.Orthogonal(seed=1)((3, 3)).numpy()
    >>> bool(abs(w @ w.T - [[1, 0, 0], [0, 1, 0], [0, 0, 1]]).max() < 1e-6)
    True
    """

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = checked_gain(gain, "Orthogonal")

    def __call__(self, shape, dtype=None, device=None):
        shape = as_shape(shape, "Orthogonal")
        if len(shape) < 2:
            raise ValueError(f"Orthogonal: shape is {shape}; at least 2 axes are wanted.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        numbers = self._draw(ops.normal, tall, "float64", device, 0.0, 1.0)
        q, r = np.linalg.qr(numbers.numpy())
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
        q = q.T if rows < columns else q
        return uploaded(self.gain * q.reshape(shape), dtype, numbers.device)
