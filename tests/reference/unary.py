"""unary: functions of one number, elementwise, and their gradients.

Sizes of errors. A rounding costs one term, one of the functions of vector_special.h or of CUDA's
library (3 ULP at most; erf 8.1, of which gelu takes half) four. Where a formula subtracts, the size
is the sum of what it subtracts.
"""

import numpy as np

from . import EXACT, Size

FUNCTION = 4
# Their gradients are taken from the result.
FROM_Y = ("relu", "leaky_relu", "elu", "selu", "sigmoid", "tanh", "softplus", "softsign")
FROM_Y += ("hard_sigmoid", "exponential", "relu6", "sqrt", "rsqrt")
ACTIVATION_ALPHA = 1.0  # elu's, where it ends a product
SELU_ALPHA, SELU_SCALE = 1.6732632423543772848, 1.0507009873554804934
ROOT, CUBIC = 0.79788456080286535588, 0.044715  # of gelu's approximation
NOTHING_IS_ROUNDED = ("relu", "relu6", "absolute", "negative", "floor", "sign", "clip")


def erf(x):
    """2 / sqrt(pi) exp(-x^2) times the sum of 2^n x^(2n+1) / (2n+1)!!, all of one sign."""
    given, x = x, np.clip(x, -6.5, 6.5)
    term = total = x * (2 / np.sqrt(np.arccos(-np.ones_like(x))))
    for n in range(1, 260):
        term = term * (2 * x * x / (2 * n + 1))
        total = total + term
    return np.where(np.abs(given) > 6.5, np.sign(given), total * np.exp(-x * x))


def normal_distribution(x):
    """The normal distribution function."""
    return (1 + erf(x * np.sqrt(np.full_like(x, 0.5)))) / 2


def density(x):
    return np.exp(-x * x / 2) / np.sqrt(2 * np.arccos(-np.ones_like(x)))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gate(x):
    """What gelu's approximation has in place of erf, and the derivative of its argument."""
    x = np.clip(x, -20, 20)
    return np.tanh(ROOT * (x + CUBIC * x**3)), ROOT * (1 + 3 * CUBIC * x * x) * x


def sign(x):
    return np.where(x == 0, x, np.sign(x))


def relu(x):
    return np.where(np.isnan(x), x, np.where(x > 0, x, 0))


def relu6(x):
    return np.minimum(np.maximum(x, 0), 6)


def elu(x, alpha):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


FORWARD = {
    "relu": relu,
    "leaky_relu": lambda x, alpha: np.where(x < 0, alpha * x, x),
    "elu": elu,
    "selu": lambda x: SELU_SCALE * elu(x, SELU_ALPHA),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "softplus": lambda x: np.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "hard_sigmoid": lambda x: relu6(x + 3) / 6,
    "exponential": np.exp,
    "relu6": relu6,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "gelu": lambda x: x * normal_distribution(x),
    "gelu_tanh": lambda x: x * (1 + gate(x)[0]) / 2,
    "silu": lambda x: x * sigmoid(x),
    "absolute": np.abs,
    "negative": np.negative,
    "log": np.log,
    "log1p": np.log1p,
    "square": np.square,
    "sin": np.sin,
    "cos": np.cos,
    "floor": np.floor,
    "sign": sign,
    "clip": lambda x, alpha, beta: np.minimum(np.maximum(x, alpha), beta),
}


def inside(y, low, high):
    """1 between the limits, 0 beyond and at them, NaN where y is."""
    return np.where(np.isnan(y), y, np.where((y > low) & (y < high), 1, 0))


def share(x, limit):
    """Half of a gradient passes at a limit."""
    return np.where(x > limit, 1.0, np.where(x == limit, 0.5, 0.0))


