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

    resumes_within_epochs = True

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
        self._seed, self._stream = draw_seed() if shuffle else (0, 0)

    def begin(self):
        """Let the next epoch begin with a new pass."""
        self._at = self._in_a_pass

    def position(self):
        """Where the batches are, for `move_to`: numbers and texts by name."""
        return {
            "samples": self.size,
            "batch_size": self.batch_size,
            "shuffle": self.shuffle,
            "steps": self.steps,
            "seed": self._seed,
            "stream": self._stream,
            "passes": self._passes,
            "at": self._at,
        }

    def move_to(self, position):
        """Go on where others of the same data were, also within an epoch: `epoch(step)`.

        Raises:
            ValueError: they had other data, or other arguments.
        """
        own = self.position()
        for name, value in list(own.items())[:4]:
            if position[name] != value:
                raise ValueError(
                    f"{self.name}: {name} is {value!r}, but was {position[name]!r} in the training "
                    "that is to go on; give the same data and arguments."
                )
        names = ("seed", "stream", "passes", "at")
        seed, stream, passes, at = (int(position[name]) for name in names)
        if min(seed, stream, passes) < 0 or not 0 <= at <= self._in_a_pass:
            raise ValueError(f"{self.name}: {position} is no position in the data.")
        self._seed, self._stream, self._passes, self._at = seed, stream, passes, at
        self._shuffle()

    def close(self):
        """Nothing is left to end."""

    def epoch(self, first=0):
        """Yields tuples of arrays, from the step `first` on if an epoch is gone on with."""
        if first == 0 and (not self._continues or self._at == self._in_a_pass):
            self._begin_pass()
        for step in range(first, self.steps):
            if self._at == self._in_a_pass:
                warn(
                    f"{self.name}: the data ended after {step} of {self.steps} steps of an epoch; "
                    f"a pass has {self._in_a_pass} batches. Give fewer steps, or more data."
                )
                return
            self._at += 1
            yield self._batch(self._at - 1)

    def _begin_pass(self):
        self._at = 0
        self._passes += 1
        self._shuffle()

    def _shuffle(self):
        """The order of a pass, which follows from its number."""
        if self.shuffle == "batch":
            numbers = np.arange(self._in_a_pass, dtype="int32")
            _core.shuffle(numbers, self._seed, self._stream, self._passes)
            rows = np.arange(self.size, dtype="int32")
            parts = [rows[i * self.batch_size : (i + 1) * self.batch_size] for i in numbers]
            parts.sort(key=len, reverse=True)  # the short one last
            self._order = np.concatenate(parts)
        elif self.shuffle:
            self._order = np.arange(self.size, dtype="int32")
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
