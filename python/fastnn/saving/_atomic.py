"""Files that take the place of older ones whole, or not at all."""

import contextlib
import fcntl
import glob
import os
import stat


@contextlib.contextmanager
def replacing(path, previous=None):
    """The name of an empty file beside `path` to write to, which takes its place at the end; on an
    error it is removed, and what was at `path` stays. If `previous` is given, what was at `path`
    is kept there.

    A killed process leaves its file: the next one that writes to `path` removes it. Files of
    those at work are told by their locks.
    """
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path} is a folder; the name of a file is wanted.")
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"{folder}, where {name} is to be written, is no folder; make it.")
    _remove_left(folder, name)
    part, descriptor = _begin(folder, name)
    try:
        if os.path.exists(path):
            os.chmod(part, stat.S_IMODE(os.stat(path).st_mode))
        yield part
        os.fsync(descriptor)
        if previous is not None and os.path.exists(path):
            os.replace(path, previous)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
    finally:
        os.close(descriptor)
    _sync(folder)


def _begin(folder, name):
    """A new file, locked: (its name, its descriptor)."""
    while True:
        part = os.path.join(folder, f".{name}.{os.urandom(4).hex()}.part")
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        _lock(descriptor, 0)
        if os.path.exists(part):  # else another process took it for a killed one's, just before
            return part, descriptor
        os.close(descriptor)


def _remove_left(folder, name):
    """Remove what killed processes have left: what nobody holds a lock on."""
    pattern = f".{glob.escape(name)}.{'[0-9a-f]' * 8}.part"
    for part in glob.glob(os.path.join(glob.escape(folder), pattern)):
        with contextlib.suppress(OSError):
            descriptor = os.open(part, os.O_RDWR | os.O_CLOEXEC)
            try:
                if _lock(descriptor, fcntl.LOCK_NB):
                    os.unlink(part)
            finally:
                os.close(descriptor)


def _lock(descriptor, how):
    """Whether the lock is had now; False also where a file system has none."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
    except OSError:
        return False
    return True


def _sync(folder):
    """Bring a folder's names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
