"""What recorded steps must notice: changes of structure, and writes to variables while
recording."""

import threading

_structure = 0
_local = threading.local()


def structure_changed():
    """A layer, model or optimizer was changed: what was recorded is no longer what it would do."""
    global _structure
    _structure += 1


def structure():
    """How often a structure was changed so far."""
    return _structure


def begin():
    """From here on collect the variables that this thread writes to."""
    _local.written = {}


def end():
    """Stop collecting; the variables written since begin()."""
    written = list(_local.written.values())
    _local.written = None
    return written


def written(variable):
    """A variable's buffer has new contents: a tape that saved the old ones is no longer valid."""
    variable.version += 1
    collected = getattr(_local, "written", None)
    if collected is not None:
        collected[id(variable)] = variable
