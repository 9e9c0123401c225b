"""Symbolic tensors: a shape without values, as ``fastnn.Input`` gives, and what operations make of
them."""

import functools

from . import tape
from ._operators import Operators


class SymbolicTensor(Operators):
    """A tensor that is not computed yet. `shape` has None where the batch is; `producer` says what
    made it.

    >>> import fastnn
    >>> x = fastnn.Input((4,))
    >>> fastnn.ops.relu(x).shape
    (None, 4)
    """

    def __init__(self, shape, dtype, producer=None):
        self.shape = tuple(shape)
        self.dtype = dtype
        self.producer = producer  # (callable, arguments, keywords), or None for an Input

    @property
    def ndim(self):
        return len(self.shape)

    def __repr__(self):
        return f"<SymbolicTensor shape={self.shape} dtype={self.dtype}>"

    def _no_values(self, *_):
        raise TypeError(
            "a symbolic tensor (fastnn.Input) has no values; build a model and call it."
        )

    __array_ufunc__ = None  # NumPy's operators leave the work to ours
    __array__ = __float__ = __int__ = __bool__ = __len__ = numpy = item = _no_values

    __iter__ = None  # it has as many rows as the batch


def Input(shape, dtype=None, batch_size=None):
    """A symbolic tensor to build a model on.

    Args:
        shape: of one sample, without the batch axis.
        dtype: of the values; fastnn.config.floatx() if None.
        batch_size: fixed, or None for any.

    >>> import fastnn
    >>> fastnn.Input((28, 28)).shape
    (None, 28, 28)
    """
    from ._checks import as_dtype, as_shape

    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"Input: shape is {shape!r}; a tuple is wanted, such as (28, 28).")
    known = [n for n in (batch_size, *shape) if n is not None]
    if any(n < 0 for n in as_shape(known, "Input")):
        raise ValueError(f"Input: shape {shape} has a negative size.")
    return SymbolicTensor((batch_size, *shape), as_dtype(dtype, "Input"))


def is_symbolic(x):
    return isinstance(x, SymbolicTensor)


def infer(function, arguments, keywords):
    """The symbolic result of a call: run on zeros with batches of 2 and of 3, to see which axes
    vary."""
    from .ops import zeros
    from .tensor import Tensor

    def run(batch):
        def stand_in(x):
            if not is_symbolic(x):
                return x
            shape = tuple(batch if n is None else n for n in x.shape)
            return zeros(shape, x.dtype)

        with tape.no_grad():
            return function(
                *(stand_in(a) for a in arguments), **{k: stand_in(v) for k, v in keywords.items()}
            )

    two, three = run(2), run(3)
    if not isinstance(two, Tensor):
        name = getattr(function, "__name__", type(function).__name__)
        raise TypeError(f"{name}: gives a {type(two).__name__} for a symbolic tensor.")
    shape = tuple(m if m == n else None for m, n in zip(two.shape, three.shape, strict=True))
    return SymbolicTensor(shape, two.dtype, (function, arguments, keywords))


def operation(function):
    """Lets a function of tensors take symbolic ones as well."""

    @functools.wraps(function)
    def call(*arguments, **keywords):
        for x in (*arguments, *keywords.values()):
            if isinstance(x, SymbolicTensor):
                return infer(function, arguments, keywords)
        return function(*arguments, **keywords)

    return call
