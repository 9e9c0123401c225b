"""Losses of elements: errors, and cross-entropy of two classes."""

from ..symbolic import operation
from ..tensor import as_tensor, result
from .memory import cast, reshape


def as_weights(weights, shape, like, operation):
    """Sample weights in the dtype of `like`, None for None. Axes of size 1 at the end are dropped
    as long as the weights do not have the first axes of `shape`."""
    if weights is None:
        return None
    weights = cast(as_tensor(weights, operation, like=like), like.dtype)
    own = weights.shape
    while own and own[-1] == 1 and own != shape[: len(own)]:
        own = own[:-1]
    return weights if own == weights.shape else reshape(weights, own)


def element_loss(operation, settings, prediction, target, sample_weight=None):
    """The weighted mean over all elements of a function of prediction and target.

    Args:
        operation: the name to call it by in errors.
        settings: (function, delta, smoothing), as LossSettings has them.
        prediction, target, sample_weight: as in `mean_squared_error`.

    >>> from fastnn.ops.loss import element_loss
    >>> element_loss("absolute error", ("absolute", 1.0, 0.0), [1.0, 4.0], [1.0, 2.0]).item()
    1.0
    """
    p = as_tensor(prediction, operation)
    t = as_tensor(target, operation, like=p)
    w = as_weights(sample_weight, p.shape, p, operation)
    weights = None if w is None else w.array
    k = p.device.module
    loss = p.device.empty((), p.dtype)
    k.loss_forward(loss, p.array, t.array, weights, settings)

    def backward(dloss, out):
        dp, add_p = out(0)
        dt, add_t = out(1)
        inputs = (dloss, p.array, t.array, weights, settings)
        if dp is not dt or dp is None:
            k.loss_backward(dp, dt, *inputs, add=add_p | add_t << 1)
            return
        # Prediction and target are one tensor: its gradient is the sum of both.
        k.loss_backward(dp, None, *inputs, add=add_p)
        k.loss_backward(None, dt, *inputs, add=2)

    saved = (p, t) if w is None else (p, t, w)
    return result(loss, (p, t), backward, saved=saved)


@operation
def mean_squared_error(prediction, target, sample_weight=None):
    """The mean over all elements of weight (prediction - target)^2.

    Args:
        prediction, target: float tensors or arrays of one shape.
        sample_weight: None, or weights whose shape is that of prediction's first axes: one a
            sample, (N,), or one an element. The sum is divided by the number of elements, as
            Keras does, and not by that of the weights. They have no gradient.

    Returns:
        A tensor of shape (). Gradient: 2 (prediction - target) / size, and its negative.

    Raises:
        ValueError: the shapes differ, or there is no element.

    >>> import fastnn
    >>> fastnn.ops.mean_squared_error([1.0, 4.0], [1.0, 2.0]).item()
    2.0
    """
    settings = ("squared", 1.0, 0.0)
    return element_loss("mean_squared_error", settings, prediction, target, sample_weight)


@operation
def mean_absolute_error(prediction, target, sample_weight=None):
    """The mean over all elements of weight |prediction - target|.

    Args:
        prediction, target: float tensors or arrays of one shape.
        sample_weight: as in `mean_squared_error`.

    Returns:
        A tensor of shape (). Gradient: the sign of prediction - target, 0 where they are equal,
        / size.

    Raises:
        ValueError: the shapes differ, or there is no element.

    >>> import fastnn
    >>> fastnn.ops.mean_absolute_error([1.0, 4.0], [1.0, 2.0]).item()
    1.0
    """
    settings = ("absolute", 1.0, 0.0)
    return element_loss("mean_absolute_error", settings, prediction, target, sample_weight)


@operation
def huber(prediction, target, delta=1.0, sample_weight=None):
    """The mean over all elements of e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2).

    Args:
        prediction, target: float tensors or arrays of one shape; e = prediction - target.
        delta: a number >= 0.
        sample_weight: as in `mean_squared_error`.

    Returns:
        A tensor of shape (). Gradient: e within -delta .. delta, / size.

    Raises:
        ValueError: the shapes differ, there is no element, or delta is negative.

    Source: Huber, Robust Estimation of a Location Parameter (1964).

    >>> import fastnn
    >>> fastnn.ops.huber([1.0, 4.0], [1.0, 2.0]).item()
    0.75
    """
    return element_loss("huber", ("huber", delta, 0.0), prediction, target, sample_weight)


@operation
def binary_crossentropy(target, output, from_logits=False, label_smoothing=0.0, sample_weight=None):
    """The mean over all elements of -t log p - (1 - t) log(1 - p).

    Args:
        target: float tensor or array of output's shape: 0, 1, or a probability.
        output: p, or logits of it.
        from_logits: whether `output` is logits: p = sigmoid(output), computed without overflow.
            If not, p is clipped to [1e-7, 1 - 1e-7] as Keras does; what was clipped has no
            gradient.
        label_smoothing: 0 <= s < 1: t (1 - s) + s / 2 takes t's place.
        sample_weight: as in `mean_squared_error`.

    Returns:
        A tensor of shape ().

    Raises:
        ValueError: the shapes differ, there is no element, or the smoothing is out of range.

    >>> import fastnn
    >>> loss = fastnn.ops.binary_crossentropy([1.0, 0.0], [0.5, 0.5])
    >>> round(loss.item(), 4)  # log 2
    0.6931
    """
    function = "sigmoid_cross_entropy" if from_logits else "binary_cross_entropy"
    settings = (function, 1.0, label_smoothing)
    return element_loss("binary_crossentropy", settings, output, target, sample_weight)
