"""Seeds."""

import numbers
import os
import random
import threading

import numpy as np

_lock = threading.Lock()
_seed = int.from_bytes(os.urandom(4), "little")
_streams = 0
_functions = []


def _checked(seed):
    if not isinstance(seed, numbers.Integral) or not 0 <= seed < 2**63:
        raise ValueError(f"seed: {seed!r} came; an integer 0 .. 2^63 - 1 is wanted.")
    return int(seed)


def set_random_seed(seed: int) -> None:
    """Make everything that is drawn from now on (initial weights, dropout) follow from `seed`, and
    what Python's random and NumPy's numpy.random draw, as Keras does.

    >>> import fastnn
    >>> fastnn.utils.set_random_seed(0)
    """
    global _seed, _streams
    seed = _checked(seed)
    with _lock:
        _seed, _streams = seed, 0
    for function in _functions:
        function(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002


def current():
    """The seed that was set, or the one that the process began with."""
    return _seed


def when_set(function):
    """Call a function with each seed that will be set."""
    _functions.append(function)


def draw_seed(seed=None):
    """(seed, stream) for one user of random numbers: its own seed, or the global one and a new
    stream."""
    global _streams
    if seed is not None:
        return _checked(seed), 0
    with _lock:
        _streams += 1
        return _seed, _streams
