"""Gradient descent."""

from .. import ops
from .optimizer import Optimizer


class SGD(Optimizer):
    """Gradient descent, with or without momentum; the rate is inside of the momentum, as in Keras.

    Args:
        learning_rate: the step size.
        momentum: 0 .. 1, how much of a step the next one keeps.
        nesterov: whether the gradient counts as if the momentum had been applied already.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in
    deep learning (ICML 2013).

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> fastnn.optimizers.SGD(0.25).apply([fastnn.Tensor(w.numpy().copy())], [w])
    >>> w.numpy()
    array([0.75], dtype=float32)
    """

    def __init__(
        self,
        learning_rate=0.01,
        momentum=0.0,
        nesterov=False,
        *common,
        **named,
    ):
        super().__init__(learning_rate, *common, **named)
        self.momentum = self._number("momentum", momentum)
        if self.momentum > 1:
            raise ValueError(f"SGD: momentum is {momentum!r}; 0 <= momentum <= 1 is wanted.")
        self.nesterov = bool(nesterov)

    def make_slots(self, variables):
        self.velocity = (
            self.add_optimizer_variables(variables, "velocity") if self.momentum else None
        )

    def step(self, positions, variables, grads):
        slots = () if self.velocity is None else (self.velocity,)
        ops.sgd_update(
            self.segments(positions, variables, slots, grads),
            self.learning_rate,
            self.iterations,
            self.momentum,
            self.nesterov,
            **self.before(grads),
        )
