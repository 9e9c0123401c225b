"""Losses of how far two regions overlap, for the segmentation of pictures."""

from .. import ops
from .._checks import as_number
from .._floatx import epsilon
from ._arguments import as_pair
from .loss import LossFunctionWrapper


def dice(y_true, y_pred, axis=None):
    """1 - 2 sum(y_true y_pred) / (sum(y_true) + sum(y_pred) + 1e-7).

    Args:
        y_true: 0 or 1, or shares between them.
        y_pred: of y_true's shape; where one of the two lacks a last axis of size 1, it gets one.
        axis: over which is summed: an axis or several. None sums over the whole batch, and there
            is one value; (1, 2, 3) gives a value for each picture.

    Returns:
        y_pred's shape without the axes, and its dtype.

    Raises:
        ValueError: the shapes do not fit, or there is no such axis.

    Source: Milletari et al., V-Net: Fully Convolutional Neural Networks for Volumetric Medical
    Image Segmentation (2016).

    >>> import fastnn
    >>> loss = fastnn.losses.dice([[1.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 0.0]], axis=1)
    >>> loss.numpy().round(4)
    array([0.    , 0.3333], dtype=float32)
    """
    t, p = as_pair(y_true, y_pred, "dice")
    axis = _as_axes(axis)
    both = ops.sum(t * p, axis=axis)
    return 1.0 - 2.0 * both / (ops.sum(t, axis=axis) + ops.sum(p, axis=axis) + epsilon())


def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """1 - both / (both + alpha missed + beta wrong + 1e-7), of the sums both = t p,
    missed = t (1 - p) and wrong = (1 - t) p.

    Args:
        y_true, y_pred, axis: t and p, as `dice` takes them.
        alpha: the weight of what was missed. The paper and Keras give alpha to the other one in
            words; these are Keras's numbers.
        beta: the weight of what is wrongly there.

    Returns:
        y_pred's shape without the axes, and its dtype.

    Source: Salehi et al., Tversky Loss Function for Image Segmentation Using 3D Fully Convolutional
    Deep Networks (2017).

    >>> import fastnn
    >>> fastnn.losses.tversky([1.0, 1.0, 0.0], [1.0, 0.0, 0.0], alpha=1.0).numpy().round(4)
    np.float32(0.5)
    """
    t, p = as_pair(y_true, y_pred, "tversky")
    axis = _as_axes(axis)
    both, missed, wrong = (ops.sum(x, axis=axis) for x in (t * p, (1.0 - p) * t, p * (1.0 - t)))
    alpha, beta = as_number(alpha, "tversky", "alpha"), as_number(beta, "tversky", "beta")
    return 1.0 - both / (both + missed * alpha + wrong * beta + epsilon())


def _as_axes(axis):
    """A list of axes as a tuple, which is what reductions take, and settings are."""
    return tuple(axis) if isinstance(axis, list) else axis


class Dice(LossFunctionWrapper):
    """1 - twice the overlap over both sizes: `dice`.

    Args:
        reduction, name, dtype: as `Loss` takes them.
        axis: over which is summed; None is all of the batch, with one value.

    Source: Milletari et al., V-Net: Fully Convolutional Neural Networks for Volumetric Medical
    Image Segmentation (2016).

    >>> import fastnn
    >>> round(fastnn.losses.Dice()([1.0, 1.0], [1.0, 0.0]).item(), 4)
    0.3333
    """

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(dice, reduction, name, dtype, axis=_as_axes(axis))


class Tversky(LossFunctionWrapper):
    """1 - the overlap over itself and what differs, weighted: `tversky`.

    Args:
        alpha: the weight of what was missed.
        beta: the weight of what is wrongly there.
        reduction, name, dtype: as `Loss` takes them.
        axis: over which is summed; None is all of the batch, with one value.

    Source: Salehi et al., Tversky Loss Function for Image Segmentation Using 3D Fully Convolutional
    Deep Networks (2017).

    >>> import fastnn
    >>> round(fastnn.losses.Tversky(alpha=1.0)([1.0, 1.0], [1.0, 0.0]).item(), 4)
    0.5
    """

    def __init__(
        self,
        alpha=0.5,
        beta=0.5,
        reduction="sum_over_batch_size",
        name="tversky",
        axis=None,
        dtype=None,
    ):
        super().__init__(
            tversky,
            reduction,
            name,
            dtype,
            alpha=as_number(alpha, "Tversky", "alpha"),
            beta=as_number(beta, "Tversky", "beta"),
            axis=_as_axes(axis),
        )
