"""Random numbers with Keras's names, for layers and steps of one's own.

    epsilon = fastnn.random.normal((32, 2), seed=self.seed_generator)

Each function takes a `seed`: a SeedGenerator, which steps on with every draw; a whole number, by
which every call draws the same; or None, for numbers that follow from fastnn.utils.set_random_seed.
All are drawn by kernels and may stand in a recorded step.
"""

import functools

import numpy as np

from . import devices, ops
from ._checks import FLOATS, as_dtype
from ._config import Configured
from .changes import structure_changed
from .layers.layer import default_name
from .ops._axes import as_integer
from .tensor import as_tensor
from .utils import draw_seed, seeds
from .variable import Variable

__all__ = ["SeedGenerator", "dropout", "normal", "randint", "truncated_normal", "uniform"]


class SeedGenerator(Configured):
    """Where a layer's own random numbers come from: each draw goes on where the last one ended.

    Args:
        seed: a whole number from 0 on; by default it follows from fastnn.utils.set_random_seed.
        name: unique by default.

    >>> import fastnn
    >>> a, b = fastnn.random.SeedGenerator(7), fastnn.random.SeedGenerator(7)
    >>> x, y = (fastnn.random.uniform((3,), seed=one).numpy() for one in (a, b))
    >>> bool((x == y).all()), bool((x == fastnn.random.uniform((3,), seed=a).numpy()).any())
    (True, False)
    """

    def __init__(self, seed=None, name=None):
        self.seed = seed
        self.name = name or default_name("SeedGenerator")
        self._number, self.stream = draw_seed(seed)
        self._states = {}  # by device
        self.state(devices.default())  # now: a recorded step may make no variable that stays

    def state(self, device):
        """The variable {seed, step} on a device."""
        if device.name not in self._states:
            numbers = np.array([self._number, 0])
            name = f"{self.name}/seed_generator_state"
            self._states[device.name] = Variable(numbers, "int64", False, name, device)
        return self._states[device.name]

    @property
    def random_position(self):
        """[seed, step, stream]: from where the next numbers are drawn; a backup holds it."""
        return [*next(iter(self._states.values())).numpy().tolist(), self.stream]

    @random_position.setter
    def random_position(self, position):
        seed, step, stream = map(int, position)
        if stream != self.stream:  # which recorded steps hold
            self.stream = stream
            structure_changed()
        for state in self._states.values():
            state.assign(np.array([seed, step]))


class _Shared(SeedGenerator):
    """What is drawn from where no seed is given: a stream that no layer has."""

    def __init__(self):
        super().__init__(seeds.current(), "shared")
        self.stream = 2**31 - 1
        seeds.when_set(self._restart)

    def _restart(self, number):
        self._number = number
        for state in self._states.values():  # in place: recorded steps go on with them
            state.assign(np.array([number, 0]))


_shared = functools.cache(_Shared)


@functools.lru_cache(256)
def _beginning(number, device):
    """A state and what it is at first."""
    return tuple(Variable(np.array([number, 0]), "int64", False, device=device) for _ in range(2))


def _drawing(seed, device=None):
    """(state, stream) of what was given as a seed."""
    device = device or devices.default()
    if isinstance(seed, SeedGenerator):
        return seed.state(device), seed.stream
    if seed is None:
        return _shared().state(device), _shared().stream
    number, stream = draw_seed(seed)
    state, first = _beginning(number, device)
    state.assign(first)
    return state, stream


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal numbers.

    Args:
        shape: of the result.
        mean, stddev: of the distribution.
        dtype: "float32" or "float64"; fastnn.config.floatx() if None.
        seed: a SeedGenerator, a whole number, or None.

    >>> import fastnn
    >>> x = fastnn.random.normal((1000,), mean=3.0, seed=1).numpy()
    >>> bool(abs(x.mean() - 3) < 0.2)
    True
    """
    state, stream = _drawing(seed)
    return ops.normal(shape, state, mean, stddev, stream, dtype)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal numbers, of which those beyond two standard deviations are drawn again. Arguments as
    `normal`.

    >>> import fastnn
    >>> bool(abs(fastnn.random.truncated_normal((1000,), seed=1).numpy()).max() <= 2)
    True
    """
    state, stream = _drawing(seed)
    return ops.truncated_normal(shape, state, mean, stddev, stream, dtype)


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Uniform numbers in [minval, maxval); for an integer dtype as `randint`.

    Args:
        shape: of the result.
        minval, maxval: the interval.
        dtype: "float32" or "float64"; fastnn.config.floatx() if None.
        seed: a SeedGenerator, a whole number, or None.

    >>> import fastnn
    >>> x = fastnn.random.uniform((1000,), 2.0, 3.0, seed=1).numpy()
    >>> bool(x.min() >= 2 and x.max() <= 3)
    True
    """
    if dtype is not None and as_dtype(dtype, "uniform") not in FLOATS:
        return randint(shape, minval, maxval, dtype, seed)
    state, stream = _drawing(seed)
    return ops.uniform(shape, state, minval, maxval, stream, dtype)


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Whole numbers from minval up to, and without, maxval.

    Args:
        shape: of the result.
        minval, maxval: whole numbers, within 2^31 of 0.
        dtype: "int32", "int64", "uint8" or a float.
        seed: a SeedGenerator, a whole number, or None.

    Raises:
        ValueError: maxval is not above minval.

    >>> import fastnn
    >>> sorted(set(fastnn.random.randint((100,), -1, 2, seed=1).numpy().tolist()))
    [-1, 0, 1]
    """
    low, high = (
        as_integer(value, "randint", name, least=-(2**31))
        for name, value in (("minval", minval), ("maxval", maxval))
    )
    if not low < high <= 2**31:
        raise ValueError(
            f"randint: minval is {low} and maxval {high}; minval < maxval <= 2^31 is wanted."
        )
    state, stream = _drawing(seed)
    drawn = ops.floor(ops.uniform(shape, state, low, high, stream, "float64"))
    # The product of u < 1 and the interval's length may round up to the length.
    return ops.cast(ops.minimum(drawn, float(high - 1)), as_dtype(dtype, "randint"))


def dropout(inputs, rate, noise_shape=None, seed=None):
    """Each element with probability `rate` 0, else divided by 1 - rate.

    Args:
        inputs: float tensor or array of any shape.
        rate: 0 <= rate < 1.
        noise_shape: the shape of inputs with 1 for the axes along which all elements are kept or
            dropped together; None for an axis is its own size.
        seed: a SeedGenerator, a whole number, or None.

    >>> import fastnn
    >>> sorted(set(fastnn.random.dropout(fastnn.ops.ones((99,)), 0.5, seed=1).numpy().tolist()))
    [0.0, 2.0]
    """
    inputs = as_tensor(inputs, "dropout")
    state, stream = _drawing(seed, inputs.device)
    return ops.dropout(inputs, rate, state, stream, noise_shape)
