"""What recorded steps must notice: changes of structure, writes to variables while recording, and
what Python does before each replay."""

import threading
import types

from . import _core

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
    """From here on collect the variables that this thread writes to, or whose .grad it adds to, and
    what it wants to be done before a replay."""
    _local.written, _local.graded, _local.prepared = {}, {}, {}


def end():
    """Stop collecting; the variables written, those with a .grad added to, and the pairs (prepare,
    n) of before_replay, since begin()."""
    collected = (
        list(_local.written.values()),
        list(_local.graded.values()),
        list(_local.prepared.items()),
    )
    _local.written = _local.graded = _local.prepared = None
    return collected


def at_end(function):
    """Call a function when the compiled step has run: what it drops does not outlive the step."""
    ends = getattr(_local, "ends", None)
    if ends is None:
        ends = _local.ends = []
    ends.append(function)


def run_ends():
    """Call what was given to at_end()."""
    ends, _local.ends = getattr(_local, "ends", None), None
    for function in ends or ():
        function()


def before_replay(prepare):
    """Run `prepare(0, 1)`, which writes variables that the step reads: a rate from its schedule.

    In a compiled function the i-th call for the same function runs `prepare(i, 1)`, unrecorded, and
    every replay begins with `prepare(0, n)`, n being how many calls there were.

    Returns:
        i, which is 0 outside: the variables of the i-th call must be its own.
    """
    prepared = getattr(_local, "prepared", None)
    if prepared is None:
        prepare(0, 1)
        return 0
    i = prepared.get(prepare, 0)
    prepared[prepare] = i + 1
    if _core.recording():
        _unrecorded(lambda: prepare(i, 1))
    else:
        prepare(i, 1)
    return i


def _unrecorded(function):
    """Run a function in a thread of its own: what is recorded is what one thread does."""
    from concurrent.futures import ThreadPoolExecutor

    from .devices import synchronize

    with ThreadPoolExecutor(1) as pool:
        # The other thread has a stream of its own on a GPU.
        pool.submit(lambda: (synchronize(), function(), synchronize())).result()


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


class Part:
    """What a layer keeps as an attribute beside layers and variables: a metric."""


_SETTINGS = (bool, int, float, str, types.FunctionType, types.BuiltinFunctionType)
