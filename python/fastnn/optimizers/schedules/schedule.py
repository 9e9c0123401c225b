"""What all schedules are: functions of the step count."""

import math
import numbers
import sys

from ..._checks import as_numbers
from ..._config import Configured


class LearningRateSchedule(Configured):
    """Base of the schedules. A subclass defines `__call__(step)`, which gives the rate of the step
    of that number, from 0.

    >>> import fastnn
    >>> class Halving(fastnn.optimizers.schedules.LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.5**step
    >>> optimizer = fastnn.optimizers.SGD(Halving())
    >>> w = fastnn.Variable([0.0])
    >>> for _ in range(3):
    ...     optimizer.apply([fastnn.Tensor(fastnn.ops.ones((1,)).numpy())], [w])
    >>> w.numpy()
    array([-1.75], dtype=float32)
    """

    def __call__(self, step):
        raise TypeError(f"{type(self).__name__} defines no __call__(step)")

    def _number(self, step):
        """The step count as a float."""
        if type(step) is int and 0 <= step <= 2**53:
            return float(step)
        number = as_numbers(step, f"{type(self).__name__}: step")
        if number.shape or not 0 <= number < math.inf:
            raise ValueError(f"{type(self).__name__}: step is {step!r}; a number >= 0 is wanted.")
        return float(number)

    def _keep(self, positive=(), **given):
        """Make numbers its attributes: finite ones, some of them above 0."""
        for name, value in given.items():
            fine = isinstance(value, numbers.Real) and not isinstance(value, bool)
            if (
                not fine
                or not abs(value) <= sys.float_info.max
                or (name in positive and value <= 0)
            ):
                wanted = "a number > 0" if name in positive else "a finite number"
                raise ValueError(f"{type(self).__name__}: {name} is {value!r}; {wanted} is wanted.")
            setattr(self, name, value)
