"""Every operation once more, the slow obvious way, in float64 or the wider type it is given.

A reference takes by name what it needs: inputs and settings as operations.def and settings.h call
them, of outputs `<output>_shape` or `<output>_dtype`. It returns the outputs in the contract's
order, what is updated in place included. `<operation>_magnitude` takes the same (and `eps`, the
kernel's precision) and returns a Size an output: what a bound on an element's error is proportional
to.
"""

import functools
import importlib
import inspect
import pkgutil
from typing import NamedTuple

import numpy as np


class Size(NamedTuple):
    """The operation on absolute values, and how many terms an element of it sums."""

    magnitude: object
    terms: int


EXACT = Size(0.0, 0)  # nothing is rounded: the kernel's result must equal the reference's


def apply(function, known):
    """Calls `function` with those of the known arguments that it names; always a tuple."""
    result = function(**{name: known[name] for name in inspect.signature(function).parameters})
    return result if type(result) is tuple else (result,)


@functools.cache
def functions():
    """Every function of the modules beside this one, by name."""
    found = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__:
                found[name] = function
    return found


def find(name):
    return functions()[name]


def positive(array):
    """|array| where there is one; longdouble stays longdouble."""
    return None if array is None else np.abs(array)
