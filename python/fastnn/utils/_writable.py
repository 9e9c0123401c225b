"""Files that cannot be written: whose they are, and what to do."""

import contextlib


@contextlib.contextmanager
def explained(operation):
    """Let an OSError of what is done inside begin with the operation that wanted it."""
    try:
        yield
    except OSError as error:
        cure = "Give a path that can be written"
        if isinstance(error, FileNotFoundError):
            cure = "There is no such folder; make it first"
        text = f"{operation}: {error.strerror or error}. {cure}"
        raise type(error)(error.errno, text, error.filename) from None
