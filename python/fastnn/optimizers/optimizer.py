"""What all optimizers share: the rate, the step count, the slots."""

import math

import numpy as np

from .. import _core
from .._checks import as_list, as_numbers
from ..changes import Watched
from ..tensor import Tensor, Variable, as_variable


class Optimizer(Watched):
    """Base of the optimizers: keeps the learning rate and the iteration count as variables.

    A subclass gives `build(variables)`, which makes its slots, and `step(variables, grads)`, one
    kernel. The rate and the count live in arrays, because a number would be frozen into a recorded
    step.
    """

    def __init__(self, learning_rate):
        self._rate = self._checked(learning_rate)
        self._rate_variable = None
        self.iterations = None
        self.variables_built = None

    def _checked(self, rate):
        number = as_numbers(rate, f"{type(self).__name__}: learning_rate")
        if number.shape or not 0 <= number < math.inf:
            raise ValueError(
                f"{type(self).__name__}: learning_rate is {rate!r}; a number >= 0 is wanted."
            )
        return float(number)

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

    def slots(self, variables, name):
        """A variable of zeros for each of `variables`."""
        slots = []
        for v in variables:
            slot = Variable.empty(
                v.shape,
                v.dtype,
                trainable=False,
                name=f"{v.name or 'variable'}_{name}",
                device=v.device,
            )
            slot.device.module.fill(slot.array, (0.0,))
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

    def step(self, positions, variables, grads):
        """Update `variables`, whose slots are at `positions`, in place."""
        raise TypeError(f"{type(self).__name__} defines no step()")
