"""Adam and AdamW."""

from .. import ops
from .moments import Moments


class Adam(Moments):
    """Adam with Keras's numbers: epsilon outside the root, bias correction in the rate.

    Args:
        learning_rate: the step size.
        beta_1, beta_2: decay of the mean and of the mean square of the gradients.
        epsilon: added to the root of the mean square.
        amsgrad: whether the largest mean square so far is used.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization (ICLR 2015).

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> adam = fastnn.optimizers.Adam(0.5)
    >>> adam.apply([fastnn.Tensor(w.numpy())], [w])
    >>> w.numpy().round(4)
    array([0.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        *common,
        **named,
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, *common, **named)
        self.amsgrad = bool(amsgrad)

    def make_slots(self, variables):
        super().make_slots(variables)
        self.v_hat = self.add_optimizer_variables(variables, "v_hat") if self.amsgrad else None

    def step(self, positions, variables, grads):
        slots = (self.m, self.v) if self.v_hat is None else (self.m, self.v, self.v_hat)
        ops.adam_update(
            self.segments(positions, variables, slots, grads),
            self.learning_rate,
            self.iterations,
            self.beta_1,
            self.beta_2,
            self.epsilon,
            self.v_hat is not None,
            **self.before(grads),
        )


class AdamW(Adam):
    """Adam with decoupled weight decay: w -= learning_rate weight_decay w before each step.

    Args:
        learning_rate: the step size.
        weight_decay: how much of itself, times the rate, a weight loses.
        beta_1, beta_2, epsilon, amsgrad: see `Adam`.
        common, named: clipnorm .. name, in `Optimizer`'s order.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (ICLR 2019).

    >>> import fastnn
    >>> w = fastnn.Variable([2.0])
    >>> adam = fastnn.optimizers.AdamW(0.5, weight_decay=0.5)
    >>> adam.apply([fastnn.Tensor(w.numpy())], [w])
    >>> w.numpy().round(4)
    array([1.], dtype=float32)
    """

    def __init__(
        self,
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        *common,
        **named,
    ):
        if weight_decay is None:
            raise ValueError("AdamW: weight_decay is None; a number >= 0 is wanted.")
        first = learning_rate, beta_1, beta_2, epsilon, amsgrad
        super().__init__(*first, weight_decay, *common, **named)
