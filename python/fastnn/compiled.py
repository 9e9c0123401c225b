"""fastnn.compile: a training step recorded once and replayed without Python.

Of a signature the first call runs plainly (layers and optimizer slots get built), the second is
recorded while it runs, from the third on the planned list of launches is replayed. A signature is
the shapes and dtypes of the arrays, every other argument, and the structure of the models: what may
change from step to step without a new recording are values, which live in arrays and variables.
"""

import functools
import gc
import inspect
import os
import threading
import types
import weakref
from collections import OrderedDict

from . import _core, changes, devices, tape
from ._checks import DTYPES
from ._forms import Leaf, flatten, refuse_arguments, refuse_results, restore
from .tensor import Tensor

PROGRAMS = 8  # of one function; the least recently used one goes
UNFIT = object()  # in place of a result, which may be None


class _Program:
    """A recorded program, with what a replay does besides: the form of the result, versions."""

    def __init__(self, program, result, written, graded, prepared):
        self.program = program
        self.result = result
        self.written = written
        self.prepared = prepared  # (prepare, n): see changes.before_replay
        self.graded = graded  # (variable, its .grad's array), to which backward() adds

    def current(self):
        """Whether every .grad that the step adds to is still where it was."""
        return all(v.grad is not None and v.grad.array is array for v, array in self.graded)

    def replay(self, arrays):
        """The step's result; UNFIT where the program does not fit: other shapes, more threads."""
        if self.graded and not self.current():
            return UNFIT
        for prepare, n in self.prepared:
            prepare(0, n)
        outputs = self.program.replay(arrays)
        if outputs is None:
            return UNFIT
        for variable in self.written:
            variable.version += 1
        return restore(self.result, outputs)


_functions = weakref.WeakSet()


def _unlock_all():
    """In a forked child: the thread that held a lock may be gone."""
    for function in list(_functions):
        function._lock = threading.RLock()


os.register_at_fork(after_in_child=_unlock_all)


