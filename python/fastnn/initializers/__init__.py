"""Initial values of weights, drawn by the library's own generator."""

import numpy as np

from .._names import find
from ..saving.deserialization import deserializer
from ..saving.serialization import serialize_keras_object as serialize
from ..tensor import Tensor
from .fixed import Constant, Given, Identity, Initializer, Ones, Zeros
from .random import Orthogonal, RandomNormal, RandomUniform, TruncatedNormal
from .scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
    fans,
)

constant, identity, ones, zeros = Constant, Identity, Ones, Zeros
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform
orthogonal, variance_scaling = Orthogonal, VarianceScaling
random_normal, random_uniform = RandomNormal, RandomUniform
truncated_normal = TruncatedNormal
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal

# Those whose values are a fresh tensor of the shape and dtype asked for.
DRAWN = frozenset(
    [
        *(GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform),
        *(VarianceScaling, RandomNormal, RandomUniform, TruncatedNormal),
    ]
)

_SMALL = """
constant glorot_normal glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform ones
orthogonal random_normal random_uniform truncated_normal variance_scaling zeros
""".split()
KNOWN = {name: globals()[name] for name in _SMALL}
_LARGE = {kind.__name__: kind for kind in KNOWN.values()}
_LARGE |= {"IdentityInitializer": Identity, "OrthogonalInitializer": Orthogonal}
__all__ = ["Initializer", "deserialize", "fans", "get", "serialize", *_SMALL, *_LARGE]
KNOWN |= {"normal": RandomNormal, "one": Ones, "uniform": RandomUniform, "zero": Zeros, **_LARGE}


def get(identifier):
    """An initializer from its name (Keras's: "he_normal" or "HeNormal"), its class, an array whose
    numbers it gives, or the callable itself.

    Raises:
        ValueError: the name is unknown, or it is none of these.

    >>> import fastnn
    >>> type(fastnn.initializers.get("zeros")).__name__
    'Zeros'
    """
    if isinstance(identifier, (np.ndarray, Tensor)):
        return Given(identifier)
    return find("initializers", identifier, KNOWN)


deserialize = deserializer(get)
