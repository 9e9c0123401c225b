"""RMSprop."""

from .. import ops
from .optimizer import Optimizer


class RMSprop(Optimizer):
    """RMSprop with Keras's numbers: epsilon inside the root.

    Args:
        learning_rate: the step size.
        rho: decay of the mean square of the gradients.
        momentum: 0 .. 1, how much of a step the next one keeps.
        epsilon: added to the mean square, under the root.
        centered: whether the gradients' variance is used in place of their mean square.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: Tieleman and Hinton, lecture 6.5 of Neural Networks for Machine Learning (2012).

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> fastnn.optimizers.RMSprop(0.25, rho=0.75).apply([fastnn.Tensor(w.numpy().copy())], [w])
    >>> w.numpy().round(4)
    array([0.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.9,
        momentum=0.0,
        epsilon=1e-7,
        centered=False,
        *common,
        **named,
    ):
        super().__init__(learning_rate, *common, **named)
        self.rho = self._number("rho", rho, below=1)
        self.momentum = self._number("momentum", momentum)
        self.epsilon = self._number("epsilon", epsilon)
        self.centered = bool(centered)

    def make_slots(self, variables):
        self.square = self.add_optimizer_variables(variables, "square")
        self.velocity = (
            self.add_optimizer_variables(variables, "velocity") if self.momentum else None
        )
        self.mean = self.add_optimizer_variables(variables, "mean") if self.centered else None

    def step(self, positions, variables, grads):
        slots = [slot for slot in (self.square, self.velocity, self.mean) if slot is not None]
        ops.rmsprop_update(
            self.segments(positions, variables, slots, grads),
            self.learning_rate,
            self.iterations,
            self.rho,
            self.momentum,
            self.epsilon,
            self.mean is not None,
            **self.before(grads),
        )
