"""What all optimizers share: the rate, the step count, the slots, the limits of the gradients."""

import math
import numbers
import sys

import numpy as np

from .. import _core, ops
from .._checks import as_list, as_numbers
from ..changes import Watched, structure_changed
from ..tensor import Tensor, Variable, as_variable


class Optimizer(Watched):
    """Base of the optimizers: keeps the learning rate and the iteration count as variables.

    A subclass gives `build(variables)`, which makes its slots, and `step(positions, variables,
    grads)`, one kernel. The rate and the count live in arrays, because a number would be frozen
    into a recorded step.

    Args:
        learning_rate: the step size.
        weight_decay: each weight loses learning_rate * weight_decay of itself before a step.
        clipnorm: a gradient of a larger norm than this is scaled down to it.
        clipvalue: each element of a gradient is cut to -clipvalue .. clipvalue.
        global_clipnorm: the gradients are scaled down together so that their common norm is at
            most this. One of the three limits may be given; None and 0 are none.
        name: what it is called; the class's name in small letters by default.

    The gradients themselves are left as they are: limits and decay act within the step.
    """

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        name=None,
    ):
        limits = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        self.weight_decay = self._number_or_none("weight_decay", weight_decay)
        for limit, value in limits.items():
            setattr(self, limit, self._number_or_none(limit, value))
        if sum(value is not None for value in limits.values()) > 1:
            raise ValueError(
                f"{type(self).__name__}: clipnorm is {clipnorm}, clipvalue {clipvalue} and "
                f"global_clipnorm {global_clipnorm}; at most one of them may be given."
            )
        if name is not None and not isinstance(name, str):
            raise TypeError(f"{type(self).__name__}: name is {name!r}; a text is wanted.")
        self.name = name or type(self).__name__.lower()
        self._rate = self._checked(learning_rate)
        self._rate_variable = None
        self.iterations = None
        self.variables_built = None

    def __setattr__(self, name, value):
        # Watched takes what was None for not set yet; of these four it is a setting.
        if name in self._MAY_BE_NONE and self.__dict__.get(name, value) is None is not value:
            structure_changed()
        super().__setattr__(name, value)

    _MAY_BE_NONE = frozenset(("weight_decay", "clipnorm", "clipvalue", "global_clipnorm"))

    def _checked(self, rate):
        number = as_numbers(rate, f"{type(self).__name__}: learning_rate")
        if number.shape or not 0 <= number < math.inf:
            raise ValueError(
                f"{type(self).__name__}: learning_rate is {rate!r}; a number >= 0 is wanted."
            )
        return float(number)

    def _number(self, name, value, below=math.inf):
        """A float, 0 <= value < below."""
        fits = isinstance(value, numbers.Real) and 0 <= value <= sys.float_info.max
        if not fits or value >= below:
            wanted = f"0 <= {name} < {below}" if below < math.inf else "a number >= 0"
            raise ValueError(f"{type(self).__name__}: {name} is {value!r}; {wanted} is wanted.")
        return float(value)

    def _number_or_none(self, name, value):
        return None if value is None else self._number(name, value)

    @property
    def learning_rate(self):
        """The rate. Assigning a number takes effect at the next step, also in a compiled one."""
        return self._rate if self._rate_variable is None else self._rate_variable

    @learning_rate.setter
    def learning_rate(self, value):
        if _core.recording():
            raise RuntimeError(
                f"{type(self).__name__}: learning_rate is set inside a compiled step, where the "
                "number would stay what it is now. Set it between the steps."
            )
        self._rate = self._checked(value)
        if self._rate_variable is not None:
            self._rate_variable.assign(self._rate)

    def build(self, variables):
        device = variables[0].device
        self._rate_variable = Variable(
            np.array(self._rate), trainable=False, name="learning_rate", device=device
        )
        self.iterations = Variable(np.array(0), trainable=False, name="iterations", device=device)
        self.variables_built = list(variables)

    def slots(self, variables, name, value=0.0):
        """A variable of zeros, or of another number, for each of `variables`."""
        slots = []
        for v in variables:
            slot = Variable.empty(
                v.shape,
                v.dtype,
                trainable=False,
                name=f"{v.name or 'variable'}_{name}",
                device=v.device,
            )
            slot.device.module.fill(slot.array, (value,))
            slots.append(slot)
        return slots

    def apply(self, grads, variables):
        """One step: `grads` are tensors, one for each of `variables`, which must be the same each
        time."""
        name = type(self).__name__
        variables, grads = as_list(variables, name, "variables"), as_list(grads, name, "gradients")
        if len(grads) != len(variables):
            raise ValueError(f"{name}: {len(grads)} gradients came for {len(variables)} variables.")
        if not variables:
            return
        for v, g in zip(variables, grads, strict=True):
            as_variable(v, name, "one of the variables")
            if not isinstance(g, Tensor) or g.shape != v.shape:
                came = f"of shape {g.shape}" if isinstance(g, Tensor) else f"a {type(g).__name__}"
                raise ValueError(
                    f"{name}: the gradient of {v.name or 'a variable'} is {came}; a tensor of "
                    f"shape {v.shape} is wanted."
                )
        if self.variables_built is None:
            self.build(variables)
        self.step(self._positions(variables), variables, grads)

    def _positions(self, variables):
        if variables == self.variables_built:  # by identity: tensors define no equality
            return range(len(variables))
        known = {id(v): i for i, v in enumerate(self.variables_built)}
        try:
            return [known[id(v)] for v in variables]
        except KeyError:
            raise ValueError(
                f"{type(self).__name__}: a variable came that the first step did not have. Use a "
                "new optimizer after adding layers."
            ) from None

    def apply_gradients(self, grads_and_variables):
        """One step from pairs (gradient, variable)."""
        pairs = as_list(grads_and_variables, type(self).__name__, "pairs (gradient, variable)")
        self.apply([g for g, _ in pairs], [v for _, v in pairs])

    def before(self, grads):
        """What an update's kernel is to do before it: weight decay, and the limit of gradients."""
        limits = {"weight_decay": self.weight_decay or 0.0}
        if self.global_clipnorm:
            limits |= {"norm": ops.global_norm(grads), "clipnorm": self.global_clipnorm}
        elif self.clipnorm:
            limits |= {"norm": ops.norms(grads), "clipnorm": self.clipnorm}
        elif self.clipvalue:
            limits["clipvalue"] = self.clipvalue
        return limits

    def segments(self, positions, variables, slots, grads):
        """The tuples (variable, its slots, its gradient) that an update takes."""
        return [
            (w, *(slot[i] for slot in slots), g)
            for i, w, g in zip(positions, variables, grads, strict=True)
        ]

    def step(self, positions, variables, grads):
        """Update `variables`, whose slots are at `positions`, in place."""
        raise TypeError(f"{type(self).__name__} defines no step()")
