"""Lion."""

from .. import ops
from .optimizer import Optimizer


class Lion(Optimizer):
    """Steps of one size, in the direction of the signs of a mean of the gradients.

    w -= rate sign(beta_1 m + (1 - beta_1) g);  m = beta_2 m + (1 - beta_2) g.

    Args:
        learning_rate: the step size; a third to a tenth of Adam's is usual.
        beta_1: share of the mean in the direction, above 0.
        beta_2: decay of the mean of the gradients.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: Chen et al., Symbolic Discovery of Optimization Algorithms (NeurIPS 2023), algorithm 2.

    >>> import fastnn
    >>> w = fastnn.Variable([1.0, -3.0])
    >>> fastnn.optimizers.Lion(0.25).apply([fastnn.Tensor(w.numpy())], [w])
    >>> w.numpy()
    array([ 0.75, -2.75], dtype=float32)
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99, *common, **named):
        super().__init__(learning_rate, *common, **named)
        self.beta_1 = self._number("beta_1", beta_1, most=1)
        self.beta_2 = self._number("beta_2", beta_2, most=1)
        if self.beta_1 == 0:
            raise ValueError(
                "Lion: beta_1 is 0, which leaves the signs of the single gradients; a number > 0 "
                "is wanted."
            )

    def make_slots(self, variables):
        self.m = self.add_optimizer_variables(variables, "m")

    def update_step(self, gradient, variable, learning_rate):
        m = self.m[self._get_variable_index(variable)]
        direction = ops.sign(m * self.beta_1 + gradient * (1 - self.beta_1))
        variable.assign(variable - learning_rate * direction)
        m.assign(m * self.beta_2 + gradient * (1 - self.beta_2))
