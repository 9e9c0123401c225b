"""Functions of one number, element by element; activations are in activation.py."""

from .._checks import as_number
from ..symbolic import operation
from ..tensor import as_tensor, result

# As the contract lists them. The gradients of the first are taken from their results: the argument
# need not be kept.
_FROM_RESULT = tuple(
    "relu leaky_relu elu selu sigmoid tanh softplus softsign hard_sigmoid exponential relu6 sqrt "
    "rsqrt".split()
)
UNARY = _FROM_RESULT + tuple(
    "gelu gelu_tanh silu absolute negative log log1p square sin cos floor sign clip".split()
)


@operation
def unary(x, function, alpha=0.0, beta=0.0):
    """A function of each element, by its name; the functions below are made of it.

    Args:
        x: float tensor or array of any shape.
        function: "relu", "leaky_relu", "elu", "selu", "sigmoid", "tanh", "softplus", "softsign",
            "hard_sigmoid", "exponential", "relu6", "sqrt", "rsqrt", "gelu", "gelu_tanh", "silu",
            "absolute", "negative", "log", "log1p", "square", "sin", "cos", "floor", "sign" or
            "clip".
        alpha: leaky_relu's slope, elu's factor, clip's lower limit.
        beta: clip's upper limit.

    Returns:
        A tensor of x's shape and dtype. NaN passes.

    Raises:
        ValueError: the function is unknown, or alpha and beta are not what it takes.
        TypeError: x is not float32 or float64.

    >>> import fastnn
    >>> fastnn.ops.unary([1.0, 4.0], "sqrt").numpy()
    array([1., 2.], dtype=float32)
    """
    x = as_tensor(x, str(function))
    k = x.device.module
    y = x.device.empty(x.shape, x.dtype)
    settings = (function, alpha, beta)
    k.unary_forward(y, x.array, settings)
    from_result = function in _FROM_RESULT
    known = y if from_result else x.array  # what backward keeps alive: not x with it

    def backward(dy, out):
        dx, add = out(0)
        k.unary_backward(dx, dy, known, settings, add=add)

    return result(y, (x,), backward, saved=() if from_result else (x,))


def exponential(x):
    """exp(x).

    >>> import fastnn
    >>> fastnn.ops.exponential([0.0]).numpy()
    array([1.], dtype=float32)
    """
    return unary(x, "exponential")


exp = exponential


def log(x):
    """The natural logarithm; of 0 it is -inf, of a negative number NaN.

    >>> import fastnn
    >>> fastnn.ops.log([1.0]).numpy()
    array([0.], dtype=float32)
    """
    return unary(x, "log")


def log1p(x):
    """log(1 + x), exact where x is small.

    >>> import fastnn
    >>> fastnn.ops.log1p([1e-8]).numpy()
    array([1.e-08], dtype=float32)
    """
    return unary(x, "log1p")


def sqrt(x):
    """The square root; of a negative number it is NaN.

    >>> import fastnn
    >>> fastnn.ops.sqrt([4.0]).numpy()
    array([2.], dtype=float32)
    """
    return unary(x, "sqrt")


def rsqrt(x):
    """1 / sqrt(x).

    >>> import fastnn
    >>> fastnn.ops.rsqrt([4.0]).numpy()
    array([0.5], dtype=float32)
    """
    return unary(x, "rsqrt")


def square(x):
    """x^2.

    >>> import fastnn
    >>> fastnn.ops.square([-3.0]).numpy()
    array([9.], dtype=float32)
    """
    return unary(x, "square")


def absolute(x):
    """abs(x); the gradient at 0 is 0.

    >>> import fastnn
    >>> fastnn.ops.absolute([-3.0]).numpy()
    array([3.], dtype=float32)
    """
    return unary(x, "absolute")


abs = absolute


def negative(x):
    """-x.

    >>> import fastnn
    >>> fastnn.ops.negative([3.0]).numpy()
    array([-3.], dtype=float32)
    """
    return unary(x, "negative")


def sin(x):
    """The sine of x in radians, however large x is.

    >>> import fastnn
    >>> fastnn.ops.sin([0.0]).numpy()
    array([0.], dtype=float32)
    """
    return unary(x, "sin")


def cos(x):
    """The cosine of x in radians, however large x is.

    >>> import fastnn
    >>> fastnn.ops.cos([0.0]).numpy()
    array([1.], dtype=float32)
    """
    return unary(x, "cos")


def floor(x):
    """The largest whole number that is not above x; its gradient is 0.

    >>> import fastnn
    >>> fastnn.ops.floor([-0.5, 2.5]).numpy()
    array([-1.,  2.], dtype=float32)
    """
    return unary(x, "floor")


def sign(x):
    """1, 0 or -1; its gradient is 0.

    >>> import fastnn
    >>> fastnn.ops.sign([-0.5, 2.5]).numpy()
    array([-1.,  1.], dtype=float32)
    """
    return unary(x, "sign")


def clip(x, x_min, x_max):
    """x where it lies between two numbers, else the nearer of them; NaN passes.

    At a limit half of the gradient passes, as minimum and maximum split ties.

    Raises:
        ValueError: x_min is above x_max, or one of them is NaN.

    >>> import fastnn
    >>> fastnn.ops.clip([-4.0, 0.5], -1, 1).numpy()
    array([-1. ,  0.5], dtype=float32)
    """
    low, high = as_number(x_min, "clip", "x_min"), as_number(x_max, "clip", "x_max")
    return unary(x, "clip", low, high)
