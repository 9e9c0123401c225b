"""Batches from arrays: shuffled, gathered and converted in C++."""

import numpy as np

from .. import _core, devices
from .._lines import warn
from ..utils import draw_seed


class ArrayBatches:
    """Batches of arrays in memory, any number of epochs of them.

    A batch that is neither shuffled nor converted is a view of the data. Any other is gathered
    into a buffer, which the next batch overwrites.

    Args:
        data: a `Data`.
        batch_size: samples a batch; the last one of a pass may have fewer.
        shuffle: whether each pass has an order of its own; "batch" shuffles whole batches.
        steps: batches an epoch; None: as many as a pass has. If given, an epoch goes on where the
            last one ended, and ends with the pass, as in Keras.
        name: of the caller, for warnings.
    """

    def __init__(self, data, batch_size, shuffle=False, steps=None, name="fit"):
        self.data, self.name = data, name
        self.size = data.size
        self.batch_size = min(batch_size, self.size)
        self.shuffle = shuffle
        self._in_a_pass = -(-self.size // self.batch_size)
        self.steps = self._in_a_pass if steps is None else steps
        self._continues = steps is not None
        self._at = self._in_a_pass  # where the next epoch begins: with a new pass
        self._passes = 0
        self._buffers = {}  # by rows
        if shuffle:
            self._seed, self._stream = draw_seed()
            self._order = np.arange(self.size, dtype="int32")

    def begin(self):
        """Let the next epoch begin with a new pass."""
        self._at = self._in_a_pass

    def close(self):
        """Nothing is left to end."""

    def epoch(self):
        """Yields tuples of arrays."""
        if not self._continues or self._at == self._in_a_pass:
            self._begin_pass()
        for step in range(self.steps):
            if self._at == self._in_a_pass:
                warn(
                    f"{self.name}: the data ended after {step} of {self.steps} steps of an epoch; "
                    f"a pass has {self._in_a_pass} batches. Give fewer steps, or more data."
                )
                return
            yield self._batch(self._at)
            self._at += 1

    def _begin_pass(self):
        self._at = 0
        self._passes += 1
        if self.shuffle == "batch":
            numbers = np.arange(self._in_a_pass, dtype="int32")
            _core.shuffle(numbers, self._seed, self._stream, self._passes)
            rows = np.arange(self.size, dtype="int32")
            parts = [rows[i * self.batch_size : (i + 1) * self.batch_size] for i in numbers]
            parts.sort(key=len, reverse=True)  # the short one last
            self._order = np.concatenate(parts)
        elif self.shuffle:
            _core.shuffle(self._order, self._seed, self._stream, self._passes)

    def _batch(self, i):
        begin = i * self.batch_size
        end = min(begin + self.batch_size, self.size)
        if self.shuffle:
            rows = self._order[begin:end]
            buffers = self._buffers_of(end - begin)
            for buffer, array in zip(buffers, self.data.arrays, strict=True):
                devices.of(buffer).module.gather(buffer, array, rows)
            return tuple(buffers)
        batch = []
        for k, (array, dtype) in enumerate(zip(self.data.arrays, self.data.dtypes, strict=True)):
            part = array[begin:end]
            if array.dtype != dtype:
                buffer = self._buffers_of(end - begin)[k]
                devices.of(buffer).module.cast(buffer, part)
                part = buffer
            batch.append(part)
        return tuple(batch)

    def _buffers_of(self, rows):
        buffers = self._buffers.get(rows)
        if buffers is None:
            buffers = self._buffers[rows] = [
                devices.of(array).empty((rows, *array.shape[1:]), dtype)
                for array, dtype in zip(self.data.arrays, self.data.dtypes, strict=True)
            ]
        return buffers
