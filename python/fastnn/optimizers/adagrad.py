"""Adagrad and Adadelta."""

from .. import ops
from ..initializers import Constant
from .optimizer import Optimizer


class Adagrad(Optimizer):
    """Adagrad with Keras's numbers: epsilon inside the root, the sum of squares starts at 0.1.

    Args:
        learning_rate: the step size.
        initial_accumulator_value: where the sum of the squares of the gradients starts.
        epsilon: added to the sum, under the root.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods (JMLR 12, 2011).

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> adagrad = fastnn.optimizers.Adagrad(0.5, initial_accumulator_value=0)
    >>> adagrad.apply([fastnn.Tensor(w.numpy().copy())], [w])
    >>> w.numpy().round(4)
    array([0.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate=0.001,
        initial_accumulator_value=0.1,
        epsilon=1e-7,
        *common,
        **named,
    ):
        super().__init__(learning_rate, *common, **named)
        self.initial_accumulator_value = self._number(
            "initial_accumulator_value", initial_accumulator_value
        )
        self.epsilon = self._number("epsilon", epsilon)

    def make_slots(self, variables):
        begin = Constant(self.initial_accumulator_value)
        self.square = self.add_optimizer_variables(variables, "square", begin)

    def step(self, positions, variables, grads):
        ops.adagrad_update(
            self.segments(positions, variables, (self.square,), grads),
            self.learning_rate,
            self.iterations,
            self.epsilon,
            **self.before(grads),
        )


class Adadelta(Optimizer):
    """Adadelta with Keras's numbers: epsilon inside the roots, a rate of 0.001 (the paper's is 1).

    Args:
        learning_rate: the step size.
        rho: decay of the mean squares of the gradients and of the changes.
        epsilon: added to both mean squares, under the roots.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: Zeiler, ADADELTA: An Adaptive Learning Rate Method (arXiv 1212.5701, 2012).

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> fastnn.optimizers.Adadelta(1.0).apply([fastnn.Tensor(w.numpy().copy())], [w])
    >>> w.numpy().round(4)
    array([0.9986], dtype=float32)
    """

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.95,
        epsilon=1e-7,
        *common,
        **named,
    ):
        super().__init__(learning_rate, *common, **named)
        self.rho = self._number("rho", rho, below=1)
        self.epsilon = self._number("epsilon", epsilon)

    def make_slots(self, variables):
        names = "square", "change"
        self.square, self.change = self.add_optimizer_variables(variables, names)

    def step(self, positions, variables, grads):
        ops.adadelta_update(
            self.segments(positions, variables, (self.square, self.change), grads),
            self.learning_rate,
            self.iterations,
            self.rho,
            self.epsilon,
            **self.before(grads),
        )
