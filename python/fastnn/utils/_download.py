"""A file from a server, bit by bit: where a connection was cut, the next one goes on."""

import errno
import os
import time

TIMEOUT = 30  # seconds without a byte
RETRIES = 3  # after the first attempt
PAUSE = 1.0  # seconds before the first of them; doubled each time
CHUNK = 1 << 16  # bytes; the progress bar is told of each

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO)


def download(origin, part, keep):
    """Gets what the file `part` lacks, and tries again if the connection is lost. What came is kept
    for a later call if `keep`."""
    from http.client import HTTPException, InvalidURL

    for attempt in range(RETRIES + 1):
        try:
            return _fetch(origin, part)
        except (OSError, HTTPException) as error:
            if getattr(error, "errno", None) in _OF_THE_DISK:
                raise
            status = getattr(error, "code", None)  # the server's answer
            if status is not None:
                error.close()
            refused = status is not None and status < 500 and status not in (408, 429)
            hopeless = refused or isinstance(error, InvalidURL) or not _is_http(origin)
            if hopeless or attempt == RETRIES:
                raise _failure(origin, part, keep, error) from error
        time.sleep(PAUSE * 2**attempt)


def _failure(origin, part, keep, error):
    have = _size(part)
    if not keep:
        remove(part)
    kept = f" {have:,} bytes are kept in {part}." if keep and have else ""
    return ConnectionError(
        f"get_file: {origin} could not be downloaded: {error or type(error).__name__}.{kept} Look "
        "at the address and the connection, and call again."
    )


def _fetch(origin, part):
    """Downloads what `part` lacks. Raises ConnectionError if it came to an early end."""
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    have = _size(part) if _is_http(origin) else 0
    headers = {"User-Agent": "fastnn", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        response = urlopen(Request(origin, headers=headers), timeout=TIMEOUT)
    except HTTPError as error:
        if error.code != 416 or not have:
            raise
        error.close()
        os.remove(part)  # it is as long as the file, or longer: not a part of it
        return _fetch(origin, part)
    with response:
        if have and response.status == 206 and _first_byte(response) != have:
            os.remove(part)
            return _fetch(origin, part)
        if response.status != 206:
            have = 0  # the server sends all of it
        length = response.headers.get("Content-Length")
        total = have + int(length) if length is not None else None
        with open(part, "ab" if have else "wb") as file:
            _copy(response, file, have, total)
    size = _size(part)
    if total is not None and size < total:
        raise ConnectionError(f"it ended after {size:,} of {total:,} bytes")


def _is_http(origin):
    return origin[:4].lower() == "http"


def _first_byte(response):
    """Where what the server sends begins: "bytes 200-999/1000" says at 200."""
    import re

    said = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(said[1]) if said else None


def _copy(response, file, have, total):
    from .progress import Progbar

    bar = Progbar(total and -(-total // 1000), unit_name="kB")
    while chunk := response.read(CHUNK):
        file.write(chunk)
        have += len(chunk)
        bar.update(-(-have // 1000), None, False)
    if total in (None, have):
        bar.update(-(-have // 1000), None, True)


def _size(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def remove(path):
    if os.path.exists(path):
        os.remove(path)
