"""Rates that follow half a period of a cosine."""

import math

from .schedule import LearningRateSchedule


def _wave(fraction):
    """From 1 to 0 as `fraction` goes from 0 to 1."""
    return 0.5 * (1 + math.cos(math.pi * fraction))


class CosineDecay(LearningRateSchedule):
    """Half a period of a cosine, from the rate down to alpha times it, perhaps after a warm-up.

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: how many steps the decay takes, after the warm-up.
        alpha: the share of the rate that is left at the end.
        name: what it is called.
        warmup_target: the rate at the end of the warm-up, where the decay begins; None is no
            warm-up.
        warmup_steps: how many steps the rate takes in a straight line to warmup_target.

    Source: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts (ICLR 2017),
    eq. 5, without restarts.

    >>> import fastnn
    >>> schedule = fastnn.optimizers.schedules.CosineDecay(
    ...     0.0, 10, warmup_target=1.0, warmup_steps=4)
    >>> [round(schedule(step), 3) for step in (0, 1, 4, 9, 14, 20)]
    [0.0, 0.25, 1.0, 0.5, 0.0, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        self._keep(
            ("decay_steps",),
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            alpha=alpha,
            warmup_steps=warmup_steps,
        )
        self.name, self.warmup_target = name, None
        if warmup_target is not None:
            self._keep(warmup_target=warmup_target)

    def __call__(self, step):
        step, start, top = (
            self._number(step),
            self.initial_learning_rate,
            self.initial_learning_rate,
        )
        if self.warmup_target is not None:
            top = self.warmup_target
            if step < self.warmup_steps:
                return float((top - start) * (step / self.warmup_steps) + start)
            step -= self.warmup_steps
        wave = _wave(min(step, self.decay_steps) / self.decay_steps)
        return float(top * ((1 - self.alpha) * wave + self.alpha))


class CosineDecayRestarts(LearningRateSchedule):
    """Half a period of a cosine, again and again, each time longer and perhaps lower.

    Args:
        initial_learning_rate: the rate of step 0.
        first_decay_steps: how many steps the first period takes.
        t_mul: how many times longer each period is than the one before, at least 1.
        m_mul: the rate that a period starts from, as a share of the one before.
        alpha: the share of the rate that is left at the end of a period.
        name: what it is called.

    Source: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts (ICLR 2017),
    eq. 5.

    >>> import fastnn
    >>> schedule = fastnn.optimizers.schedules.CosineDecayRestarts(1.0, 10, m_mul=0.5)
    >>> [round(schedule(step), 3) for step in (0, 5, 10, 20, 30)]  # periods of 10 and 20 steps
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(
        self,
        initial_learning_rate,
        first_decay_steps,
        t_mul=2.0,
        m_mul=1.0,
        alpha=0.0,
        name="SGDRDecay",
    ):
        self._keep(
            ("first_decay_steps",),
            initial_learning_rate=initial_learning_rate,
            first_decay_steps=first_decay_steps,
            t_mul=t_mul,
            m_mul=m_mul,
            alpha=alpha,
        )
        if t_mul < 1:
            raise ValueError(
                f"CosineDecayRestarts: t_mul is {t_mul!r}; a number >= 1 is wanted: shorter and "
                "shorter periods would come to an end."
            )
        self.name = name

    def __call__(self, step):
        period, fraction = self._period(self._number(step) / self.first_decay_steps)
        wave = self.m_mul**period * _wave(fraction)
        return float(self.initial_learning_rate * ((1 - self.alpha) * wave + self.alpha))

    def _period(self, time):
        """The number of the period, and how much of it has passed; `time` counts first periods."""
        growth = self.t_mul
        if growth == 1:
            return math.floor(time), time % 1
        period = math.floor(math.log(1 + time * (growth - 1)) / math.log(growth))

        def start(n):  # of period n: 1 + growth + .. + growth^(n - 1)
            return (growth**n - 1) / (growth - 1)

        if time >= start(period + 1):  # the logarithms were rounded just below a whole number
            period += 1
        return period, (time - start(period)) / growth**period
