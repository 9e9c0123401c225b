"""Event files, which TensorBoard shows; written without TensorFlow.

A file is a row of records (length, its check sum, an Event, its check sum) in TFRecord's framing;
Events are protocol buffers. What is written is what TensorFlow 2's summaries write. On one core of
an AMD EPYC a scalar takes 20 us, a million numbers' histogram 10 ms, a picture of a million pixels
0.1 s, nearly all of it the check sum (14 MB/s) and zlib.
"""

import itertools
import os
import struct
import time
import weakref

import numpy as np

from .._checks import as_numbers
from ..ops._axes import as_integer
from ..tensor import Tensor
from . import _protobuf as wire
from ._crc32c import crc32c
from ._png import png
from ._writable import explained

_serials = itertools.count()
_SECONDS = 2.0  # after which what was written goes to the file, for those who watch
_METADATA = {  # a summary's field that says which part of TensorBoard shows it
    plugin: wire.field(9, wire.field(1, wire.field(1, plugin)))
    for plugin in ("scalars", "histograms", "images")
}


class EventFile:
    """A file of numbers, histograms and pictures by name and step, for TensorBoard.

    `fastnn.callbacks.TensorBoard` writes what `fit` measures; this writes what you like. Each
    folder is shown as a run of its own: ``tensorboard --logdir logs``.

    Args:
        folder: where the file is made, and the folder too if it is not there.

    Attributes:
        path: of the file.

    It may be used in `with`; else call `close`. What was written is in the file two seconds later,
    after `flush`, and when it is closed, thrown away, or Python ends.

    Raises:
        OSError: the file cannot be written.

    >>> import fastnn, tempfile
    >>> with tempfile.TemporaryDirectory() as folder, fastnn.utils.EventFile(folder) as events:
    ...     for step in range(3):
    ...         events.scalar("temperature", 20.5 + step, step)
    """

    def __init__(self, folder):
        if not isinstance(folder, (str, os.PathLike)):
            raise TypeError(
                f"EventFile: folder is a {type(folder).__name__}; a path is wanted, such as "
                "'logs/mine'."
            )
        place = f"{int(time.time()):010}.{os.uname().nodename}.{os.getpid()}.{next(_serials)}"
        self.path = os.path.join(folder, f"events.out.tfevents.{place}.v2")
        with explained("EventFile"):
            os.makedirs(folder, exist_ok=True)
            self._file = open(self.path, "ab")
        self._close = weakref.finalize(self, self._file.close)
        self._flushed = 0.0
        self._event(wire.field(3, "brain.Event:2"))

    def scalar(self, name, value, step):
        """Write a number.

        Args:
            name: of the curve; what is before a "/" groups several.
            value: a number, or a tensor or array of one.
            step: its place on the curve, a whole number.
        """
        number = as_numbers(value, "EventFile.scalar")
        if number.size != 1:
            raise ValueError(
                f"EventFile.scalar: the value of {name!r} has shape {number.shape}; one number is "
                "wanted. Take its mean, or write a histogram."
            )
        with np.errstate(over="ignore"):
            number = number.reshape(()).astype("float32")
        self._summary(name, step, "scalars", wire.tensor(number))

    def histogram(self, name, values, step, buckets=30):
        """Write how often values occur, in buckets of equal width from the least to the greatest;
        NaN and infinity are left out.

        Args:
            name, step: as of `scalar`.
            values: numbers, of any shape.
            buckets: how many.
        """
        buckets = as_integer(buckets, "EventFile.histogram", "buckets", 1)
        numbers = as_numbers(values, "EventFile.histogram", "float64").ravel()
        finite = np.isfinite(numbers)
        rows = _buckets(numbers if finite.all() else numbers[finite], buckets)
        self._summary(name, step, "histograms", wire.tensor(rows))

    def image(self, name, images, step, max_outputs=3):
        """Write pictures.

        Args:
            name, step: as of `scalar`.
            images: (rows, columns), (rows, columns, channels), or several, (n, rows, columns,
                channels), with 1 to 4 channels (grey, grey and alpha, RGB, RGBA): uint8, or floats
                from 0 to 1; what is outside is cut.
            max_outputs: at most so many of several are written.
        """
        pixels = as_numbers(images, "EventFile.image")
        came = pixels.shape
        if pixels.ndim == 2:
            pixels = pixels[..., None]
        if pixels.ndim == 3:
            pixels = pixels[None]
        if pixels.ndim != 4 or not 1 <= pixels.shape[3] <= 4 or 0 in pixels.shape:
            raise ValueError(
                f"EventFile.image: {name!r} has shape {came}; (rows, columns), (rows, columns, "
                "channels) or (n, rows, columns, channels) with 1 to 4 channels is wanted."
            )
        if pixels.dtype.kind != "f" and pixels.dtype != "uint8":
            raise TypeError(
                f"EventFile.image: {name!r} is {pixels.dtype}; uint8 from 0 to 255, or floats from "
                "0 to 1 are wanted."
            )
        pixels = pixels[: as_integer(max_outputs, "EventFile.image", "max_outputs", 1)]
        if pixels.dtype.kind == "f":  # as tf.image.convert_image_dtype
            pixels = np.minimum(np.nan_to_num(pixels.clip(0, 1)) * 255.5, 255).astype("uint8")
        rows, columns = pixels.shape[1:3]
        parts = [str(columns), str(rows), *map(png, pixels)]
        self._summary(name, step, "images", wire.texts(parts))

    def graph(self, model):
        """Write which layer follows which in a functional or sequential model that is built."""
        from ._graph_def import graph_def

        self._event(wire.field(4, graph_def(model)))

    def flush(self):
        """Let what was written be in the file."""
        self._file.flush()
        self._flushed = time.monotonic()

    def close(self):
        """Write the rest, and close the file. Closing again does nothing."""
        self._close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def _summary(self, name, step, plugin, tensor):
        if not isinstance(name, str) or not name:
            raise TypeError(f"EventFile: name is {name!r}; a text is wanted, such as 'loss'.")
        step = _as_step(step)
        value = wire.field(1, name) + wire.field(8, tensor) + _METADATA[plugin]
        self._event(wire.field(2, step) + wire.field(5, wire.field(1, value)))

    def _event(self, content):
        if self._file.closed:
            raise ValueError(f"EventFile: {self.path} is closed. Make another one.")
        event = wire.double(1, time.time()) + content
        length = struct.pack("<Q", len(event))
        self._file.write(b"".join([length, _masked(length), event, _masked(event)]))
        if time.monotonic() - self._flushed > _SECONDS:
            self.flush()


def _masked(data):
    """The check sum as TFRecord has it: turned and shifted, so that sums of sums differ."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _buckets(values, count):
    """(left edge, right edge, how many) of each bucket, (count, 3); where all values are one, they
    are in the last bucket."""
    rows = np.zeros((count, 3))
    if values.size:
        least, most = values.min(), values.max()
        rows[:, :2] = most
        rows[-1, 2] = values.size
        if least < most:
            rows[:, 2], edges = np.histogram(values, count, (least, most))
            rows[:, 0], rows[:, 1] = edges[:-1], edges[1:]
    return rows


def _as_step(step):
    """A whole number, which may come as a tensor or variable of one."""
    try:
        number = step.item() if isinstance(step, Tensor) else step
        whole = int(number)
        if isinstance(number, bool) or whole != number or not -(2**63) <= whole < 2**63:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"EventFile: step is {step!r}; a whole number is wanted.") from None
    return whole
