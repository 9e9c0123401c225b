"""Writing to what may be a terminal, a notebook, a file, or nothing."""

import os
import sys

# For a terminal that knows no more than ASCII.
_PLAIN = str.maketrans("━─┃│…┏┳┓┡╇┩├┼┤└┴┘", "=-||~++++++++++++")


def is_terminal():
    return bool(getattr(sys.stdout, "isatty", bool)())


def is_notebook():
    return "ipykernel" in sys.modules


def columns(default):
    """How many characters go into a line."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or default
    except (AttributeError, OSError, ValueError):
        return default


def write(text):
    """Write text at once. What the encoding lacks is written otherwise: a line is no reason to lose
    a day of training."""
    out = sys.stdout
    if out is None:
        return  # a service has none
    encoding = getattr(out, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    out.write(text)
    out.flush()
