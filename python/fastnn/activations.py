"""Activation functions by name."""

from . import ops
from ._names import unknown
from .ops import (
    celu,
    elu,
    exponential,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)


def linear(x):
    """x itself.

    >>> import fastnn
    >>> fastnn.activations.linear(1.0)
    1.0
    """
    return x


def gelu(x, approximate=False):
    """As ops.gelu, but exact by default, as Keras's activation is.

    >>> import fastnn
    >>> fastnn.activations.gelu([0.0, 10.0]).numpy()
    array([ 0., 10.], dtype=float32)
    """
    return ops.gelu(x, approximate)


hard_swish, swish = hard_silu, silu

KNOWN = {
    function.__name__: function
    for function in (
        *(celu, elu, exponential, gelu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh),
        *(leaky_relu, linear, log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu),
        *(soft_shrink, softmax, softplus, softsign, sparse_plus, sparse_sigmoid, squareplus),
        *(tanh, tanh_shrink),
    )
}
KNOWN |= {"swish": silu, "hard_swish": hard_silu}

# What ops.dense and convolutions do at the end of their own kernel: {function: its name there}.
FUSED = {linear: "none", relu: "relu", relu6: "relu6", sigmoid: "sigmoid", tanh: "tanh"}
FUSED |= {elu: "elu", selu: "selu", softplus: "softplus", softsign: "softsign"}
FUSED |= {hard_sigmoid: "hard_sigmoid", exponential: "exponential"}

__all__ = ["FUSED", "KNOWN", "fused", "get", "hard_swish", "linear", "swish", "threshold", *KNOWN]


def fused(function):
    """The name under which a product's kernel ends in this activation, or None.

    >>> import fastnn
    >>> fastnn.activations.fused(fastnn.activations.tanh)
    'tanh'
    """
    try:
        return FUSED.get(function)
    except TypeError:  # a callable that has no hash
        return None


def get(identifier):
    """An activation from its name, None (linear), or the callable itself.

    >>> import fastnn
    >>> fastnn.activations.get("relu") is fastnn.ops.relu
    True
    """
    if identifier is None:
        return linear
    if callable(identifier):
        return identifier
    if isinstance(identifier, str) and identifier in KNOWN:
        return KNOWN[identifier]
    raise unknown("activation", identifier, list(KNOWN), "a callable")
