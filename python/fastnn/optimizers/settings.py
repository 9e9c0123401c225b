"""What all optimizers are told: the arguments that they share, checked."""

import inspect
import math
import numbers
import sys

from .._config import Configured
from .._names import snake_case, unknown
from ..changes import Watched, structure_changed
from .rate import Rate


class Settings(Configured, Watched):
    """Base of `Optimizer`, which documents the arguments."""

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **others,
    ):
        kind = type(self).__name__
        for other in others:
            raise unknown(f"{kind}'s arguments", other, self._arguments(), "no other")
        limits = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        self.weight_decay = self._number_or_none("weight_decay", weight_decay)
        for limit, value in limits.items():
            setattr(self, limit, self._number_or_none(limit, value))
        if sum(value is not None for value in limits.values()) > 1:
            raise ValueError(
                f"{kind}: clipnorm is {clipnorm}, clipvalue {clipvalue} and "
                f"global_clipnorm {global_clipnorm}; at most one of them may be given."
            )
        self.use_ema = bool(use_ema)
        self.ema_momentum = self._number("ema_momentum", ema_momentum, most=1)
        self.ema_overwrite_frequency = frequency = ema_overwrite_frequency
        whole = isinstance(frequency, numbers.Integral) and not isinstance(frequency, bool)
        if frequency is not None and not (whole and 1 <= frequency <= 2**53):
            raise ValueError(
                f"{kind}: ema_overwrite_frequency is {frequency!r}; a whole number from 1 on, or "
                "None is wanted."
            )
        if loss_scale_factor is not None:
            raise ValueError(
                f"{kind}: loss_scale_factor is {loss_scale_factor!r}; None is wanted: float32 and "
                "float64 need no scaling of the loss."
            )
        if gradient_accumulation_steps is not None:
            raise ValueError(
                f"{kind}: gradient_accumulation_steps is {gradient_accumulation_steps!r}; None is "
                "wanted. Take larger batches, or add up gradients and apply their mean."
            )
        self.loss_scale_factor = self.gradient_accumulation_steps = None
        if name is not None and not isinstance(name, str):
            raise TypeError(f"{kind}: name is {name!r}; a text is wanted.")
        self.name = name or snake_case(kind)
        self._rate = Rate(kind, learning_rate)

    def _config_value(self, name):
        return self._rate.given() if name == "learning_rate" else getattr(self, name)

    def __setattr__(self, name, value):
        # Watched takes what was None for not set yet; of these it is a setting.
        if name in self._MAY_BE_NONE and self.__dict__.get(name, value) is None is not value:
            structure_changed()
        super().__setattr__(name, value)

    _MAY_BE_NONE = frozenset(
        ("weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "ema_overwrite_frequency")
    )

    def _arguments(self):
        """The names of the arguments of its class and of those above."""
        kinds = [kind for kind in type(self).__mro__ if issubclass(kind, Settings)]
        every = [p for kind in kinds for p in inspect.signature(kind).parameters.values()]
        return list(dict.fromkeys(p.name for p in every if p.kind is p.POSITIONAL_OR_KEYWORD))

    def _number(self, name, value, below=math.inf, most=math.inf):
        """A float, 0 <= value < below and <= most."""
        fits = isinstance(value, numbers.Real) and 0 <= value <= min(most, sys.float_info.max)
        if not fits or value >= below:
            wanted = "a number >= 0"
            if below < math.inf:
                wanted = f"0 <= {name} < {below}"
            elif most < math.inf:
                wanted = f"0 <= {name} <= {most}"
            raise ValueError(f"{type(self).__name__}: {name} is {value!r}; {wanted} is wanted.")
        return float(value)

    def _number_or_none(self, name, value):
        return None if value is None else self._number(name, value)
