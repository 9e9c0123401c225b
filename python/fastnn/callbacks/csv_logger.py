"""The logs of the epochs as a table in a file."""

import csv
import os

import numpy as np

from ..tensor import Tensor
from ..utils._writable import explained
from .callback import Callback


class CSVLogger(Callback):
    """Writes the logs of each epoch as a line of a CSV file, which is whole after each epoch.

    Columns: "epoch", then the logs by name; then, as in Keras, val_.. of each of them where the
    first epoch had no validation. What an epoch lacks is "NA".

    Args:
        filename: of the file; its folder must be there.
        separator: the character between the columns.
        append: whether lines are added to a file that is there; its columns stay.

    Raises:
        TypeError: the name or the separator is none.
        OSError: as training begins, the file cannot be written.
        ValueError: lines are added to a file that lacks a column.

    >>> import fastnn, tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "log.csv")
    ...     log = fastnn.callbacks.CSVLogger(path)
    ...     log.on_train_begin()
    ...     log.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
    ...     print(path.read_text())
    epoch,loss,val_loss
    0,0.5,0.75
    """

    def __init__(self, filename, separator=",", append=False):
        if not isinstance(filename, (str, os.PathLike)):
            raise TypeError(
                f"CSVLogger: filename is a {type(filename).__name__}; a path is wanted, such as "
                "'log.csv'."
            )
        if not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n':
            raise TypeError(f"CSVLogger: separator is {separator!r}; one character is wanted.")
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys = None  # the columns behind "epoch"

    def on_train_begin(self, logs=None):
        self.keys = None
        with explained("CSVLogger"), open(self.filename, "a+" if self.append else "w") as file:
            if self.append:
                file.seek(0)
                header = next(csv.reader(file, delimiter=self.sep), ())
                self.keys = header[1:] or None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        # It is opened anew for each line: a training that fails leaves no file open.
        with explained("CSVLogger"), open(self.filename, "a", newline="") as file:
            writer = csv.writer(file, delimiter=self.sep)
            if self.keys is None:
                self.keys = sorted(logs)
                if not any(name.startswith("val_") for name in self.keys):
                    self.keys += [f"val_{name}" for name in self.keys]
                writer.writerow(["epoch", *self.keys])
            missing = sorted(set(logs) - set(self.keys)) if self.append else ()
            if missing:
                raise ValueError(
                    f"CSVLogger: {self.filename} has the columns {', '.join(self.keys)}, and none "
                    f"for {', '.join(missing)}. Append to a file of the same logs, or write "
                    "another one."
                )
            writer.writerow([epoch, *(_as_cell(logs.get(name, "NA")) for name in self.keys)])


def _as_cell(value):
    """A value as Keras writes it: lists and arrays as "[1, 2]" in quotes."""
    value = value.numpy() if isinstance(value, Tensor) else value
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
        return f'"[{", ".join(map(str, value))}]"'
    return value
