"""Gradient descent."""

from .. import ops
from .optimizer import Optimizer


class SGD(Optimizer):
    """Gradient descent, with or without momentum; the rate is inside of the momentum, as in Keras.

    Args:
        learning_rate: the step size.
        momentum: 0 .. 1, how much of a step the next one keeps.
        nesterov: whether the gradient counts as if the momentum had been applied already.
        weight_decay, clipnorm, clipvalue, global_clipnorm, name: see `Optimizer`.

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
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        name=None,
    ):
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.momentum = self._number("momentum", momentum)
        if self.momentum > 1:
            raise ValueError(f"SGD: momentum is {momentum!r}; 0 <= momentum <= 1 is wanted.")
        self.nesterov = bool(nesterov)

    def build(self, variables):
        super().build(variables)
        self.velocity = self.slots(variables, "velocity") if self.momentum else None

    def step(self, positions, variables, grads):
        slots = () if self.velocity is None else (self.velocity,)
        ops.sgd_update(
            self.segments(positions, variables, slots, grads),
            self._rate_variable,
            self.iterations,
            self.momentum,
            self.nesterov,
            **self.before(grads),
        )
