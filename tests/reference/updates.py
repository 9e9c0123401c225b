"""The updates of SGD, RMSprop, Adagrad and Adadelta, with Keras's order of operations.

Before each the gradients are clipped, to a norm or to a value, and the weights decay. Sizes of
errors: what is added up with one sign keeps the relative error of its terms, and the root of a sum
has half of the sum's.
"""

import numpy as np

from . import EXACT, Size


def prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue):
    """Weights after their decay, gradients after clipping."""
    scales = [1.0] * len(g)
    if norm is not None and norm.ndim == 0:  # an infinite norm makes everything NaN
        scale = clipnorm * np.minimum(1 / norm, 1 / norm.dtype.type(clipnorm))
        scales = [scale + (norm - norm)] * len(g)
    elif norm is not None:
        scales = clipnorm / np.maximum(norm, clipnorm)
    g = [one * scale for one, scale in zip(g, scales, strict=True)]
    if clipvalue:
        g = [np.clip(one, -clipvalue, clipvalue) for one in g]
    return [one - one * (rate * weight_decay) for one in w], g


def size_decayed(w, rate, weight_decay):
    return np.abs(w) * (1 + rate * weight_decay)


def each(function, *lists):
    """The function's results for each segment; one list a result where there are several."""
    return [function(*segment) for segment in zip(*lists, strict=True)]


def sgd_update(
    w, velocity, g, rate, iterations, norm, momentum, nesterov, weight_decay, clipnorm, clipvalue
):
    w, g = prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue)
    moves = [-rate * g_ for g_ in g]
    if momentum:
        velocity = each(lambda v_, move: momentum * v_ + move, velocity, moves)
        ahead = each(lambda v_, move: momentum * v_ + move, velocity, moves)
        moves = ahead if nesterov else velocity
    return each(np.add, w, moves), velocity, iterations + 1


def sgd_update_magnitude(
    w, velocity, g, rate, iterations, norm, momentum, nesterov, weight_decay, clipnorm, clipvalue
):
    # The same with all signs alike, so that nothing of it cancels.
    _, g = prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue)
    w = [size_decayed(w_, rate, weight_decay) for w_ in w]
    velocity, g = [np.abs(v_) for v_ in velocity], [-np.abs(g_) for g_ in g]
    settings = momentum, nesterov, 0.0, 0.0, 0.0
    size_w, size_v, _ = sgd_update(w, velocity, g, rate, iterations, None, *settings)
    return Size(size_w, 9), Size(size_v, 6), EXACT


def rmsprop_update(
    w, square, velocity, mean, g, rate, iterations, norm, rho, momentum, epsilon, weight_decay,
    clipnorm, clipvalue,
):  # fmt: skip
    w, g = prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue)
    square = each(lambda s, g_: rho * s + (1 - rho) * g_**2, square, g)
    variance = square
    if mean:
        mean = each(lambda m_, g_: rho * m_ + (1 - rho) * g_, mean, g)
        variance = each(lambda s, m_: s - m_**2, square, mean)
    moves = each(lambda g_, v_: rate * g_ / np.sqrt(v_ + epsilon), g, variance)
    if momentum:
        moves = velocity = each(lambda v_, move: momentum * v_ + move, velocity, moves)
    return each(np.subtract, w, moves), square, velocity, mean, iterations + 1


def rmsprop_update_magnitude(
    w, square, velocity, mean, g, rate, iterations, norm, rho, momentum, epsilon, weight_decay,
    clipnorm, clipvalue,
):  # fmt: skip
    _, g = prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue)
    size_square = each(lambda s, g_: rho * s + (1 - rho) * g_**2, square, g)
    variance, size_variance, size_mean = size_square, size_square, []
    if mean:
        mean_now = each(lambda m_, g_: rho * m_ + (1 - rho) * g_, mean, g)
        size_mean = each(lambda m_, g_: rho * np.abs(m_) + (1 - rho) * np.abs(g_), mean, g)
        variance = each(lambda s, m_: s - m_**2, size_square, mean_now)
        size_variance = each(lambda s, m_: s + 2 * m_**2, size_square, size_mean)

    def size_move(g_, v_, size):
        return rate * np.abs(g_) / np.sqrt(v_ + epsilon) * (1 + (size + epsilon) / (v_ + epsilon))

    moves = each(size_move, g, variance, size_variance)
    if momentum:
        moves = each(lambda v_, move: momentum * np.abs(v_) + move, velocity, moves)
    size_w = each(lambda w_, move: size_decayed(w_, rate, weight_decay) + move, w, moves)
    size_velocity = moves if momentum else []
    sizes = (size_w, 16), (size_square, 6), (size_velocity, 14), (size_mean, 5)
    return *(Size(*size) for size in sizes), EXACT


def adagrad_update(
    w, square, g, rate, iterations, norm, epsilon, weight_decay, clipnorm, clipvalue
):
    w, g = prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue)
    square = each(lambda s, g_: s + g_**2, square, g)
    w = each(lambda w_, g_, s: w_ - rate * g_ / np.sqrt(s + epsilon), w, g, square)
    return w, square, iterations + 1


def adagrad_update_magnitude(
    w, square, g, rate, iterations, norm, epsilon, weight_decay, clipnorm, clipvalue
):
    _, g = prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue)
    w = [size_decayed(w_, rate, weight_decay) for w_ in w]
    g = [-np.abs(g_) for g_ in g]
    sizes = adagrad_update(w, square, g, rate, iterations, None, epsilon, 0.0, 0.0, 0.0)
    return Size(sizes[0], 10), Size(sizes[1], 4), EXACT


def adadelta_update(
    w, square, change, g, rate, iterations, norm, rho, epsilon, weight_decay, clipnorm, clipvalue
):
    w, g = prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue)
    square = each(lambda s, g_: rho * s + (1 - rho) * g_**2, square, g)
    moves = each(lambda c, g_, s: np.sqrt((c + epsilon) / (s + epsilon)) * g_, change, g, square)
    change = each(lambda c, move: rho * c + (1 - rho) * move**2, change, moves)
    w = each(lambda w_, move: w_ - rate * move, w, moves)
    return w, square, change, iterations + 1


def adadelta_update_magnitude(
    w, square, change, g, rate, iterations, norm, rho, epsilon, weight_decay, clipnorm, clipvalue
):
    _, g = prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue)
    w = [size_decayed(w_, rate, weight_decay) for w_ in w]
    g = [-np.abs(g_) for g_ in g]
    settings = rho, epsilon, 0.0, 0.0, 0.0
    sizes = adadelta_update(w, square, change, g, rate, iterations, None, *settings)
    return Size(sizes[0], 12), Size(sizes[1], 6), Size(sizes[2], 14), EXACT
