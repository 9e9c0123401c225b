"""Cross-entropy of two classes, and of several with a probability for each as targets."""

import warnings

from .. import ops
from .._floatx import epsilon
from ..ops._axes import as_axis, as_bool
from ._arguments import as_pair, as_share, classes_last
from .loss import LossFunctionWrapper

_SPARSE = "Class numbers are for the sparse categorical cross-entropy."


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """The mean over an axis of -t log p - (1 - t) log(1 - p).

    Args:
        y_true: t: 0, 1, or a probability.
        y_pred: p, of y_true's shape, or logits of it; where one of the two lacks a last axis of
            size 1, it gets one.
        from_logits: whether y_pred is logits: p = sigmoid(y_pred), computed without overflow. If
            not, p is clipped to [1e-7, 1 - 1e-7].
        label_smoothing: s from 0 to 1: t (1 - s) + s / 2 takes t's place.
        axis: over which the mean is taken.

    Returns:
        A value for each sample, of y_pred's shape without the axis, and of its dtype.

    Raises:
        ValueError: the shapes do not fit, or the smoothing is out of range.

    >>> import fastnn
    >>> fastnn.losses.binary_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).numpy()  # log 2
    array([0.6931472], dtype=float32)
    """
    name = "binary_crossentropy"
    t, x = as_pair(y_true, y_pred, name)
    if as_share(label_smoothing, name, "label_smoothing"):
        t = t * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return ops.mean(binary_values(t, x, as_bool(from_logits, name, "from_logits")), axis=axis)


def binary_values(t, x, from_logits):
    """The cross-entropy of each element.

    >>> from fastnn import ops
    >>> from fastnn.losses.crossentropy import binary_values
    >>> binary_values(ops.ones((1,)), ops.zeros((1,)), from_logits=True).numpy()
    array([0.6931472], dtype=float32)
    """
    if from_logits:
        return t * ops.softplus(ops.negative(x)) + (1.0 - t) * ops.softplus(x)
    p = ops.clip(x, epsilon(), 1.0 - epsilon())
    return ops.negative(t * ops.log(p) + (1.0 - t) * ops.log(1.0 - p))


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """-sum(t log p) over the classes; one-hot rows are the usual targets.

    Args:
        y_true: t, a probability for each class.
        y_pred: p, of y_true's shape, or logits.
        from_logits: whether y_pred is logits: p = softmax(y_pred). If not, it is divided by its
            sum over the classes and clipped to [1e-7, 1 - 1e-7].
        label_smoothing: s from 0 to 1: t (1 - s) + s / classes takes t's place.
        axis: where the classes lie.

    Returns:
        A value for each sample, of y_pred's shape without the axis, and of its dtype.

    Raises:
        ValueError: the shapes do not fit, or the smoothing is out of range.

    >>> import fastnn
    >>> fastnn.losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy()  # log 2
    array([0.6931472], dtype=float32)
    """
    name = "categorical_crossentropy"
    t, x = as_classes(y_true, y_pred, name, axis, label_smoothing)
    logs = log_probabilities(x, as_bool(from_logits, name, "from_logits"))
    return ops.negative(ops.sum(t * logs, axis=-1))


def as_classes(y_true, y_pred, operation, axis, label_smoothing=0.0):
    """Targets, smoothed, and predictions, both with the classes at the end.

    >>> from fastnn.losses.crossentropy import as_classes
    >>> t, x = as_classes([[0.0, 1.0]], [[2.0, 3.0]], "an example", -1, 0.5)
    >>> t.numpy()
    array([[0.25, 0.75]], dtype=float32)
    """
    t, x = as_pair(y_true, y_pred, operation, _SPARSE)
    t, x = (classes_last(one, axis, operation) for one in (t, x))
    if x.shape[-1] == 1:
        warnings.warn(
            f"{operation}: y_pred has shape {x.shape}, a single class, which makes every loss the "
            "same; for two classes with one output there is the binary cross-entropy.",
            stacklevel=4,
        )
    if as_share(label_smoothing, operation, "label_smoothing"):
        t = t * (1.0 - label_smoothing) + label_smoothing / x.shape[-1]
    return t, x


def probabilities(x):
    """Rows divided by their sums and clipped as Keras clips them.

    >>> from fastnn import ops
    >>> from fastnn.losses.crossentropy import probabilities
    >>> probabilities(ops.ones((1, 2))).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """
    shares = x / ops.sum(x, axis=-1, keepdims=True)
    return ops.clip(shares, epsilon(), 1.0 - epsilon())


def log_probabilities(x, from_logits):
    """The logarithms of the classes' probabilities, along the last axis.

    >>> from fastnn import ops
    >>> from fastnn.losses.crossentropy import log_probabilities
    >>> log_probabilities(ops.ones((1, 2)), from_logits=True).numpy()
    array([[-0.6931472, -0.6931472]], dtype=float32)
    """
    return ops.log_softmax(x) if from_logits else ops.log(probabilities(x))


class BinaryCrossentropy(LossFunctionWrapper):
    """Cross-entropy of two classes, element by element: `binary_crossentropy`.

    Args:
        from_logits: whether predictions are logits; else they are probabilities, clipped as Keras
            does.
        label_smoothing: s, by which targets become t (1 - s) + s / 2.
        axis: over which a sample's mean is taken.
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> loss = fastnn.losses.BinaryCrossentropy()([1.0, 0.0], [[0.5], [0.5]])
    >>> round(loss.item(), 4)  # log 2
    0.6931
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=as_bool(from_logits, "BinaryCrossentropy", "from_logits"),
            label_smoothing=as_share(label_smoothing, "BinaryCrossentropy", "label_smoothing"),
            axis=axis,
        )

    def fused(self, y_true, y_pred, sample_weight):
        t, x = as_pair(y_true, y_pred, self.name)
        if sample_weight is not None and as_axis(self.axis, x.ndim, self.name) != x.ndim - 1:
            return None  # the kernel's weights go with means over the last axis
        return ops.binary_crossentropy(t, x, self.from_logits, self.label_smoothing, sample_weight)


class CategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy with a probability for each class, such as one-hot rows, as targets:
    `categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits; else they are probabilities, clipped as Keras
            does.
        label_smoothing: s, by which targets become t (1 - s) + s / classes.
        axis: where the classes lie.
        reduction, name, dtype: as `Loss` takes them.

    >>> import fastnn
    >>> loss = fastnn.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])
    >>> round(loss.item(), 4)  # log 2
    0.6931
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=as_bool(from_logits, "CategoricalCrossentropy", "from_logits"),
            label_smoothing=as_share(label_smoothing, "CategoricalCrossentropy", "label_smoothing"),
            axis=axis,
        )

    def fused(self, y_true, y_pred, sample_weight):
        t, x = as_classes(y_true, y_pred, self.name, self.axis)
        if x.ndim < 2:
            return None  # a single row, which the kernels do not take
        return ops.categorical_crossentropy(
            t, x, self.from_logits, self.label_smoothing, sample_weight
        )
