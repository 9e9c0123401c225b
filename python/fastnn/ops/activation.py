"""Activation functions, element by element: one kernel each, or a few operations in a row."""

from .._checks import as_number
from .binary import add, greater, less, less_equal, minimum, multiply, subtract, where
from .unary import absolute, clip, negative, sqrt, square, unary


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """max(x, 0), element by element; with arguments, Keras's generalisation of it.

    Args:
        x: float tensor or array of any shape.
        negative_slope: what x - threshold is multiplied by below the threshold.
        max_value: the largest result, or None.
        threshold: below or at it, x counts as negative.

    Returns:
        A tensor of x's shape and dtype; NaN passes. The gradient is dy where y > 0, else 0.

    >>> import fastnn
    >>> fastnn.ops.relu([-1.0, 0.0, 2.0]).numpy()
    array([0., 0., 2.], dtype=float32)
    """
    threshold = as_number(threshold, "relu", "threshold")
    slope = as_number(negative_slope, "relu", "negative_slope")
    top = None if max_value is None else as_number(max_value, "relu", "max_value")
    if threshold != 0.0:
        below = multiply(subtract(x, threshold), slope)
        y = where(greater(x, threshold), x, below)
    elif slope != 0.0:
        y = unary(x, "leaky_relu", slope)
    elif top == 6:
        return unary(x, "relu6")
    else:
        y = unary(x, "relu")
    return y if top is None else minimum(y, top)


def leaky_relu(x, negative_slope=0.2):
    """x where it is positive, else negative_slope x. The slope is at least 0.

    The gradient at 0 is the slope's.

    >>> import fastnn
    >>> fastnn.ops.leaky_relu([-1.0, 2.0], 0.5).numpy()
    array([-0.5,  2. ], dtype=float32)
    """
    return unary(x, "leaky_relu", negative_slope)


def elu(x, alpha=1.0):
    """x where it is positive, else alpha (exp(x) - 1), alpha at least 0 (Clevert et al. 2015).

    >>> import fastnn
    >>> fastnn.ops.elu([-100.0, 2.0], 0.5).numpy()
    array([-0.5,  2. ], dtype=float32)
    """
    return unary(x, "elu", alpha)


def selu(x):
    """elu scaled so that activations keep mean 0 and variance 1 (Klambauer et al. 2017).

    1.0507 x where x is positive, else 1.0507 1.6733 (exp(x) - 1).

    >>> import fastnn
    >>> fastnn.ops.selu([0.0]).numpy()
    array([0.], dtype=float32)
    """
    return unary(x, "selu")


def celu(x, alpha=1.0):
    """x where it is positive, else alpha (exp(x / alpha) - 1), alpha > 0 (Barron 2017).

    >>> import fastnn
    >>> fastnn.ops.celu([-100.0, 2.0], 0.5).numpy()
    array([-0.5,  2. ], dtype=float32)
    """
    alpha = as_number(alpha, "celu", "alpha")
    if not alpha > 0:
        raise ValueError(f"celu: alpha is {alpha!r}; a number above 0 is wanted.")
    return (
        unary(x, "elu", 1.0)
        if alpha == 1
        else multiply(unary(multiply(x, 1 / alpha), "elu", 1.0), alpha)
    )


def gelu(x, approximate=True):
    """x times the probability that a normal number is below x (Hendrycks and Gimpel 2016).

    Args:
        x: float tensor or array.
        approximate: x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 in place of the exact
            x (1 + erf(x / sqrt 2)) / 2.

    >>> import fastnn
    >>> fastnn.ops.gelu([0.0, 10.0]).numpy()
    array([ 0., 10.], dtype=float32)
    """
    return unary(x, "gelu_tanh" if approximate else "gelu")


def silu(x):
    """x sigmoid(x), also called swish.

    >>> import fastnn
    >>> fastnn.ops.silu([0.0, 100.0]).numpy()
    array([  0., 100.], dtype=float32)
    """
    return unary(x, "silu")


def sigmoid(x):
    """1 / (1 + exp(-x)).

    >>> import fastnn
    >>> fastnn.ops.sigmoid([0.0]).numpy()
    array([0.5], dtype=float32)
    """
    return unary(x, "sigmoid")


def log_sigmoid(x):
    """log(sigmoid(x)) = -softplus(-x).

    >>> import fastnn
    >>> fastnn.ops.log_sigmoid([100.0]).numpy()
    array([-0.], dtype=float32)
    """
    return negative(softplus(negative(x)))


