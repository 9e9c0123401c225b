"""Optimizers: state, and one fused kernel a step."""

from .adagrad import Adadelta, Adagrad
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "get"]

_NAMES = {kind.__name__.lower(): kind for kind in (SGD, RMSprop, Adam, AdamW, Adagrad, Adadelta)}


def get(identifier):
    """An optimizer with its default numbers from its name, whose case does not matter, or the
    optimizer itself.

    >>> import fastnn
    >>> type(fastnn.optimizers.get("rmsprop")).__name__
    'RMSprop'
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in _NAMES:
        return _NAMES[identifier.lower()]()
    raise ValueError(
        f"optimizers: {identifier!r} is unknown; {', '.join(map(repr, _NAMES))} or an optimizer is "
        "wanted."
    )
