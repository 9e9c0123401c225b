"""Rates that decay: exponentially, in inverse time, as a polynomial, piece by piece."""

import math

from ..._checks import as_list, as_number
from .schedule import LearningRateSchedule


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate decay_rate^(step / decay_steps).

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: after how many steps the rate has been multiplied by decay_rate.
        decay_rate: a factor.
        staircase: whether the exponent is rounded down.
        name: what it is called.

    >>> import fastnn
    >>> fastnn.optimizers.schedules.ExponentialDecay(0.5, 10, 0.25)(5)
    0.25
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="ExponentialDecay",
    ):
        self._keep(
            ("decay_steps",),
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            decay_rate=decay_rate,
        )
        self.staircase, self.name = bool(staircase), name

    def __call__(self, step):
        return float(self.initial_learning_rate * self.decay_rate ** self._turns(step))

    def _turns(self, step):
        turns = self._number(step) / self.decay_steps
        return math.floor(turns) if self.staircase else turns


class InverseTimeDecay(ExponentialDecay):
    """initial_learning_rate / (1 + decay_rate step / decay_steps).

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: the unit in which steps are counted.
        decay_rate: how much a unit adds to the divisor.
        staircase: whether only whole units count.
        name: what it is called.

    >>> import fastnn
    >>> fastnn.optimizers.schedules.InverseTimeDecay(0.5, 10, 1.0)(10)
    0.25
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="InverseTimeDecay",
    ):
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def __call__(self, step):
        return float(self.initial_learning_rate / (1 + self.decay_rate * self._turns(step)))


class PolynomialDecay(LearningRateSchedule):
    """From one rate to another: end + (initial - end) (1 - step / decay_steps)^power.

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: how many steps it takes.
        end_learning_rate: the rate from then on.
        power: 1 is a straight line.
        cycle: whether, instead of staying at the end, it starts again, stretched to the next
            multiple of decay_steps.
        name: what it is called.

    >>> import fastnn
    >>> fastnn.optimizers.schedules.PolynomialDecay(0.75, 10, 0.25)(5)
    0.5
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        self._keep(
            ("decay_steps",),
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            end_learning_rate=end_learning_rate,
            power=power,
        )
        self.cycle, self.name = bool(cycle), name

    def __call__(self, step):
        step, length = self._number(step), self.decay_steps
        if self.cycle:
            length *= max(1, math.ceil(step / length))
        rest = 1 - min(step, length) / length
        span = self.initial_learning_rate - self.end_learning_rate
        return float(span * rest**self.power + self.end_learning_rate)


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and with step boundaries[0], then values[1] up to boundaries[1], and so on.

    Args:
        boundaries: step numbers, increasing.
        values: rates, one more than there are boundaries.
        name: what it is called.

    >>> import fastnn
    >>> schedule = fastnn.optimizers.schedules.PiecewiseConstantDecay([10, 20], [0.5, 0.25, 0.125])
    >>> schedule(10), schedule(11), schedule(21)
    (0.5, 0.25, 0.125)
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        what = "PiecewiseConstantDecay"
        self.boundaries, self.values = (as_list(x, what, "numbers") for x in (boundaries, values))
        for x in (*self.boundaries, *self.values):
            as_number(x, what, "one of the boundaries or values")
        self.name = name
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"PiecewiseConstantDecay: {len(self.boundaries)} boundaries and "
                f"{len(self.values)} values came; one more value than boundaries is wanted."
            )
        if sorted(self.boundaries) != self.boundaries:
            raise ValueError(
                f"PiecewiseConstantDecay: boundaries are {boundaries!r}; increasing numbers are "
                "wanted."
            )

    def __call__(self, step):
        step = self._number(step)
        passed = sum(step > boundary for boundary in self.boundaries)
        return float(self.values[passed])
