"""Focal cross-entropies: samples that are predicted well already count less."""

from .. import ops
from .._checks import as_number
from ..ops._axes import as_bool
from ..variable import Variable
from ._arguments import as_data, as_pair, as_share
from .crossentropy import as_classes, binary_values, probabilities
from .loss import LossFunctionWrapper


def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """The mean over an axis of (1 - p_t)^gamma times the binary cross-entropy, where
    p_t = t p + (1 - t) (1 - p) is the probability of the right class.

    Args:
        y_true, y_pred, label_smoothing, axis: as `binary_crossentropy` takes them.
        apply_class_balancing: whether to multiply by alpha t + (1 - alpha) (1 - t).
        alpha: the weight of class 1, from 0 to 1.
        gamma: a number; 0 leaves the cross-entropy as it is.
        from_logits: whether y_pred is logits, of which p is the sigmoid.

    Returns:
        A value for each sample, of y_pred's shape without the axis, and of its dtype.

    Source: Lin et al., Focal Loss for Dense Object Detection (2017).

    >>> import fastnn
    >>> fastnn.losses.binary_focal_crossentropy([[1.0]], [[0.5]]).numpy()  # log(2) / 4
    array([0.1732868], dtype=float32)
    """
    name = "binary_focal_crossentropy"
    t, p = as_pair(y_true, y_pred, name)
    if as_share(label_smoothing, name, "label_smoothing"):
        t = t * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if as_bool(from_logits, name, "from_logits"):
        p = ops.sigmoid(p)
    right = t * p + (1.0 - t) * (1.0 - p)
    values = (1.0 - right) ** as_number(gamma, name, "gamma") * binary_values(t, p, False)
    if as_bool(apply_class_balancing, name, "apply_class_balancing"):
        alpha = as_share(alpha, name, "alpha")
        values = values * (t * alpha + (1.0 - t) * (1.0 - alpha))
    return ops.mean(values, axis=axis)


def categorical_focal_crossentropy(
    y_true,
    y_pred,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """-sum(alpha (1 - p)^gamma t log p) over the classes.

    Args:
        y_true, y_pred, from_logits, label_smoothing, axis: as `categorical_crossentropy` takes
            them.
        alpha: a number, or one for each class.
        gamma: a number; 0 leaves the cross-entropy, times alpha.

    Returns:
        A value for each sample, of y_pred's shape without the axis, and of its dtype.

    Source: Lin et al., Focal Loss for Dense Object Detection (2017).

    >>> import fastnn
    >>> loss = fastnn.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]], alpha=1.0)
    >>> loss.numpy()  # log(2) / 4
    array([0.1732868], dtype=float32)
    """
    name = "categorical_focal_crossentropy"
    t, x = as_classes(y_true, y_pred, name, axis, label_smoothing)
    p = probabilities(ops.softmax(x) if as_bool(from_logits, name, "from_logits") else x)
    factor = (1.0 - p) ** as_number(gamma, name, "gamma") * _as_alpha(alpha, x, name)
    return ops.negative(ops.sum(factor * t * ops.log(p), axis=-1))


def _as_alpha(alpha, x, operation):
    """A number as it is; several, one a class, as a tensor."""
    if isinstance(alpha, (int, float)):
        return alpha
    alpha = as_data(alpha, operation, like=x, dtype=x.dtype)
    if alpha.shape not in ((), x.shape[-1:]):
        raise ValueError(
            f"{operation}: alpha has shape {alpha.shape}; a number, or one for each of the "
            f"{x.shape[-1]} classes is wanted."
        )
    return alpha


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary cross-entropy in which what is predicted well counts less:
    `binary_focal_crossentropy`.

    Args:
        apply_class_balancing: whether class 1 has the weight alpha and class 0 1 - alpha.
        alpha: that weight, from 0 to 1.
        gamma: the exponent of 1 - the probability of the right class.
        from_logits, label_smoothing, axis: as `BinaryCrossentropy` takes them.
        reduction, name, dtype: as `Loss` takes them.

    Source: Lin et al., Focal Loss for Dense Object Detection (2017).

    >>> import fastnn
    >>> loss = fastnn.losses.BinaryFocalCrossentropy(gamma=1.0)([[1.0]], [[0.5]])
    >>> round(loss.item(), 4)  # log(2) / 2
    0.3466
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        kind = "BinaryFocalCrossentropy"
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=as_bool(apply_class_balancing, kind, "apply_class_balancing"),
            alpha=as_share(alpha, kind, "alpha"),
            gamma=as_number(gamma, kind, "gamma"),
            from_logits=as_bool(from_logits, kind, "from_logits"),
            label_smoothing=as_share(label_smoothing, kind, "label_smoothing"),
            axis=axis,
        )


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Categorical cross-entropy in which what is predicted well counts less:
    `categorical_focal_crossentropy`.

    Args:
        alpha: a number, or one for each class, by which values are multiplied.
        gamma: the exponent of 1 - p.
        from_logits, label_smoothing, axis: as `CategoricalCrossentropy` takes them.
        reduction, name, dtype: as `Loss` takes them.

    Source: Lin et al., Focal Loss for Dense Object Detection (2017).

    >>> import fastnn
    >>> loss = fastnn.losses.CategoricalFocalCrossentropy(alpha=1.0)([[0.0, 1.0]], [[0.5, 0.5]])
    >>> round(loss.item(), 4)  # log(2) / 4
    0.1733
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        kind = "CategoricalFocalCrossentropy"
        if not isinstance(alpha, (int, float)):
            # A variable: inside of a recorded step there are no lists and no arrays of the host.
            alpha = Variable(alpha, "float64", trainable=False, name="alpha")
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=as_number(gamma, kind, "gamma"),
            from_logits=as_bool(from_logits, kind, "from_logits"),
            label_smoothing=as_share(label_smoothing, kind, "label_smoothing"),
            axis=axis,
        )
