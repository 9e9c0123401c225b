"""Optimizers: state, and one fused kernel a step, or a few operations a weight."""

from .._names import configured, unknown
from ..saving.deserialization import deserializer
from ..saving.serialization import serialize_keras_object as serialize
from . import schedules
from .adagrad import Adadelta, Adagrad
from .adam import Adam, AdamW
from .ftrl import Ftrl
from .lion import Lion
from .moments import Adamax, Lamb, Nadam
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

KNOWN = {
    kind.__name__.lower(): kind
    for kind in (SGD, RMSprop, Adam, AdamW, Adagrad, Adadelta, Adamax, Nadam, Lion, Ftrl, Lamb)
}


def get(identifier):
    """An optimizer with its default numbers from its name, whose case does not matter, one of what
    `serialize` has made of it, or the optimizer itself.

    Raises:
        ValueError: the name is unknown, or it is neither; of a class an optimizer must be made.

    >>> import fastnn
    >>> type(fastnn.optimizers.get("rmsprop")).__name__
    'RMSprop'
    """
    if isinstance(identifier, dict):
        name = identifier.get("class_name")  # whose case does not matter
        kind = KNOWN.get(name.lower()) if isinstance(name, str) else None
        identifier = configured(identifier | ({"class_name": kind.__name__} if kind else {}))
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in KNOWN:
        return KNOWN[identifier.lower()]()
    raise unknown("optimizers", identifier, list(KNOWN), "an optimizer, such as Adam(0.001),")


deserialize = deserializer(get)
