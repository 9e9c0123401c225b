"""The learning rate of an optimizer, as variables that its updates read."""

import math

import numpy as np

from .. import _core, changes
from .._checks import as_numbers
from ..variable import Variable
from .schedules import LearningRateSchedule


class Rate:
    """A number, which may be changed; or a schedule, or a function without arguments.

    Updates read a variable, because a number would be frozen into a recorded step. What a schedule
    says is written into it before each step and before each replay, with a variable for each time
    that a recorded step applies the optimizer.
    """

    def __init__(self, owner, rate):
        self.owner = owner  # the optimizer's kind, which errors name
        self.number = self.schedule = None
        self.variables = []
        self.iterations = None
        self.set(rate)

    def set(self, rate):
        """Take another number, schedule or function."""
        if callable(rate) and not isinstance(rate, type):
            self.schedule = rate
            if self.variables:  # else no recorded step has it
                changes.structure_changed()
        elif self.schedule is not None:
            raise TypeError(
                f"{self.owner}: learning_rate is set to {rate!r}, but it follows "
                f"{type(self.schedule).__name__}, which would overwrite the number at the next "
                "step. Assign another schedule, or make the optimizer with a number."
            )
        else:
            self.number = self._checked(rate)
            for variable in self.variables:
                variable.assign(self.number)

    def given(self):
        """The schedule or function, or the number that it is now."""
        if self.schedule is not None:
            return self.schedule
        return self.variables[0].item() if self.variables else self.number

    def start(self, iterations):
        """Make the variable; `iterations` is that of the step count."""
        self.iterations = iterations
        self.variables = [self._variable()]

    def current(self):
        """The number while there is no variable, or the variable."""
        if not self.variables:
            return self.number if self.schedule is None else self._at(0)
        if self.schedule is not None:
            if _core.recording():
                raise RuntimeError(
                    f"{self.owner}: learning_rate is read inside a compiled step, but it follows a "
                    "schedule, which is asked before the step. Read it between the steps."
                )
            self.prepare(0, 1)
        return self.variables[0]

    def of_next_step(self):
        """The variable that holds the rate of the step which begins now."""
        if self.schedule is None:
            return self.variables[0]
        return self.variables[changes.before_replay(self.prepare)]

    def prepare(self, first, count):
        """Write the rates of the next `count` steps, into the variables from `first` on."""
        step = self.iterations.item()
        while len(self.variables) < first + count:
            self.variables.append(self._variable())
        for i in range(count):
            self.variables[first + i].assign(self._at(step + i))

    def _variable(self):
        value = np.array(self.number or 0.0)
        return Variable(value, trainable=False, name="learning_rate", device=self.iterations.device)

    def _at(self, step):
        """What the schedule says."""
        if isinstance(self.schedule, LearningRateSchedule):
            return self._checked(self.schedule(step))
        return self._checked(self.schedule())

    def _checked(self, rate):
        if type(rate) is float and 0 <= rate < math.inf:  # before each replay; below it takes 4 us
            return rate
        number = as_numbers(rate, f"{self.owner}: learning_rate")
        if number.shape or not 0 <= number < math.inf:
            raise ValueError(f"{self.owner}: learning_rate is {rate!r}; a number >= 0 is wanted.")
        return float(number)
