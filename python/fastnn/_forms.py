"""Nests of arrays: what a compiled step is given and returns, taken apart and put together."""

import collections

import numpy as np

from . import devices
from .tensor import Argument, Tensor
from .variable import Variable


class Leaf:
    """Stands for the i-th array of a nest; `kind` is what the step sees."""

    __slots__ = ("index", "kind")

    def __init__(self, index, kind):
        self.index = index
        self.kind = kind  # Tensor, or Argument for what came as a plain array

    def __eq__(self, other):
        return isinstance(other, Leaf) and (other.index, other.kind) == (self.index, self.kind)

    def __hash__(self):
        return hash((self.index, self.kind))


def flatten(x, arrays):
    """`x` with its arrays moved to the list `arrays`, as something hashable."""
    if isinstance(x, Variable):
        return ("variable", Variable, x)  # as if closed over: it is written in place, never bound
    if isinstance(x, Tensor):
        arrays.append(x.array)
        return Leaf(len(arrays) - 1, Tensor)
    if devices.of(x) is not None:
        arrays.append(as_bound(x))
        return Leaf(len(arrays) - 1, Argument)
    if isinstance(x, (list, tuple)):
        return (type(x), *(flatten(item, arrays) for item in x))
    if isinstance(x, dict):
        kind = collections.OrderedDict if isinstance(x, collections.OrderedDict) else dict
        return (kind, *((key, flatten(value, arrays)) for key, value in x.items()))
    return ("value", type(x), x)  # with its type: 1, 1.0 and True are equal to Python


def restore(x, arrays):
    if isinstance(x, Leaf):
        return x.kind(arrays[x.index])
    kind = x[0]
    if kind == "value" or kind == "variable":
        return x[2]
    if issubclass(kind, dict):
        return kind((key, restore(value, arrays)) for key, value in x[1:])
    items = [restore(item, arrays) for item in x[1:]]
    return kind(*items) if hasattr(kind, "_fields") else kind(items)  # a named tuple, or not


# To the next type that kernels take and that holds all of its numbers.
_WIDER = {
    "b1": "uint8",
    "f2": "float32",
    "i1": "int32",
    "i2": "int32",
    "u2": "int32",
    "u4": "int64",
}


def as_bound(array):
    """A plain array as a program binds it: contiguous, in the machine's byte order."""
    if not isinstance(array, np.ndarray):
        return array
    flags, dtype = array.flags, array.dtype
    wider = _WIDER.get(dtype.str[1:])
    if wider is None and dtype.isnative and flags.c_contiguous and flags.aligned:
        return array
    return np.array(array, wider or dtype.newbyteorder("="), order="C")


def refuse_arguments(x, name):
    """A tensor that was computed from variables: its tape would end at the step's border."""
    if isinstance(x, Tensor):
        if x._node is not None:
            raise ValueError(
                f"{name}: an argument of shape {x.shape} was computed from variables, and a "
                "compiled function keeps no tape beyond its border. Compute it inside, or pass "
                "tensor.detach()."
            )
    elif isinstance(x, (list, tuple)):
        for item in x:
            refuse_arguments(item, name)
    elif isinstance(x, dict):
        for item in x.values():
            refuse_arguments(item, name)


def refuse_results(x, name):
    """What a replay could not give again."""
    if isinstance(x, dict):
        x = tuple(x.values())
    if isinstance(x, (list, tuple)):
        for item in x:
            refuse_results(item, name)
    elif hasattr(x, "__next__") or hasattr(x, "__await__") or isinstance(x, (set, frozenset)):
        raise TypeError(
            f"{name}: the step returned a {type(x).__name__}; tensors, numbers, strings, None, "
            "and tuples, lists and dicts of them are wanted."
        )
