"""Data sets in MNIST's format: where their files are found, and what is in them.

An IDX file of bytes begins with 0, 0, 8 (for bytes) and the number of axes; then comes each size as
four bytes, the highest first; then the numbers, in C's order.
"""

import os

import numpy as np


def load(name, address, files, folders=()):
    """`(x_train, y_train), (x_test, y_test)`, from the first place that has them.

    Args:
        name: of the data set, and of its folder in $FASTNN_DATA and in the cache.
        address: where the files are downloaded from, if they are found nowhere.
        files: {a file's name without .gz: (shape, SHA-256 of the .gz, CRC-32 of what is in it)},
            in the order of what is returned.
        folders: where to look after $FASTNN_DATA and before the cache.
    """
    data = os.environ.get("FASTNN_DATA")
    if data:
        folders = (os.path.join(os.path.expanduser(data), name), *folders)
    x_train, y_train, x_test, y_test = (
        read(_find(name, address, file, sha256, folders), shape, crc, f"{name}.load_data")
        for file, (shape, sha256, crc) in files.items()
    )
    return (x_train, y_train), (x_test, y_test)


def _find(name, address, file, sha256, folders):
    for folder in folders:
        for path in (os.path.join(folder, file + ".gz"), os.path.join(folder, file)):
            if os.path.isfile(path):
                return path
    from ..utils.files import cache_folder, get_file  # loads what import fastnn does without

    subfolder = os.path.join("datasets", name)
    try:
        return get_file(origin=f"{address}{file}.gz", file_hash=sha256, cache_subdir=subfolder)
    except ConnectionError as error:
        places = " or ".join((*folders, os.path.join(cache_folder(), subfolder)))
        raise ConnectionError(
            f"{name}.load_data: {file}.gz is not in {places}. {error} Or put the four files "
            f"there, or into a folder {name} of another one that the environment variable "
            "FASTNN_DATA names."
        ) from error


def read(path, shape, crc, operation):
    """The array of an IDX file, with or without .gz; refused if it is not the very one."""
    import zlib

    content = _content(path, operation)
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
    size = len(header) + int(np.prod(shape))
    if not content.startswith(header):
        came = content[: len(header)].hex() or "nothing"
        raise _foreign(path, operation, f"begins with {came}, not {header.hex()}")
    if len(content) != size:
        raise _foreign(path, operation, f"holds {len(content):,} bytes, not {size:,}")
    if zlib.crc32(content) != crc:
        raise _foreign(path, operation, f"has the CRC-32 {zlib.crc32(content):08x}, not {crc:08x}")
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape).copy()


def _content(path, operation):
    import gzip
    import zlib

    with open(path, "rb") as file:
        content = file.read()
    if not path.endswith(".gz"):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise _foreign(path, operation, f"cannot be unpacked ({error})") from None


def _foreign(path, operation, what):
    return ValueError(
        f"{operation}: {path} {what}: it was cut, damaged, or is of another data set. Put the "
        "original there; or remove it, and it is looked for elsewhere and downloaded."
    )
