"""Adam's relatives: a mean of the gradients over a measure of their size."""

from .. import ops
from .optimizer import Optimizer


class Moments(Optimizer):
    """What Adam and its relatives share: two decays, epsilon, and the slots m and v.

    Args:
        learning_rate: the step size.
        beta_1, beta_2: decay of the mean of the gradients and of the measure of their size.
        epsilon: what keeps the divisor away from 0.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.
    """

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, *common, **named
    ):
        super().__init__(learning_rate, *common, **named)
        self.beta_1 = self._number("beta_1", beta_1, below=1)
        self.beta_2 = self._number("beta_2", beta_2, below=1)
        self.epsilon = self._number("epsilon", epsilon)

    def make_slots(self, variables):
        self.m, self.v = self.add_optimizer_variables(variables, ("m", "v"))

    def _rest(self, beta, dtype):
        """1 - beta^t, t = iterations + 1, computed in float64."""
        t = ops.cast(self.iterations, "float64") + 1
        return ops.cast(1 - ops.power(beta, t), dtype)

    def _means(self, i, gradient):
        """m and v of the i-th variable, moved towards the gradient and its square."""
        m, v = self.m[i], self.v[i]
        m.assign(m + (gradient - m) * (1 - self.beta_1))
        v.assign(v + (ops.square(gradient) - v) * (1 - self.beta_2))
        return m, v


class Adamax(Moments):
    """Adam with the largest gradient so far, slowly forgotten, in place of the mean square.

    m += (g - m)(1 - beta_1);  v = max(beta_2 v, abs(g));
    w -= rate m / ((1 - beta_1^t)(v + epsilon)).

    Args:
        learning_rate: the step size.
        beta_1, beta_2: decay of the mean of the gradients and of the largest one.
        epsilon: added to the largest one.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization (ICLR 2015), algorithm 2.

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> fastnn.optimizers.Adamax(0.5).apply([fastnn.Tensor(w.numpy())], [w])
    >>> w.numpy().round(4)
    array([0.5], dtype=float32)
    """

    def update_step(self, gradient, variable, learning_rate):
        i = self._get_variable_index(variable)
        m, v = self.m[i], self.v[i]
        m.assign(m + (gradient - m) * (1 - self.beta_1))
        v.assign(ops.maximum(v * self.beta_2, ops.absolute(gradient)))
        divisor = self._rest(self.beta_1, variable.dtype) * (v + self.epsilon)
        variable.assign(variable - learning_rate * m / divisor)


class Nadam(Moments):
    """Adam with Nesterov's momentum, which grows from step to step as Keras has it.

    u_t = beta_1 (1 - 0.96^t / 2), U_t = u_1 .. u_t; with m and v as in Adam,
    m_hat = u_(t+1) m / (1 - U_(t+1)) + (1 - u_t) g / (1 - U_t);
    w -= rate m_hat / (sqrt(v / (1 - beta_2^t)) + epsilon).

    Args:
        learning_rate: the step size.
        beta_1, beta_2: decay of the mean and of the mean square of the gradients.
        epsilon: added to the root of the mean square.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: Dozat, Incorporating Nesterov Momentum into Adam (ICLR workshop 2016).

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> fastnn.optimizers.Nadam(0.5).apply([fastnn.Tensor(w.numpy())], [w])
    >>> w.numpy().round(4)
    array([0.4686], dtype=float32)
    """

    def make_slots(self, variables):
        super().make_slots(variables)
        self.product = self.add_variable((), "ones", "float64", "product")

    def step(self, positions, variables, grads):
        self.product.assign(self.product * self._momentum(1))
        super().step(positions, variables, grads)

    def _momentum(self, ahead):
        """u of the step that is `ahead` of those done."""
        t = ops.cast(self.iterations, "float64") + ahead
        return self.beta_1 * (1 - 0.5 * ops.power(0.96, t))

    def update_step(self, gradient, variable, learning_rate):
        m, v = self._means(self._get_variable_index(variable), gradient)
        now, later = self._momentum(1), self._momentum(2)
        of_m = ops.cast(later / (1 - self.product * later), variable.dtype)
        of_g = ops.cast((1 - now) / (1 - self.product), variable.dtype)
        v_hat = v / self._rest(self.beta_2, variable.dtype)
        change = learning_rate * (of_m * m + of_g * gradient)
        variable.assign(variable - change / (ops.sqrt(v_hat) + self.epsilon))


class Lamb(Moments):
    """Adam's step, scaled for each variable to the norm of the variable.

    r = (m / (1 - beta_1^t)) / (sqrt(v / (1 - beta_2^t)) + epsilon), with m and v as in Adam;
    w -= rate r norm(w) / norm(r), without the norms where one of them is 0.

    Args:
        learning_rate: the step size.
        beta_1, beta_2: decay of the mean and of the mean square of the gradients.
        epsilon: added to the root of the mean square.
        common, named: weight_decay, clipnorm .. name, in `Optimizer`'s order.

    Source: You et al., Large Batch Optimization for Deep Learning (ICLR 2020), algorithm 2.

    >>> import fastnn
    >>> w = fastnn.Variable([3.0, 4.0])
    >>> fastnn.optimizers.Lamb(0.2**0.5).apply([fastnn.Tensor(w.numpy())], [w])
    >>> w.numpy().round(3)  # of norm 5, in a direction of norm sqrt(2)
    array([1.419, 2.419], dtype=float32)
    """

    def update_step(self, gradient, variable, learning_rate):
        m, v = self._means(self._get_variable_index(variable), gradient)
        m_hat = m / self._rest(self.beta_1, variable.dtype)
        v_hat = v / self._rest(self.beta_2, variable.dtype)
        change = m_hat / (ops.sqrt(v_hat) + self.epsilon)
        size, length = (ops.sqrt(ops.sum(ops.square(x))) for x in (variable, change))
        ratio = ops.where(length > 0, ops.where(size > 0, size / length, 1.0), 1.0)
        variable.assign(variable - ratio * learning_rate * change)
