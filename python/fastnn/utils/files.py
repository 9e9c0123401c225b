"""Downloads into a cache: resumed where they were cut, checked, and never half there.

A file comes to be as `name.part`, and gets its name when its length and checksum are right.
"""

import contextlib
import os

from ._download import download, remove


def cache_folder():
    """Where downloads are kept: $FASTNN_HOME, $XDG_CACHE_HOME/fastnn or ~/.cache/fastnn.

    >>> import os
    >>> from fastnn.utils import files
    >>> os.path.isabs(files.cache_folder())
    True
    """
    home = os.environ.get("FASTNN_HOME")
    if not home:
        home = os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "fastnn")
    return os.path.abspath(os.path.expanduser(home))


def get_file(
    fname=None,
    origin=None,
    *,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    cache_dir=None,
    force_download=False,
    untar=False,
    extract=False,
):
    """The path of a file in the cache, where it is downloaded to if it is not there.

    A download that was cut goes on where it ended, in the same call or, if `file_hash` can tell
    that the halves belong together, in a later one.

    Args:
        fname: the file's name in the cache; by default the last part of `origin`.
        origin: its address: http, https or file.
        file_hash: its SHA-256 or MD5 sum, in hexadecimal digits. A file in the cache with another
            one is downloaded anew.
        cache_subdir: the folder within the cache.
        hash_algorithm: "sha256" or "md5"; "auto" knows it from the number of digits.
        cache_dir: the cache; by default $FASTNN_HOME, $XDG_CACHE_HOME/fastnn or ~/.cache/fastnn.
        force_download: whether to download it even if it is there.
        untar: refused if true, as archives are left as they are.
        extract: refused if true, too.

    Raises:
        ValueError: if what came is not what `file_hash` or the server promised, or an argument is
            wrong.
        TypeError: if a name is no text.
        ConnectionError: if the server cannot be reached, or has no such file.
        OSError: if the cache cannot be written.

    >>> import os, pathlib, tempfile
    >>> from fastnn.utils import get_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = pathlib.Path(folder, "words.txt")
    ...     length = source.write_text("one two")
    ...     path = get_file("copy.txt", source.as_uri(), cache_dir=folder)
    ...     os.path.relpath(path, folder), pathlib.Path(path).read_text()
    Downloading copy.txt from file:///...words.txt
    1/1 - 0s - ... kB/s
    ('datasets/copy.txt', 'one two')
    """
    if untar or extract:
        raise ValueError(
            "get_file: untar and extract are refused, as archives are left as they are. Call "
            "shutil.unpack_archive(get_file(..), folder, filter='data')."
        )
    origin = _checked_origin(origin)
    name = _checked_name(fname, origin)
    digest = _checked_digest(file_hash, hash_algorithm)
    cache = cache_folder() if cache_dir is None else _as_path(cache_dir, "cache_dir")
    folder = os.path.join(os.path.expanduser(cache), _as_path(cache_subdir, "cache_subdir"))
    path = os.path.join(folder, name)
    if not force_download and _is_right(path, digest):
        return path
    try:
        os.makedirs(folder, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError("no permission")
    except OSError as error:
        raise OSError(
            f"get_file: {folder} cannot be written: {error}. Give cache_dir, or set the "
            "environment variable FASTNN_HOME to a folder that can."
        ) from None
    with _alone(folder):
        if force_download or not _is_right(path, digest):  # another process may have been faster
            _download(origin, path, digest)
    return path


@contextlib.contextmanager
def _alone(folder):
    """One process at a time downloads into a folder: two would write into the same .part."""
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems lock no folders
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


# Arguments


def _checked_origin(origin):
    if not isinstance(origin, str):
        raise TypeError(f"get_file: origin is {origin!r}; an address (https://..) is wanted.")
    if origin.partition(":")[0].lower() not in ("http", "https", "file"):
        raise ValueError(f"get_file: origin is {origin!r}; http://, https:// or file:// is wanted.")
    return origin


def _checked_name(fname, origin):
    if fname is None:
        from urllib.parse import urlsplit

        name = os.path.basename(urlsplit(origin).path)
    else:
        name = _as_path(fname, "fname")
    if name in ("", ".", "..") or any(c in name for c in "/\\\0"):
        raise ValueError(
            f"get_file: {name!r} is no file's name. Give fname without a folder, which goes into "
            "cache_subdir or cache_dir."
        )
    return name


def _as_path(path, name):
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"get_file: {name} is {path!r}; a text is wanted.")
    return os.fspath(path)


def _checked_digest(file_hash, algorithm):
    """(algorithm, digits), or None if there is nothing to compare."""
    if not isinstance(algorithm, str) or algorithm not in ("auto", "sha256", "md5"):
        raise ValueError(
            f"get_file: hash_algorithm is {algorithm!r}; 'auto', 'sha256' or 'md5' is wanted."
        )
    if file_hash is None:
        return None
    digits = str(file_hash).lower()
    known = {64: "sha256", 32: "md5"}.get(len(digits))
    if known is None or algorithm not in ("auto", known) or set(digits) - set("0123456789abcdef"):
        raise ValueError(
            f"get_file: file_hash is {file_hash!r}; 64 hexadecimal digits (sha256) or 32 (md5) are "
            "wanted."
        )
    return known, digits


def digest_of(path, algorithm):
    """A file's SHA-256 or MD5 sum.

    >>> from fastnn.utils import files
    >>> files.digest_of("/dev/null", "md5")
    'd41d8cd98f00b204e9800998ecf8427e'
    """
    import hashlib

    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _is_right(path, digest):
    return os.path.isfile(path) and (digest is None or digest_of(path, digest[0]) == digest[1])


def _download(origin, path, digest):
    part = path + ".part"
    if digest is None:
        remove(part)  # half of an old file and half of a new one would look like one
    print(f"Downloading {os.path.basename(path)} from {origin}")
    download(origin, part, keep=digest is not None)
    if digest is not None:
        found = digest_of(part, digest[0])
        if found != digest[1]:
            os.remove(part)
            raise ValueError(
                f"get_file: what came from {origin} has the {digest[0]} sum {found}; {digest[1]} "
                "is wanted. It was removed. Try again, or correct file_hash if the file changed."
            )
    os.replace(part, path)
