"""The updates of SGD, RMSprop, Adagrad and Adadelta, with Keras's order of operations."""

from ._segments import launch, moves


def sgd_update(
    segments,
    learning_rate,
    iterations,
    momentum=0.0,
    nesterov=False,
    weight_decay=0.0,
    norm=None,
    clipnorm=0.0,
    clipvalue=0.0,
):
    """One step of gradient descent over all variables, in one launch, in place.

    w -= rate g. With momentum v = momentum v - rate g, then w += v or, nesterov,
    w += momentum v - rate g.

    Args:
        segments: a list of (w, g): variables, and gradients (tensors), of one float dtype. With
            momentum (w, velocity, g).
        learning_rate: a float64 Variable ().
        iterations: an int64 Variable (), advanced by one.
        momentum: at least 0.
        nesterov: whether the momentum is applied once more.
        weight_decay, norm, clipnorm, clipvalue: see `adam_update`.

    Source: Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in
    deep learning (ICML 2013), with Keras's sign.

    >>> import numpy as np, fastnn
    >>> w, velocity, g = (fastnn.Variable([x]) for x in (1.0, 0.0, 2.0))
    >>> rate, t = fastnn.Variable(np.array(0.25)), fastnn.Variable(np.array(0))
    >>> for _ in range(2):
    ...     fastnn.ops.sgd_update([(w, velocity, g)], rate, t, momentum=0.5)
    >>> w.numpy(), velocity.numpy()
    (array([-0.25], dtype=float32), array([-0.75], dtype=float32))
    """
    names = ("w", "velocity" if moves("sgd_update", momentum) else None, "g")
    settings = (momentum, nesterov, weight_decay, clipnorm, clipvalue)
    launch("sgd_update", segments, names, learning_rate, iterations, norm, settings)


def rmsprop_update(
    segments,
    learning_rate,
    iterations,
    rho=0.9,
    momentum=0.0,
    epsilon=1e-7,
    centered=False,
    weight_decay=0.0,
    norm=None,
    clipnorm=0.0,
    clipvalue=0.0,
):
    """One step of RMSprop over all variables, in one launch, in place.

    square = rho square + (1 - rho) g^2; step = rate g / sqrt(square + epsilon); w -= step.
    Centered, mean = rho mean + (1 - rho) g, and square - mean^2 stands in square's place. With
    momentum velocity = momentum velocity + step; w -= velocity.

    Args:
        segments: a list of (w, square, g): variables, their slots, and gradients (tensors), of one
            float dtype; with momentum (w, square, velocity, g), centered (w, square, mean, g), with
            both (w, square, velocity, mean, g).
        learning_rate: a float64 Variable ().
        iterations: an int64 Variable (), advanced by one.
        rho, momentum, epsilon: numbers.
        centered: whether the variance of the gradients is used and not their mean square.
        weight_decay, norm, clipnorm, clipvalue: see `adam_update`.

    Source: Tieleman and Hinton, lecture 6.5 of Neural Networks for Machine Learning (2012), as
    Keras computes it.

    >>> import numpy as np, fastnn
    >>> w, square, g = (fastnn.Variable([x]) for x in (1.0, 4.0, 2.0))
    >>> rate, t = fastnn.Variable(np.array(0.5)), fastnn.Variable(np.array(0))
    >>> fastnn.ops.rmsprop_update([(w, square, g)], rate, t)
    >>> w.numpy().round(4)
    array([0.5], dtype=float32)
    """
    velocity = "velocity" if moves("rmsprop_update", momentum) else None
    names = ("w", "square", velocity, "mean" if centered else None, "g")
    settings = (rho, momentum, epsilon, weight_decay, clipnorm, clipvalue)
    launch("rmsprop_update", segments, names, learning_rate, iterations, norm, settings)


def adagrad_update(
    segments,
    learning_rate,
    iterations,
    epsilon=1e-7,
    weight_decay=0.0,
    norm=None,
    clipnorm=0.0,
    clipvalue=0.0,
):
    """One step of Adagrad over all variables, in one launch, in place.

    square += g^2;  w -= rate g / sqrt(square + epsilon).

    Args:
        segments: a list of (w, square, g): variables, their slots, and gradients (tensors), of one
            float dtype.
        learning_rate: a float64 Variable ().
        iterations: an int64 Variable (), advanced by one.
        epsilon: a number.
        weight_decay, norm, clipnorm, clipvalue: see `adam_update`.

    Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods (JMLR 12, 2011).

    >>> import numpy as np, fastnn
    >>> w, square, g = (fastnn.Variable([x]) for x in (1.0, 0.0, 2.0))
    >>> rate, t = fastnn.Variable(np.array(0.5)), fastnn.Variable(np.array(0))
    >>> fastnn.ops.adagrad_update([(w, square, g)], rate, t)
    >>> w.numpy().round(4), square.numpy()
    (array([0.5], dtype=float32), array([4.], dtype=float32))
    """
    settings = (epsilon, weight_decay, clipnorm, clipvalue)
    names = ("w", "square", "g")
    launch("adagrad_update", segments, names, learning_rate, iterations, norm, settings)


def adadelta_update(
    segments,
    learning_rate,
    iterations,
    rho=0.95,
    epsilon=1e-7,
    weight_decay=0.0,
    norm=None,
    clipnorm=0.0,
    clipvalue=0.0,
):
    """One step of Adadelta over all variables, in one launch, in place.

    square = rho square + (1 - rho) g^2; d = sqrt(change + epsilon) g / sqrt(square + epsilon);
    change = rho change + (1 - rho) d^2; w -= rate d.

    Args:
        segments: a list of (w, square, change, g): variables, their two slots, and gradients
            (tensors), of one float dtype.
        learning_rate: a float64 Variable ().
        iterations: an int64 Variable (), advanced by one.
        rho, epsilon: numbers.
        weight_decay, norm, clipnorm, clipvalue: see `adam_update`.

    Source: Zeiler, ADADELTA: An Adaptive Learning Rate Method (arXiv 1212.5701, 2012), algorithm 1.

    >>> import numpy as np, fastnn
    >>> w, square, change, g = (fastnn.Variable([x]) for x in (1.0, 4.0, 1.0, 2.0))
    >>> rate, t = fastnn.Variable(np.array(0.5)), fastnn.Variable(np.array(0))
    >>> fastnn.ops.adadelta_update([(w, square, change, g)], rate, t)
    >>> w.numpy().round(4)
    array([0.5], dtype=float32)
    """
    settings = (rho, epsilon, weight_decay, clipnorm, clipvalue)
    names = ("w", "square", "change", "g")
    launch("adadelta_update", segments, names, learning_rate, iterations, norm, settings)
