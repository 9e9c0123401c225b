"""Files of Hugging Face's safetensors, whose package checks names, sizes and places as it opens
one."""

import contextlib
import os

from .weights_file import LARGEST_HEADER, Entry

_DTYPES = {"F": "float", "I": "int", "U": "uint"}


def write(path, arrays):
    """Write arrays by name.

    >>> import os, tempfile, numpy as np
    >>> from fastnn.saving import weights_safetensors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "x.safetensors")
    ...     weights_safetensors.write(path, {"a": np.zeros(2)})
    ...     os.path.getsize(path)
    80
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    try:
        save_file(arrays, path)
    except SafetensorError as error:  # says of a full disk no errno
        raise OSError(f"{path} cannot be written: {error}") from error


@contextlib.contextmanager
def opened(file, path):
    """A context whose value is a dict of `Entry`s."""
    from safetensors import safe_open

    size = os.fstat(file.fileno()).st_size
    header = int.from_bytes(file.read(8), "little")
    if header > min(LARGEST_HEADER, size):
        raise ValueError(f"it has {size:,} bytes, and says that its header has {header:,}")
    with safe_open(path, framework="numpy") as archive:
        entries = {}
        for name in archive.keys():
            part = archive.get_slice(name)
            dtype = part.get_dtype()
            known = _DTYPES.get(dtype[:1]) if dtype[1:].isdigit() else None
            dtype = f"{known}{dtype[1:]}" if known else dtype
            shape = tuple(part.get_shape())
            entries[name] = Entry(shape, dtype, lambda name=name: archive.get_tensor(name))
        yield entries
