"""What evaluate and predict give back."""

import numpy as np

from .. import _nest
from ..tensor import Tensor


def plain(value):
    """A tensor of one number as a float."""
    return float(value) if isinstance(value, Tensor) and value.size == 1 else value


def in_order(model, logs):
    """The loss, then the metrics in compile's order, then the rest by name; alone if alone."""
    names = [name for name in dict.fromkeys(m.name for m in model.metrics) if name in logs]
    values = [logs[name] for name in (*names, *sorted(set(logs) - set(names)))]
    return values[0] if len(values) == 1 else values


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
