"""Adam and AdamW."""

from .. import ops
from .optimizer import Optimizer


class Adam(Optimizer):
    """Adam with Keras's numbers: epsilon outside the root, bias correction in the rate.

    Args:
        learning_rate: the step size.
        beta_1, beta_2: decay of the mean and of the mean square of the gradients.
        epsilon: added to the root of the mean square.
        amsgrad: whether the largest mean square so far is used.
        weight_decay, clipnorm, clipvalue, global_clipnorm, name: see `Optimizer`.

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
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        name=None,
    ):
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.beta_1 = self._number("beta_1", beta_1, below=1)
        self.beta_2 = self._number("beta_2", beta_2, below=1)
        self.epsilon = self._number("epsilon", epsilon)
        self.amsgrad = bool(amsgrad)

    def build(self, variables):
        super().build(variables)
        self.m = self.slots(variables, "m")
        self.v = self.slots(variables, "v")
        self.v_hat = self.slots(variables, "v_hat") if self.amsgrad else None

    def step(self, positions, variables, grads):
        slots = (self.m, self.v) if self.v_hat is None else (self.m, self.v, self.v_hat)
        ops.adam_update(
            self.segments(positions, variables, slots, grads),
            self._rate_variable,
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
        clipnorm, clipvalue, global_clipnorm, name: see `Optimizer`.

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
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        name=None,
    ):
        if weight_decay is None:
            raise ValueError("AdamW: weight_decay is None; a number >= 0 is wanted.")
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            name,
        )
