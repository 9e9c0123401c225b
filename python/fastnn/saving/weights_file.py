"""Arrays by name in files: .npz as NumPy writes it, and .safetensors. What is read may be hostile.

A file is opened as `Entry`s, which say what it declares; memory is taken only when one is read.
"""

import contextlib
import os
from importlib import import_module
from typing import NamedTuple

from .. import devices
from ..tensor import Tensor
from ._atomic import replacing

_FORMATS = {".npz": "weights_npz", ".safetensors": "weights_safetensors"}
LARGEST_HEADER = 1 << 22  # bytes: names, shapes and places of some 50,000 arrays


class Entry(NamedTuple):
    """An array in a file: what the file says of it, and a function that reads it."""

    shape: tuple
    dtype: str  # NumPy's name, or what the file calls one that NumPy lacks
    read: object


def checked_path(filepath, operation):
    """The path as a text, if its ending is one that is known.

    >>> from fastnn.saving.weights_file import checked_path
    >>> checked_path("model.h5", "save_weights")
    Traceback (most recent call last):
    ValueError: save_weights: 'model.h5' ends in '.h5'; '.npz' or '.safetensors' is wanted.
    """
    if not isinstance(filepath, (str, os.PathLike)) or isinstance(os.fspath(filepath), bytes):
        raise TypeError(f"{operation}: filepath is {filepath!r}; a text is wanted.")
    path = os.fspath(filepath)
    ending = os.path.splitext(path)[1]
    if ending not in _FORMATS:
        raise ValueError(
            f"{operation}: {path!r} ends in {ending!r}; {' or '.join(map(repr, _FORMATS))} is "
            "wanted."
        )
    return path


def write(path, arrays, previous=None):
    """Write arrays, or tensors, by name: the file is there whole, or the old one is.

    Args:
        path: of a known ending.
        arrays: a dict.
        previous: where the old file is kept, or None.

    Raises:
        OSError: it cannot be written.

    >>> import os, tempfile, numpy as np
    >>> from fastnn.saving.weights_file import opened, write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "x.npz")
    ...     write(path, {"a": np.arange(3)})
    ...     with opened(path) as entries:
    ...         entries["a"].shape, entries["a"].dtype, entries["a"].read()
    ((3,), 'int64', array([0, 1, 2]))
    """
    with replacing(path, previous) as part:
        _format_of(path).write(part, {name: _as_array(x) for name, x in arrays.items()})


@contextlib.contextmanager
def opened(path):
    """A context whose value is a dict from names to `Entry`s.

    Raises:
        OSError: the file is not there or cannot be opened.
        ValueError: it is damaged, or not what its ending says; the message begins with its name.
    """
    with open(path, "rb") as file, _as_value_error(path):
        with _format_of(path).opened(file, path) as entries:
            yield entries


def _format_of(path):
    return import_module(f".{_FORMATS[os.path.splitext(path)[1]]}", __package__)


def _as_array(x):
    """The memory itself where it is NumPy's: a copy of all weights would double them."""
    if not isinstance(x, Tensor):
        return x
    return x.array if x.device is devices.cpu else x.numpy()


@contextlib.contextmanager
def _as_value_error(path):
    """What is wrong in a file comes as whatever zipfile, NumPy or safetensors think of it."""
    try:
        yield
    except (MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit, Refusal):
        raise
    except BaseException as error:  # a panic of safetensors is no Exception
        reason = str(error) or type(error).__name__
        raise ValueError(f"{path}: the file is damaged, or is no such file: {reason}") from error


class Refusal(ValueError):
    """A whole file that does not fit: not to be called damaged."""


def count(shape):
    """How many elements a shape has, however large."""
    n = 1
    for size in shape:
        n *= size
    return n
