"""Calls of the public functions with one argument wrong, each in turn.

    python tests/bad_calls.py

prints a line of JSON before and after each call, so that test_bad_calls.py can tell which call
killed this process. Memory is limited, so that an array of 8 GB is refused on every machine.
"""

import json
import resource
import sys

import fastnn
import numpy as np
from calls import all_calls
from fastnn import Variable

MEMORY = 4 << 30
EXPECTED = (TypeError, ValueError, IndexError, MemoryError)


class Liar:
    """Says that it is an array, and has none."""

    def __array__(self, dtype=None, copy=None):
        return "no array"

    def __dlpack__(self, **arguments):
        return "no capsule"

    def __dlpack_device__(self):
        return (1, 0)


class Index:
    """An integer that cannot make up its mind."""

    def __index__(self):
        raise TypeError("no integer today")


def wrong_values():
    values = [None, "text", b"bytes", "", [], {}, (), [None], ["a"], [[1], [1, 2]], object()]
    values += [Liar(), Index(), -1, 2**31, 2**63, 2**70, 10**400, -(2**63), 1.5, float("nan"), 1j]
    values += [(2**31, 2**31), (2**62, 4), (2**63,), (-1,), (1.5,), ("a",), (None,), (1,) * 9]
    values += [np.ones(3, t) for t in ("float16", "complex64", "U3", "datetime64[s]", ">f4")]
    values += [np.ones((2, 3), "int64"), np.ones((0,), "float32"), np.ones((3, 4), "float32")[::2]]
    values += [np.full(3, None), np.ones((2, 3)), Variable([1.0, 2.0]), len, int]
    return values


def wrong_instead_of(good):
    yield from wrong_values()
    if isinstance(good, np.ndarray):
        yield np.broadcast_to(np.float32(1), (2**40,))


def label(value):
    if isinstance(value, np.ndarray):
        return f"array {value.dtype} {value.shape}"
    text = type(value).__name__ if isinstance(value, (Liar, Index, Variable)) else repr(value)
    return text if len(text) < 60 else text[:20] + ".."


def calls():
    for name, make in all_calls().items():
        function, right = make()
        yield f"{name}: right", function, right
        for argument, good in right.items():
            for value in wrong_instead_of(good):
                function, arguments = make()
                yield f"{name}: {argument}={label(value)}", function, arguments | {argument: value}


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    fastnn.set_num_threads(1)
    for what, function, arguments in calls():
        print(json.dumps({"call": what}), flush=True)
        try:
            function(**arguments)
            outcome = {"error": None}
        except Exception as error:
            kinds = [k.__name__ for k in EXPECTED if isinstance(error, k)]
            outcome = {"error": (kinds or [type(error).__name__])[0], "text": str(error)}
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    sys.exit(main())
