"""fastnn.compile: a training step recorded once and replayed without Python.

Of a signature the first call runs plainly (layers and optimizer slots get built), the second is
recorded while it runs, from the third on the planned list of launches is replayed. A signature is
the shapes and dtypes of the arrays, every other argument, and the structure of the models: what may
change from step to step without a new recording are values, which live in arrays and variables.
"""

import functools
import gc
import threading
from collections import OrderedDict

from . import _core, changes, devices
from .tensor import Argument, Tensor, Variable

PROGRAMS = 8  # of one function; the least recently used one goes
UNFIT = object()  # in place of a result, which may be None


class _Leaf:
    """Stands for the i-th array of a nested argument or result; `kind` is what the step sees."""

    __slots__ = ("index", "kind")

    def __init__(self, index, kind):
        self.index = index
        self.kind = kind  # Tensor, or Argument for what came as a plain array

    def __eq__(self, other):
        return isinstance(other, _Leaf) and (other.index, other.kind) == (self.index, self.kind)

    def __hash__(self):
        return hash((self.index, self.kind))


def _flatten(x, arrays):
    """`x` with its arrays moved to the list `arrays`, as something hashable."""
    if isinstance(x, Variable):
        return ("variable", Variable, x)  # as if closed over: it is written in place, never bound
    if isinstance(x, Tensor):
        arrays.append(x.array)
        return _Leaf(len(arrays) - 1, Tensor)
    if devices.of(x) is not None:
        arrays.append(x)
        return _Leaf(len(arrays) - 1, Argument)
    if isinstance(x, (list, tuple)):
        return (type(x), *(_flatten(item, arrays) for item in x))
    if isinstance(x, dict):
        return (dict, *((key, _flatten(value, arrays)) for key, value in x.items()))
    return ("value", type(x), x)  # with its type: 1, 1.0 and True are equal to Python


def _restore(x, arrays):
    if isinstance(x, _Leaf):
        return x.kind(arrays[x.index])
    kind = x[0]
    if kind == "value" or kind == "variable":
        return x[2]
    if kind is dict:
        return {key: _restore(value, arrays) for key, value in x[1:]}
    items = [_restore(item, arrays) for item in x[1:]]
    return kind(*items) if hasattr(kind, "_fields") else kind(items)  # a named tuple, or not


class _Program:
    """A recorded program, with what a replay does besides: the form of the result, versions."""

    def __init__(self, program, result, written):
        self.program = program
        self.result = result
        self.written = written

    def replay(self, arrays):
        """The step's result; UNFIT where the program does not fit: other shapes, more threads."""
        outputs = self.program.replay(arrays)
        if outputs is None:
            return UNFIT
        for variable in self.written:
            variable.version += 1
        return _restore(self.result, outputs)


class CompiledFunction:
    """What ``fastnn.compile`` gives: call it as the function."""

    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function = function
        self._programs = OrderedDict()  # signature -> "built" or a _Program
        self._last = None  # the last call's program, if all its arguments were arrays
        self._structure = changes.structure()
        self._slab = None
        self._lock = threading.RLock()

    def __call__(self, *arguments, **keywords):
        if _core.recording():  # inside another compiled step: part of it
            return self.function(*arguments, **keywords)
        last = self._last
        if last is not None and self._structure == changes.structure() and not keywords:
            # The program itself compares shapes and dtypes; anything else takes the long way.
            value = last.replay(tuple([a.array if type(a) is Tensor else a for a in arguments]))
            if value is not UNFIT:
                return value
        return self._find(arguments, keywords)

    def _find(self, arguments, keywords):
        arrays = []
        form = _flatten((arguments, keywords), arrays)
        signature = (form, tuple((type(a), a.shape, a.dtype) for a in arrays))
        try:
            hash(signature)
        except TypeError:
            raise TypeError(
                f"fastnn.compile: {getattr(self, '__name__', 'the step')} was given an argument "
                "that is neither an array nor hashable. Pass arrays, tensors, numbers, strings, "
                "or lists and dicts of them."
            ) from None
        with self._lock:
            if self._structure != changes.structure():
                self._programs.clear()
                self._structure = changes.structure()
                self._last = None
            known = self._programs.get(signature)
            if isinstance(known, _Program):
                self._programs.move_to_end(signature)
                flat = not keywords and all(isinstance(x, _Leaf) for x in form[1][1:])
                self._last = known if flat and len(arrays) == len(arguments) else None
        if isinstance(known, _Program):
            value = known.replay(tuple(arrays))
            if value is not UNFIT:
                return value
        return self._prepare(signature, known, form, arrays)

    def _prepare(self, signature, known, form, arrays):
        with self._lock:
            if known is None:
                call = _restore(form, arrays)  # (arguments, keywords)
                before = changes.structure()
                value = self.function(*call[0], **call[1])
                if changes.structure() == before:
                    self._remember(signature, "built")
                return value
            return self._record(signature, form, arrays)

    def _remember(self, signature, program):
        self._programs[signature] = program
        self._programs.move_to_end(signature)
        while len(self._programs) > PROGRAMS:
            self._programs.popitem(last=False)

    def _record(self, signature, form, arrays):
        device = devices.of(arrays[0]) if arrays else devices.cpu
        _core.begin_recording(device.name, arrays)
        changes.begin()
        try:
            call = _restore(form, arrays)
            value = self.function(*call[0], **call[1])
            del call
            outputs = []
            result = _flatten(value, outputs)
            del value  # and with it the tape: only what is returned may outlive the step
            gc.collect()
            if self._slab is None:
                self._slab = _core.Slab(device.name)
        except BaseException:
            _core.abort_recording()
            raise
        finally:
            written = changes.end()
        program = _core.end_recording(outputs, self._slab)
        self._remember(signature, _Program(program, result, written))
        return _restore(result, outputs)

    def programs(self):
        """The recorded programs; ``print(program.dump())`` shows launches, phases and memory."""
        return [p.program for p in self._programs.values() if isinstance(p, _Program)]


def compile(function):
    """Record a step and replay it: the same results, bit for bit, without Python in between.

    Use it on a function that takes a batch and does a whole training step. Arrays and tensors among
    its arguments may have new values at each call; anything else is part of the signature, and a
    new value means a new recording. Inside, values cannot be read: return tensors and read them
    outside. What NumPy writes into arrays inside the step is not recorded.

    Raises:
        RuntimeError: while recording, if the step reads a value, uses an array that NumPy made
            inside it, or keeps a tensor beyond its end; the error names the line.

    >>> import numpy as np, fastnn
    >>> w = fastnn.Variable(np.zeros(2, "float32"))
    >>> optimizer = fastnn.optimizers.Adam(0.1)
    >>> @fastnn.compile
    ... def step(x):
    ...     loss = fastnn.ops.mean_squared_error(w, x)
    ...     optimizer.apply(fastnn.gradients(loss, [w]), [w])
    ...     return loss
    >>> losses = [step(np.ones(2, "float32")).item() for _ in range(5)]
    >>> losses[0], losses[4] < losses[0]
    (1.0, True)
    """
    if not callable(function):
        raise TypeError(f"fastnn.compile: {function!r} came; a function is wanted.")
    return CompiledFunction(function)
