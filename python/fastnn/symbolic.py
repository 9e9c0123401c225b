"""Symbolic tensors: a shape without values, as ``fastnn.Input`` gives, and what operations make of
them: the graph that a functional model runs."""

import functools
import itertools
import re

from . import _nest, tape
from ._operators import Operators

_serials = itertools.count()


class SymbolicTensor(Operators):
    """A tensor that is not computed yet. `shape` has None where the batch is; `node` is the call
    that makes it, `index` says which of its results it is.

    >>> import fastnn
    >>> x = fastnn.Input((4,))
    >>> fastnn.ops.relu(x).shape
    (None, 4)
    """

    def __init__(self, shape, dtype, name=None):
        self.shape = tuple(shape)
        self.dtype = dtype
        self.name = name
        self.node, self.index = None, 0

    @property
    def ndim(self):
        return len(self.shape)

    def __repr__(self):
        name = f" name={self.name}" if self.name else ""
        return f"<SymbolicTensor shape={self.shape} dtype={self.dtype}{name}>"

    def _no_values(self, *_, **__):
        raise TypeError(
            "a symbolic tensor (fastnn.Input) has no values; build a model and call it."
        )

    __array_ufunc__ = None  # NumPy's operators leave the work to ours
    __array__ = __float__ = __int__ = __bool__ = __len__ = numpy = item = _no_values

    __iter__ = None  # it has as many rows as the batch


class Node:
    """A call that was made with symbolic tensors, of a layer or of an Operation."""

    __slots__ = ("arguments", "index", "inputs", "keywords", "operation", "outputs", "serial")

    def __init__(self, operation, arguments, keywords, outputs):
        self.serial = next(_serials)  # a node comes after those that it needs
        self.operation = operation
        self.arguments = arguments
        self.keywords = keywords
        self.inputs = [x for x in _nest.flatten((arguments, keywords)) if is_symbolic(x)]
        self.outputs = _nest.flatten(outputs)
        self.index = len(operation.nodes)
        operation.nodes.append(self)
        for i, tensor in enumerate(self.outputs):
            tensor.node, tensor.index = self, i
            if tensor.name is None:
                tensor.name = operation.name


_KINDS = {"exponential": "exp", "getitem": "get_item"}  # Keras's names of them


class Operation:
    """A function of tensors that stands in a graph among layers."""

    built, trainable, weights = True, True, ()

    def __init__(self, function, arguments, name=None):
        from .layers.layer import default_name

        self.function = function
        kind = function.__name__.strip("_")
        if kind in ("unary", "binary", "compare"):  # of many functions, by name
            kind = next((a for a in arguments if isinstance(a, str)), kind)
        kind = _KINDS.get(kind, kind)
        self.kind = re.sub(r"(?:^|_)(\w)", lambda m: m[1].upper(), kind)
        self.name = name or default_name(self.kind)
        self.nodes = []

    def __call__(self, *arguments, **keywords):
        return self.function(*arguments, **keywords)

    def output_shapes(self):
        return shapes_of(self.nodes)

    def count_params(self):
        return 0


def shapes_of(nodes):
    """The shapes of what some calls give, each once."""
    return list(dict.fromkeys(x.shape for node in nodes for x in node.outputs))


def is_symbolic(x):
    return isinstance(x, SymbolicTensor)


def any_symbolic(*nests):
    """Whether a symbolic tensor is among the leaves."""
    for x in nests:
        if isinstance(x, SymbolicTensor):
            return True
        if isinstance(x, (list, tuple)):
            if any_symbolic(*x):
                return True
        elif isinstance(x, dict) and any_symbolic(*x.values()):
            return True
    return False


def infer(function, arguments, keywords):
    """The symbolic results of a call, without a node: it runs on zeros with batches of 2 and of 3,
    to see which axes vary."""
    from .ops import zeros
    from .tensor import Tensor

    def run(batch):
        def stand_in(x):
            if not is_symbolic(x):
                return x
            return zeros(tuple(batch if n is None else n for n in x.shape), x.dtype)

        try:
            with tape.no_grad():
                return function(*_nest.map(stand_in, arguments), **_nest.map(stand_in, keywords))
        except ValueError as error:
            error.args = (f"{error} ({batch} stands for the None of a symbolic tensor's shape.)",)
            raise

    def merge(two, three):
        if not isinstance(two, Tensor):
            name = getattr(function, "__name__", None) or getattr(function, "name", function)
            raise TypeError(f"{name}: gives a {type(two).__name__} for a symbolic tensor.")
        shape = tuple(m if m == n else None for m, n in zip(two.shape, three.shape, strict=True))
        return SymbolicTensor(shape, two.dtype)

    two, three = run(2), run(3)
    pairs = zip(_nest.flatten(two), _nest.flatten(three), strict=True)
    return _nest.pack(two, [merge(a, b) for a, b in pairs])


def call(function, arguments, keywords, inferred=None, name=None):
    """What a function of tensors gives for symbolic ones; a graph can run it later."""
    outputs = infer(function, arguments, keywords) if inferred is None else inferred
    Node(Operation(function, arguments, name), arguments, keywords, outputs)
    return outputs


def operation(function):
    """Lets a function of tensors take symbolic ones as well."""

    @functools.wraps(function)
    def wrapped(*arguments, **keywords):
        for x in (*arguments, *keywords.values()):
            if isinstance(x, SymbolicTensor):
                return call(function, arguments, keywords)
        return function(*arguments, **keywords)

    return wrapped
