"""Files that are there whole or not at all."""

import contextlib
import os


def replace(path, contents):
    """Write bytes to a file; one that was there stays until all of them are written."""
    path = os.fsdecode(path)
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "wb") as file:
            file.write(contents)
        os.replace(part, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(part)