DERIVATIVE = {  # of the saved array
    "relu": lambda y: np.where(np.isnan(y), y, np.where(y > 0, 1, 0)),
    "leaky_relu": lambda y, alpha: np.where(y > 0, 1, alpha),
    "elu": lambda y, alpha: np.where(y > 0, 1, y + alpha),
    "selu": lambda y: np.where(y > 0, SELU_SCALE, y + SELU_SCALE * SELU_ALPHA),
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: (1 - y) * (1 + y),
    "softplus": lambda y: -np.expm1(-y),
    "softsign": lambda y: (1 - np.abs(y)) ** 2,
    "hard_sigmoid": lambda y: inside(y, 0, 1) / 6,
    "exponential": lambda y: y,
    "relu6": lambda y: inside(y, 0, 6),
    "sqrt": lambda y: 0.5 / y,
    "rsqrt": lambda y: -0.5 * y * y * y,
    "gelu": lambda x: normal_distribution(x) + x * density(x),
    "gelu_tanh": lambda x: (1 + gate(x)[0] + gate(x)[1] * (1 - gate(x)[0] ** 2)) / 2,
    "silu": lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
    "absolute": sign,
    "negative": lambda x: np.full_like(x, -1),
    "log": lambda x: 1 / x,
    "log1p": lambda x: 1 / (1 + x),
    "square": lambda x: 2 * x,
    "sin": np.cos,
    "cos": lambda x: -np.sin(x),
    "floor": np.zeros_like,
    "sign": np.zeros_like,
    "clip": lambda x, alpha, beta: share(x, alpha) * share(-x, -beta),
}
# Where a formula subtracts, the sizes of what it subtracts, and what an error of an argument made
# before is multiplied by.
SIZES = {
    "hard_sigmoid": lambda x: np.where(np.isinf(x), 0, np.minimum(np.abs(x), 6) + 3) / 6,
    "gelu": lambda x: np.abs(x) * (1 + np.abs(erf(x / np.sqrt(np.full_like(x, 2))))),
    "gelu_tanh": lambda x: np.abs(x) * (1 + slack(x)),
    "silu": lambda x: np.abs(x * sigmoid(x)),
}
DERIVATIVE_SIZES = {
    "selu": lambda y: np.abs(y) + SELU_SCALE * SELU_ALPHA,
    "elu": lambda y, alpha: np.where(y > 0, 1, np.abs(y) + alpha),
    "gelu": lambda x: 1 + np.abs(x * density(x)) * (1 + x * x),
    "gelu_tanh": lambda x: (1 + slack(x)) * (1 + np.abs(gate(x)[1]) * (1 - gate(x)[0] ** 2)),
    "silu": lambda x: sigmoid(x) * (1 + np.abs(x) * (2 - sigmoid(x))),
}


def slack(x):
    """tanh'(u) u: how far an error of u, relative to u, reaches; at most 0.45, beside tanh."""
    t = gate(x)[0]
    u = np.arctanh(np.clip(t, -1 + 1e-15, 1 - 1e-15))
    return np.abs(t) + np.abs(u) * (1 - t * t)


def chosen(table, name, x, alpha, beta):
    arguments = {"leaky_relu": (alpha,), "elu": (alpha,), "clip": (alpha, beta)}.get(name, ())
    return table[name](x, *arguments)


def unary_forward(x, function, alpha, beta):
    return chosen(FORWARD, function, x, alpha, beta).astype(x.dtype)


def unary_forward_magnitude(x, function, alpha, beta):
    if function in NOTHING_IS_ROUNDED:
        return EXACT
    table = SIZES if function in SIZES else FORWARD
    return Size(np.abs(chosen(table, function, x, alpha, beta)), 2 * FUNCTION + 2)


def derivative(saved, function, alpha=0.0, beta=0.0):
    return chosen(DERIVATIVE, function, saved, alpha, beta)


def unary_backward(dy, saved, function, alpha, beta):
    # A product with 0 is 0 here even where dy is infinite: the kernels choose, and do not multiply.
    slope = derivative(saved, function, alpha, beta)
    chooses = ("relu", "relu6", "hard_sigmoid", "clip", "floor", "sign")
    return np.where((slope == 0) & (function in chooses), 0, slope * dy).astype(dy.dtype)


def unary_backward_magnitude(dy, saved, function, alpha, beta):
    table = DERIVATIVE_SIZES if function in DERIVATIVE_SIZES else DERIVATIVE
    slope = chosen(table, function, saved, alpha, beta)
    return Size(np.abs(slope * dy), 3 * FUNCTION + 2)


def unary_gradients(dy, x, y, function, alpha, beta):
    """What the forward leads to: its result or its argument is what was saved."""
    return unary_backward(dy, y if function in FROM_Y else x, function, alpha, beta)


def activated(y, activation):
    """What ends a product or a convolution: "none", or a function without numbers of its own."""
    return y if activation == "none" else unary_forward(y, activation, ACTIVATION_ALPHA, 0.0)


def through_activation(dy, y, activation):
    """The gradient before an activation that gave y."""
    if activation == "none":
        return dy
    return unary_backward(dy, y, activation, ACTIVATION_ALPHA, 0.0)


def activated_size(size, y, activation):
    """The Size of activated(y), where `size` is that of its argument.

    relu never moves two numbers apart, so the bound before it holds after it; nor do the others,
    but for selu's factor and exponential, whose slope is its own size; their own errors are
    relative, hard_sigmoid's to 1.
    """
    if activation in ("none", "relu"):
        return size
    after = activated(y, activation)
    steepest = {"selu": 2.0, "exponential": 2 * after}.get(activation, 1.0)
    own = np.abs(after) + (activation == "hard_sigmoid")
    return Size(size.magnitude * steepest + own, size.terms + 2 * FUNCTION + 2)
