"""Activation functions by name."""

from . import ops
from ._names import configured, unknown
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
from .saving.deserialization import deserializer
from .saving.serialization import serialize_value as serialize


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


def glu(x, axis=-1):
    """Half of x, times the sigmoid of the other half: a gated linear unit (Dauphin et al. 2017).

    Args:
        x: float tensor or array, of an even size along `axis`.
        axis: which is halved.

    >>> import fastnn
    >>> fastnn.activations.glu([6.0, 0.0]).numpy()
    array([3.], dtype=float32)
    """
    x, gate = ops.split(x, 2, axis)
    return ops.multiply(x, ops.sigmoid(gate))


hard_swish, swish = hard_silu, silu

KNOWN = {
    function.__name__: function
    for function in (
        *(celu, elu, exponential, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh),
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

__all__ = ["FUSED", "KNOWN", "deserialize", "fused", "get", "hard_swish", "linear", "name_of"]
__all__ += ["serialize", "swish", "threshold", *KNOWN]


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


def name_of(function):
    """The name that `get` takes for a function, or None.

    >>> import fastnn
    >>> fastnn.activations.name_of(fastnn.ops.relu)
    'relu'
    """
    return next((name for name, known in KNOWN.items() if known is function), None)


def get(identifier):
    """An activation from its name, None (linear), a callable (a function of tensors, a layer), or
    what `serialize` has made of one.

    >>> import fastnn
    >>> fastnn.activations.get("relu") is fastnn.ops.relu
    True
    """
    if identifier is None:
        return linear
    if isinstance(identifier, type):
        raise ValueError(
            f"activation: the class {identifier.__name__} came; one of it is wanted: "
            f"{identifier.__name__}()."
        )
    if callable(identifier):
        return identifier
    if isinstance(identifier, str) and identifier in KNOWN:
        return KNOWN[identifier]
    if isinstance(identifier, (str, dict)) and callable(found := configured(identifier)):
        return found
    raise unknown("activation", identifier, KNOWN, "a callable")


deserialize = deserializer(get)
