"""Ftrl."""

import math
import numbers

from .. import ops
from ..initializers import Constant
from .optimizer import Optimizer


class Ftrl(Optimizer):
    """Follow the regularized leader: rates of their own for each weight, and weights that are
    exactly 0 where l1 is large.

    With p = -learning_rate_power, n the sum of the squares of the gradients and n' that before:
    z += g + 2 shrinkage w - (n^p - n'^p) w / rate;
    w = (clip(z, -l1, l1) - z) / (n^p / rate + 2 l2 + beta / rate).

    Args:
        learning_rate: the step size.
        learning_rate_power: at most 0; how the rates fall with the sum of squares.
        initial_accumulator_value: where the sum of squares starts.
        l1_regularization_strength, l2_regularization_strength: l1 and l2.
        l2_shrinkage_regularization_strength: shrinkage, which acts on the gradient.
        beta: as in the paper.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: McMahan et al., Ad Click Prediction: a View from the Trenches (KDD 2013), algorithm 1.

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> ftrl = fastnn.optimizers.Ftrl(0.5, initial_accumulator_value=0)
    >>> ftrl.apply([fastnn.Tensor(w.numpy())], [w])
    >>> w.numpy()
    array([0.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        *common,
        **named,
    ):
        super().__init__(learning_rate, *common, **named)
        if not isinstance(learning_rate_power, numbers.Real) or not (
            -math.inf < learning_rate_power <= 0
        ):
            raise ValueError(
                f"Ftrl: learning_rate_power is {learning_rate_power!r}; a number <= 0 is wanted."
            )
        self.learning_rate_power = float(learning_rate_power)
        for name, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
            ("beta", beta),
        ):
            setattr(self, name, self._number(name, value))

    def make_slots(self, variables):
        self.n, self.z = self.add_optimizer_variables(
            variables, ("n", "z"), (Constant(self.initial_accumulator_value), "zeros")
        )

    def update_step(self, gradient, variable, learning_rate):
        i, power = self._get_variable_index(variable), -self.learning_rate_power
        n, z, w = self.n[i], self.z[i], variable
        l1, l2 = self.l1_regularization_strength, self.l2_regularization_strength
        shrunk = gradient + w * (2 * self.l2_shrinkage_regularization_strength)
        before = ops.power(n, power)
        n.assign(n + ops.square(gradient))
        after = ops.power(n, power)
        z.assign(z + shrunk - (after - before) / learning_rate * w)
        divisor = (after + self.beta) / learning_rate + 2 * l2
        w.assign((ops.clip(z, -l1, l1) - z) / divisor)