def tanh(x):
    """The hyperbolic tangent.

    >>> import fastnn
    >>> fastnn.ops.tanh([0.0, 100.0]).numpy()
    array([0., 1.], dtype=float32)
    """
    return unary(x, "tanh")


def tanh_shrink(x):
    """x - tanh(x).

    >>> import fastnn
    >>> fastnn.ops.tanh_shrink([0.0, 100.0]).numpy()
    array([ 0., 99.], dtype=float32)
    """
    return subtract(x, tanh(x))


def softplus(x):
    """log(1 + exp(x)), without overflow.

    >>> import fastnn
    >>> fastnn.ops.softplus([-200.0, 100.0]).numpy()
    array([  0., 100.], dtype=float32)
    """
    return unary(x, "softplus")


def softsign(x):
    """x / (1 + abs(x)).

    >>> import fastnn
    >>> fastnn.ops.softsign([-1.0, 3.0]).numpy()
    array([-0.5 ,  0.75], dtype=float32)
    """
    return unary(x, "softsign")


def mish(x):
    """x tanh(softplus(x)) (Misra 2019).

    >>> import fastnn
    >>> fastnn.ops.mish([0.0, 100.0]).numpy()
    array([  0., 100.], dtype=float32)
    """
    return multiply(x, tanh(softplus(x)))


def hard_sigmoid(x):
    """relu6(x + 3) / 6.

    >>> import fastnn
    >>> fastnn.ops.hard_sigmoid([-4.0, 0.0, 4.0]).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return unary(x, "hard_sigmoid")


def hard_silu(x):
    """x hard_sigmoid(x), also called hard_swish.

    >>> import fastnn
    >>> fastnn.ops.hard_silu([-4.0, 4.0]).numpy()
    array([-0.,  4.], dtype=float32)
    """
    return multiply(x, hard_sigmoid(x))


def hard_tanh(x):
    """x between -1 and 1.

    >>> import fastnn
    >>> fastnn.ops.hard_tanh([-4.0, 0.5]).numpy()
    array([-1. ,  0.5], dtype=float32)
    """
    return clip(x, -1.0, 1.0)


def relu6(x):
    """min(max(x, 0), 6).

    >>> import fastnn
    >>> fastnn.ops.relu6([-1.0, 9.0]).numpy()
    array([0., 6.], dtype=float32)
    """
    return unary(x, "relu6")


def squareplus(x, b=4):
    """(x + sqrt(x^2 + b)) / 2, a smooth relu (Barron 2021).

    >>> import fastnn
    >>> fastnn.ops.squareplus([0.0]).numpy()
    array([1.], dtype=float32)
    """
    return multiply(add(x, sqrt(add(square(x), b))), 0.5)


def sparse_plus(x):
    """x from 1 on, 0 up to -1, (x + 1)^2 / 4 between.

    >>> import fastnn
    >>> fastnn.ops.sparse_plus([-2.0, 0.0, 3.0]).numpy()
    array([0.  , 0.25, 3.  ], dtype=float32)
    """
    bend = multiply(square(add(clip(x, -1.0, 1.0), 1.0)), 0.25)
    return where(less(x, 1.0), bend, x)


def sparse_sigmoid(x):
    """(x + 1) / 2 between 0 and 1.

    >>> import fastnn
    >>> fastnn.ops.sparse_sigmoid([-2.0, 0.0, 3.0]).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return clip(multiply(add(x, 1.0), 0.5), 0.0, 1.0)


def threshold(x, threshold, default_value):
    """x where it is above the threshold, else a default.

    >>> import fastnn
    >>> fastnn.ops.threshold([1.0, 3.0], 2, -5).numpy()
    array([-5.,  3.], dtype=float32)
    """
    return where(less_equal(x, threshold), default_value, x)


def hard_shrink(x, threshold=0.5):
    """x where its size is above the threshold, else 0.

    >>> import fastnn
    >>> fastnn.ops.hard_shrink([-1.0, 0.25]).numpy()
    array([-1.,  0.], dtype=float32)
    """
    return where(less_equal(absolute(x), threshold), 0.0, x)


def soft_shrink(x, threshold=0.5):
    """x moved towards 0 by the threshold, and 0 where it is nearer than that.

    >>> import fastnn
    >>> fastnn.ops.soft_shrink([-1.5, 0.25, 1.5]).numpy()
    array([-1.,  0.,  1.], dtype=float32)
    """
    threshold = as_number(threshold, "soft_shrink", "threshold")
    return subtract(x, clip(x, -threshold, threshold))
