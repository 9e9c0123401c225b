"""Adam."""

import numbers
import sys

from .. import ops
from .optimizer import Optimizer


class Adam(Optimizer):
    """Adam with Keras's numbers: epsilon outside the root, bias correction in the rate.

    Args:
        learning_rate: the step size.
        beta_1, beta_2: decay of the mean and of the mean square of the gradients.
        epsilon: added to the root of the mean square.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization (ICLR 2015).

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> adam = fastnn.optimizers.Adam(0.5)
    >>> adam.apply([fastnn.Tensor(w.numpy())], [w])
    >>> w.numpy().round(4)
    array([0.5], dtype=float32)
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate)
        for name, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not isinstance(beta, numbers.Real) or not 0 <= beta < 1:
                raise ValueError(f"Adam: {name} is {beta!r}; 0 <= {name} < 1 is wanted.")
        if not isinstance(epsilon, numbers.Real) or not 0 <= epsilon <= sys.float_info.max:
            raise ValueError(f"Adam: epsilon is {epsilon!r}; a number >= 0 is wanted.")
        self.beta_1, self.beta_2, self.epsilon = float(beta_1), float(beta_2), float(epsilon)

    def build(self, variables):
        super().build(variables)
        self.m = self.slots(variables, "m")
        self.v = self.slots(variables, "v")

    def step(self, positions, variables, grads):
        segments = [
            (w, self.m[i], self.v[i], g)
            for i, w, g in zip(positions, variables, grads, strict=True)
        ]
        ops.adam_update(
            segments, self._rate_variable, self.iterations, self.beta_1, self.beta_2, self.epsilon
        )
