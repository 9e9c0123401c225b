"""What evaluate and predict give back."""

import re

import numpy as np

from .. import _nest
from ..losses._arguments import NO_CLASS
from ..tensor import Tensor


def plain(value):
    """A tensor of one number as a float, of more as an array."""
    if not isinstance(value, Tensor):
        return value
    return float(value) if value.size == 1 else value.numpy()


def in_order(model, logs):
    """The loss, then the metrics in compile's order, then the rest by name; alone if alone."""
    if len(logs) == 1:
        return next(iter(logs.values()))
    names = [name for name in dict.fromkeys(model.metrics_names) if name in logs]
    return [logs[name] for name in (*names, *sorted(set(logs) - set(names)))]


def step_of(operation, number, source):
    """An operation and the number of its step, from 1, and of how many, as far as is known."""
    of = f" of {source.steps}" if source.steps else ""
    return f"{operation}, step {number + 1}{of}"


def say_where(error, place):
    """Let the error of a step begin with the operation and the step's number."""
    if type(error) in (TypeError, ValueError) and len(error.args) == 1:
        text = _LABEL.sub(_explained, str(error))
        error.args = (f"{place}: {text}",)


_LABEL = re.compile(r"label (-?\d+) is outside 0 \.\. (\d+)\.")


def _explained(match):
    label = match[0][:-1]
    if int(match[1]) == NO_CLASS:
        label = "a label is no whole number"
    return (
        f"{label}; the model's outputs have {int(match[2]) + 1} classes, numbered from 0. Give the "
        "last layer as many units as there are classes."
    )


class Results:
    """The outputs of batches, one below the other: in place where their number is known."""

    def __init__(self, outputs, source):
        self.form, self.size = outputs, source.size if not source._continues else None
        self.parts = [[] for _ in _nest.flatten(outputs)]
        self.whole, self.at = None, 0

    def append(self, outputs):
        arrays = [t.numpy() if isinstance(t, Tensor) else t for t in _nest.flatten(outputs)]
        if self.size is None or any(a.ndim == 0 for a in arrays):
            for part, array in zip(self.parts, arrays, strict=True):
                part.append(array)
            return
        if self.whole is None:
            self.whole = [np.empty((self.size, *a.shape[1:]), a.dtype) for a in arrays]
        for whole, array in zip(self.whole, arrays, strict=True):
            whole[self.at : self.at + len(array)] = array
        self.at += len(arrays[0])

    def nest(self):
        if self.whole is None:
            joined = [np.concatenate([np.atleast_1d(a) for a in part]) for part in self.parts]
        else:
            joined = self.whole
        return _nest.pack(self.form, joined)