class CompiledFunction:
    """What ``fastnn.compile`` gives: call it as the function."""

    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function = function
        self._name = f"fastnn.compile of {getattr(function, '__name__', 'a function')}"
        self._programs = OrderedDict()  # signature -> what its first call has written, a _Program
        self._last = None  # the last call's program, if all its arguments were arrays
        self._structure = changes.structure()
        self._slab = None
        self._lock = threading.RLock()
        self.restores = False  # whether variables are as before where a recording has failed
        _functions.add(self)

    def __get__(self, instance, owner=None):
        return self if instance is None else types.MethodType(self, instance)

    def __call__(self, *arguments, **keywords):
        if _core.inside():  # inside another compiled step: part of it
            return self.function(*arguments, **keywords)
        if not keywords:
            value = self.replay_last(
                tuple([a.array if type(a) is Tensor and a._node is None else a for a in arguments])
            )
            if value is not UNFIT:
                return value
        return self._find(arguments, keywords)

    def replay_last(self, arrays):
        """What the last program gives for a tuple of arrays; UNFIT where it is not for them. It
        compares shapes and dtypes itself; whoever gets UNFIT takes the long way."""
        last = self._last
        if last is None or self._structure != changes.structure() or not tape.enabled():
            return UNFIT
        return last.replay(arrays)

    def _find(self, arguments, keywords):
        refuse_arguments((arguments, keywords), self._name)
        arrays = []
        form = flatten((arguments, keywords), arrays)
        signature = (form, tuple((type(a), a.shape, a.dtype) for a in arrays), tape.enabled())
        try:
            hash(signature)
        except TypeError:
            raise TypeError(
                f"{self._name} was given an argument that is neither an array nor hashable. Pass "
                "arrays, tensors, numbers, strings, or lists and dicts of them."
            ) from None
        with self._lock:
            if self._structure != changes.structure():
                self._programs.clear()
                self._structure = changes.structure()
                self._last = None
            known = self._programs.get(signature)
            if isinstance(known, _Program) and not known.current():
                known = self._last = None
            if isinstance(known, _Program):
                self._programs.move_to_end(signature)
                flat = not keywords and all(isinstance(x, Leaf) for x in form[1][1:])
                simple = flat and len(arrays) == len(arguments) and tape.enabled()
                self._last = known if simple else None
        if isinstance(known, _Program):
            value = known.replay(tuple(arrays))
            if value is not UNFIT:
                return value
        with self._lock:
            if known is None:
                return self._run(signature, form, arrays)
            written = known.written if isinstance(known, _Program) else known
            return self._record(signature, form, arrays, written)

    def _remember(self, signature, program):
        self._programs[signature] = program
        self._programs.move_to_end(signature)
        while len(self._programs) > PROGRAMS:
            self._programs.popitem(last=False)

    def _call(self, form, arrays):
        """The result's form and its arrays, without their tape: the same at each call."""
        arguments, keywords = restore(form, arrays)
        try:
            value = self.function(*arguments, **keywords)
        finally:
            changes.run_ends()
        refuse_results(value, self._name)
        outputs = []
        return flatten(value, outputs), outputs

    def _run(self, signature, form, arrays):
        before = changes.structure()
        changes.begin()  # as a recording will: what it prepares gets its variables here
        try:
            result, outputs = _core.run_inside(lambda: self._call(form, arrays))
        finally:
            written, _, _ = changes.end()
        if changes.structure() == before:
            self._remember(signature, written)
        return restore(result, outputs)

    def _record(self, signature, form, arrays, written):
        device = devices.of(arrays[0]) if arrays else devices.cpu
        # Places of their own: arguments may lie in one another's memory, or in a variable's.
        arrays = [copied(array) for array in arrays]
        done = []  # the result's form and arrays, once the step has run

        def step():
            result, outputs = self._call(form, arrays)
            outputs = [_made_inside(array) for array in outputs]
            gc.collect(0)  # only what is returned may outlive the step
            done.extend((result, outputs))
            return outputs

        if self._slab is None:
            self._slab = _core.Slab(device.name)
        saved = _values_of(written) if self.restores else []
        # What the step makes stays in the youngest generation, which is quickly searched for
        # cycles: all of a large program's objects took 0.2 s.
        collecting = gc.isenabled()
        changes.begin()
        try:
            gc.disable()
            program = _core.record(device.name, arrays, step, self._slab)
        except BaseException as error:  # Ctrl-C as well
            for variable, value in saved:
                variable.assign(value)
            if isinstance(error, RuntimeError):
                # Of all other errors the recording is no cause.
                error.recording = str(error).startswith("fastnn.compile")
                if done and not self.restores:
                    error.args = (f"{error} (The step has run: what it changes is changed.)",)
            raise
        finally:
            if collecting:
                gc.enable()
            written, graded, prepared = changes.end()
        graded = [(v, v.grad.array) for v in graded if v.grad is not None]
        result, outputs = done
        self._remember(signature, _Program(program, result, written, graded, prepared))
        return restore(result, outputs)

    def programs(self):
        """The recorded programs; ``print(program.dump())`` shows launches, phases and memory."""
        return [p.program for p in self._programs.values() if isinstance(p, _Program)]


def _values_of(variables):
    """Copies to restore: of all, or where that were much memory, of the small ones: counters,
    metrics, moving averages, which are written before anything can fail."""
    many = sum(v.array.nbytes for v in variables) > 16 << 20
    return [(v, v.numpy()) for v in variables if not many or v.array.nbytes < 1 << 20]


def _made_inside(array):
    """The array, or a copy where it is an argument, or a view of memory from outside."""
    return array if _core.made_inside(array) else copied(array)


def copied(array):
    if array.dtype.name not in DTYPES:
        return array  # which the recorder refuses
    device = devices.of(array)
    copy = device.empty(array.shape, array.dtype.name)
    device.module.copy(copy, array)
    return copy


def compile(function):
    """Record a step and replay it: the same results, bit for bit, without Python in between.

    Use it on a function that takes a batch and does a whole training step. Arrays and tensors among
    its arguments may have new values at each call; anything else is part of the signature, and a
    new value means a new recording. Whatever else Python decides inside - a global, a closure, a
    random number - is decided once, when the step is recorded. Values cannot be read inside: return
    tensors and read them outside; they come without a tape. What NumPy writes into arrays inside
    the step is not recorded.

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
    kinds = inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction
    if any(is_kind(function) for is_kind in kinds):
        raise TypeError(
            f"fastnn.compile: {function!r} is a generator or async function; one that returns its "
            "results is wanted."
        )
    return CompiledFunction(function)
