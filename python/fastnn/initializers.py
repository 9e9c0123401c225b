"""Initial values of weights, drawn by the library's own generator."""

import math

from . import ops
from ._checks import as_shape
from .tensor import Variable
from .utils import draw_seed


def fans(shape):
    """(fan in, fan out) of a weight: receptive field times channels, as Keras counts them."""
    if len(shape) < 2:
        n = shape[0] if shape else 1
        return n, n
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


class GlorotUniform:
    """Uniform in [-limit, limit), limit = sqrt(6 / (fan in + fan out)).

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
    networks (AISTATS 2010), eq. 16.

    >>> import fastnn
    >>> w = fastnn.initializers.GlorotUniform(seed=1)((4, 2))
    >>> bool(abs(w.numpy()).max() <= 1)
    True
    """

    def __init__(self, seed=None):
        self.seed = seed

    def __call__(self, shape, dtype="float32", device=None):
        shape = as_shape(shape, "GlorotUniform")
        seed, stream = draw_seed(self.seed)
        limit = math.sqrt(6.0 / max(1, sum(fans(shape))))
        state = Variable([seed, 0], dtype="int64", device=device)
        return ops.uniform(shape, state, -limit, limit, stream, dtype)


class Zeros:
    """Zeros.

    >>> import fastnn
    >>> fastnn.initializers.Zeros()((2,)).numpy()
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape, dtype="float32", device=None):
        return ops.zeros(shape, dtype, device)


_NAMES = {"glorot_uniform": GlorotUniform, "zeros": Zeros}


def get(identifier):
    """An initializer from its name, or the callable itself.

    >>> import fastnn
    >>> type(fastnn.initializers.get("zeros")).__name__
    'Zeros'
    """
    if callable(identifier):
        return identifier
    if isinstance(identifier, str) and identifier in _NAMES:
        return _NAMES[identifier]()
    raise ValueError(
        f"initializers: {identifier!r} is unknown; {', '.join(map(repr, _NAMES))} or a callable "
        "is wanted."
    )
