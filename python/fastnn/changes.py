"""What recorded steps must notice: changes of structure, and writes to variables while
recording."""

import threading
import types

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
    """From here on collect the variables that this thread writes to, or whose .grad it adds to."""
    _local.written, _local.graded = {}, {}


def end():
    """Stop collecting; the variables written, and those with a .grad added to, since begin()."""
    both = list(_local.written.values()), list(_local.graded.values())
    _local.written = _local.graded = None
    return both


def graded(variable):
    """Something was added to a variable's .grad."""
    collected = getattr(_local, "graded", None)
    if collected is not None:
        collected[id(variable)] = variable


def written(variable):
    """A variable's buffer has new contents: a tape that saved the old ones is no longer valid."""
    variable.version += 1
    collected = getattr(_local, "written", None)
    if collected is not None:
        collected[id(variable)] = variable


class Watched:
    """Settings such as a rate are plain attributes, which recorded steps have frozen: giving one
    another value counts as a change of structure."""

    def __setattr__(self, name, value):
        old = self.__dict__.get(name)
        if old is not None and name[0] != "_" and isinstance(old, _SETTINGS) and name != "built":
            if type(old) is not type(value) or old != value:
                structure_changed()
        object.__setattr__(self, name, value)


_SETTINGS = (bool, int, float, str, types.FunctionType, types.BuiltinFunctionType)
