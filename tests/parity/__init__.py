"""What Keras and fastnn must agree on: functions that take either of them as the module `k`.

A case builds something from numbers of its own (`numbers`), runs it, and gives back a dict of
arrays. tests/record_parity.py runs the cases with Keras, in float64, and stores the answers in
<stem>.npz; tests/test_parity.py runs them with fastnn and compares.
"""

import zlib
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
STEMS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
_cases = {}  # stem -> {name: (function, arguments)}


def case(function=None, /, **variants):
    """Register a function of `k`; with variants, one case for each: name=arguments (a tuple)."""

    def register(function):
        known = _cases.setdefault(function.__module__.rpartition(".")[2], {})
        for name, arguments in (variants or {"": ()}).items():
            known[f"{function.__name__}.{name}".rstrip(".")] = (function, arguments)
        return function

    return register if function is None else register(function)


def cases(stem):
    """name -> a function of `k`, the cases of a file."""
    __import__(f"parity.{stem}")
    return {
        name: (lambda k, f=function, a=arguments: f(k, *a))
        for name, (function, arguments) in _cases[stem].items()
    }


def numbers(*shape, seed=0, low=-1.0, high=1.0):
    """Uniform numbers, the same in every version of NumPy: RandomState is frozen."""
    return np.random.RandomState(seed).uniform(low, high, shape)


def labels(*shape, classes, seed=0):
    """Class numbers, int32."""
    return np.random.RandomState(seed).randint(0, classes, shape).astype("int32")


def set_weights(model):
    """Give a model's or layer's weights numbers that follow from their place and shape."""
    values = []
    for i, w in enumerate(model.get_weights()):
        low = 0.5 if "variance" in model.weights[i].name else -0.5
        seed = zlib.crc32(repr((i, w.shape)).encode()) % 2**31
        values.append(numbers(*w.shape, seed=seed, low=low, high=low + 1))
    model.set_weights(values)
    return model


def weights(model):
    """The weights as a dict for a case to return."""
    return {f"weight{i}": w for i, w in enumerate(model.get_weights())}


def train(model, x, y, steps=10, **arguments):
    """What ten steps of train_on_batch leave: losses, and the weights. The batch is the same."""
    losses = [np.ravel(model.train_on_batch(x, y, **arguments)) for _ in range(steps)]
    return {"losses": np.array(losses), **weights(model)}
