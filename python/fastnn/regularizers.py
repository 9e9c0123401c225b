"""Regularizers: functions of a weight, whose value training adds to the loss.

Dense(8, kernel_regularizer=L2(1e-4))
"""

from . import ops
from ._checks import as_factor
from ._config import Configured
from ._floatx import epsilon
from ._names import find
from .changes import Watched
from .saving.deserialization import deserializer
from .saving.serialization import serialize_keras_object as serialize
from .tensor import as_tensor


class Regularizer(Configured, Watched):
    """Base of the regularizers; itself it is 0. A subclass defines `__call__(x)`, which gives a
    tensor (), made of operations of fastnn.ops.

    >>> import fastnn
    >>> class Spread(fastnn.regularizers.Regularizer):
    ...     def __call__(self, x):
    ...         return fastnn.ops.max(x) - fastnn.ops.min(x)
    >>> Spread()(fastnn.Variable([1.0, 4.0])).item()
    3.0
    """

    def __call__(self, x):
        x = as_tensor(x, type(self).__name__)
        return ops.zeros((), x.dtype, x.device)


class L1L2(Regularizer):
    """l1 times the sum of the absolute values plus l2 times that of the squares.

    Args:
        l1, l2: numbers, at least 0; None is 0.

    Source: Zou and Hastie, Regularization and variable selection via the elastic net (JRSS B 67,
    2005).

    >>> import fastnn
    >>> fastnn.regularizers.L1L2(0.5, 0.25)([2.0, -4.0]).item()
    8.0
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = as_factor(0.0 if l1 is None else l1, type(self).__name__, "l1")
        self.l2 = as_factor(0.0 if l2 is None else l2, type(self).__name__, "l2")

    def __call__(self, x):
        x = as_tensor(x, type(self).__name__)
        terms = []
        if self.l1:
            terms.append(ops.sum(ops.absolute(x)) * self.l1)
        if self.l2:
            terms.append(ops.sum(ops.square(x)) * self.l2)
        return sum(terms[1:], terms[0]) if terms else ops.zeros((), x.dtype, x.device)


class L1(L1L2):
    """l1 times the sum of the absolute values, which makes many weights 0.

    Args:
        l1: a number, at least 0; None is 0.01.

    Source: Tibshirani, Regression shrinkage and selection via the lasso (JRSS B 58, 1996).

    >>> import fastnn
    >>> fastnn.regularizers.L1(0.5)([2.0, -4.0]).item()
    3.0
    """

    def __init__(self, l1=0.01):
        super().__init__(0.01 if l1 is None else l1)


class L2(L1L2):
    """l2 times the sum of the squares, which makes weights small.

    Args:
        l2: a number, at least 0; None is 0.01.

    Source: Krogh and Hertz, A simple weight decay can improve generalization (NIPS 1991).

    >>> import fastnn
    >>> fastnn.regularizers.L2(0.5)([2.0, -4.0]).item()
    10.0
    """

    def __init__(self, l2=0.01):
        super().__init__(0.0, 0.01 if l2 is None else l2)


class OrthogonalRegularizer(Regularizer):
    """factor times the mean of abs(cos) of the angles between the rows, or columns, of a matrix.

    Args:
        factor: a number, at least 0.
        mode: "rows" or "columns".

    Raises:
        ValueError: when called, if x has not 2 axes.

    Source: Brock, Lim, Ritchie and Weston, Neural Photo Editing with Introspective Adversarial
    Networks (ICLR 2017), section 3.3, as Keras has it.

    >>> import fastnn
    >>> w = [[3.0, 0.0], [3.0, 3.0]]  # the rows are 45 degrees apart
    >>> round(fastnn.regularizers.OrthogonalRegularizer(1.0)(w).item(), 4)
    0.7071
    """

    def __init__(self, factor=0.01, mode="rows"):
        self.factor = as_factor(factor, "OrthogonalRegularizer", "factor")
        if not isinstance(mode, str) or mode not in ("rows", "columns"):
            raise ValueError(
                f"OrthogonalRegularizer: mode is {mode!r}; 'rows' or 'columns' is wanted."
            )
        self.mode = mode

    def __call__(self, x):
        x = as_tensor(x, "OrthogonalRegularizer")
        if x.ndim != 2:
            raise ValueError(
                f"OrthogonalRegularizer: x has shape {x.shape}; a matrix is wanted. Reshape it."
            )
        rows = x if self.mode == "rows" else ops.transpose(x)
        n = len(rows)
        inverse = ops.rsqrt(ops.sum(ops.square(rows), axis=1, keepdims=True))
        rows = rows * ops.minimum(inverse, 1 / epsilon())
        others = 1 - _identity(n, x)
        total = ops.sum(ops.absolute(ops.matmul(rows, ops.transpose(rows)) * others))
        return total * (self.factor / max(1, n * (n - 1)))


def _identity(n, like):
    """A unit matrix, made by kernels: a recorded step takes no arrays of NumPy's."""
    places = ops.cumsum(ops.ones((n,), like.dtype, like.device)) - 1
    return ops.cast(ops.one_hot(ops.cast(places, "int32"), n), like.dtype)


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

KNOWN = {
    "l1": L1,
    "l2": L2,
    "l1_l2": L1L2,
    "orthogonal_regularizer": OrthogonalRegularizer,
}
KNOWN |= {kind.__name__: kind for kind in KNOWN.values()}

__all__ = ["Regularizer", "deserialize", "get", "serialize", *KNOWN]

KNOWN |= {"l1l2": L1L2}  # Keras's name for it where a name is given


def get(identifier):
    """A regularizer from its name (Keras's: "l2" or "L2"), its class, or the callable itself; None
    is None.

    Raises:
        ValueError: the name is unknown, or it is none of these.

    >>> import fastnn
    >>> fastnn.regularizers.get("l2").l2
    0.01
    """
    return None if identifier is None else find("regularizers", identifier, KNOWN)


deserialize = deserializer(get)
