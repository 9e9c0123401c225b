"""Files as np.savez writes them, and np.load(.., allow_pickle=False) reads them: a zip archive of
.npy files, one an array.

Nothing is unpacked to the disk. What a header declares is compared with the member's size, which
for members that are not compressed is within the file's; a compressed one gives no byte more.
"""

import contextlib
import io
import re
import struct
import zipfile

import numpy as np

from .weights_file import LARGEST_HEADER, Entry, count

_CHUNK = 1 << 20
_LONGEST = 10_000  # bytes of an array's header, as in NumPy
_MAGIC = b"\x93NUMPY"
_DESCR = re.compile(r"""['"]descr['"]\s*:\s*['"]([<>|=]?[A-Za-z]\d*)['"]""")
_FORTRAN = re.compile(r"""['"]fortran_order['"]\s*:\s*(True|False)\b""")
_SHAPE = re.compile(r"""['"]shape['"]\s*:\s*\(((?:\s*\d+\s*,)*(?:\s*\d+)?)\s*\)""")


def write(path, arrays):
    """Write arrays by name; the same arrays give the same bytes.

    >>> import os, tempfile, numpy as np
    >>> from fastnn.saving import weights_npz
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "x.npz")
    ...     weights_npz.write(path, {"a/b": np.zeros(2)})
    ...     with np.load(path, allow_pickle=False) as archive:
    ...         dict(archive)
    {'a/b': array([0., 0.])}
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            info = zipfile.ZipInfo(f"{name}.npy")  # of 1980: no time in the bytes
            with archive.open(info, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)


@contextlib.contextmanager
def opened(file, path):
    """A context whose value is a dict of `Entry`s."""
    with zipfile.ZipFile(_Bounded(file)) as archive:
        entries = {}
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            if name == info.filename:
                raise ValueError(f"it holds {info.filename!r:.80}, which is no array (.npy)")
            if name in entries:
                raise ValueError(f"it holds {name!r:.80} twice")
            entries[name] = _entry(archive, info)
        yield entries


class _Bounded(io.BufferedIOBase):
    """A file that is read in small pieces: zipfile reads the whole table of members at once, of the
    size that the file says, and makes much larger objects of it."""

    def __init__(self, file):
        self._file = file

    def read(self, size=-1):
        if size is not None and size > LARGEST_HEADER:
            raise ValueError(f"its table of members has {size:,} bytes")
        return self._file.read(size)

    def seek(self, *arguments):
        return self._file.seek(*arguments)

    def tell(self):
        return self._file.tell()

    def seekable(self):
        return True


def _entry(archive, info):
    """What a member declares, if that is possible."""
    name = info.filename
    if info.flag_bits & 1:
        raise ValueError(f"{name!r:.80} is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name!r:.80} is compressed by method {info.compress_type}")
    if not info.compress_type and info.compress_size != info.file_size:
        raise ValueError(f"{name!r:.80} has two sizes")
    if info.compress_type and ":" in name:  # a training's state: of no size known beforehand
        raise ValueError(f"{name!r:.80} is compressed")
    with archive.open(info) as member:
        begin, dtype, fortran, shape = _header(member, name)
    wanted = begin + count(shape) * dtype.itemsize
    if wanted != info.file_size:
        raise ValueError(
            f"{name!r:.80} says that it is {dtype} {shape!s:.80}, {wanted:,} bytes, and has "
            f"{info.file_size:,}"
        )

    def read():
        with archive.open(info) as member:
            _exactly(member, begin)
            flat = np.empty(count(shape), dtype)
            memory = memoryview(flat.view("uint8"))
            for at in range(0, len(memory), _CHUNK):  # with the last, zipfile compares check sums
                size = min(_CHUNK, len(memory) - at)
                memory[at : at + size] = _exactly(member, size)
        return flat.reshape(shape, order="F" if fortran else "C")

    return Entry(shape, dtype.name, read)


def _header(member, name):
    """(its length, dtype, whether in Fortran's order, shape) of the .npy format 1.0 or 2.0."""
    start = _exactly(member, 8)
    if start[:6] != _MAGIC or start[6] not in (1, 2):
        raise ValueError(f"{name!r:.80} is no array of the .npy format 1.0 or 2.0")
    field = "<H" if start[6] == 1 else "<I"
    length = _exactly(member, struct.calcsize(field))
    size = struct.unpack(field, length)[0]
    if size > _LONGEST:
        raise ValueError(f"{name!r:.80} has a header of {size:,} bytes")
    text = _exactly(member, size).decode("latin1")
    found = [pattern.search(text) for pattern in (_DESCR, _FORTRAN, _SHAPE)]
    if not all(found):
        raise ValueError(f"{name!r:.80} has a header that is none: {text!r:.120}")
    descr, fortran, shape = (match[1] for match in found)
    if descr.lstrip("<>|=")[0] not in "biufc":  # "O" would be unpickled, which can run anything
        raise ValueError(f"{name!r:.80} holds {descr!r}; numbers are wanted")
    shape = tuple(int(size) for size in shape.split(",") if size.strip())
    return 8 + len(length) + size, np.dtype(descr), fortran == "True", shape


def _exactly(member, size):
    data = member.read(size)
    while len(data) < size:
        more = member.read(size - len(data))
        if not more:
            raise ValueError("a member ends early")
        data += more
    return data
