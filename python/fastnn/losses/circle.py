"""Circle loss: vectors of one class are drawn together, those of others driven apart."""

import math

from .. import ops
from .._checks import as_number
from ..ops._axes import as_bool
from ._arguments import as_data, as_predictions
from .loss import LossFunctionWrapper, takes_class_numbers


@takes_class_numbers
def circle(
    y_true,
    y_pred,
    ref_labels=None,
    ref_embeddings=None,
    remove_diagonal=True,
    gamma=80.0,
    margin=0.4,
):
    """softplus(L_p + L_n) for each vector, where of its cosine distances d to the reference vectors
    L_p = logsumexp(-gamma max(margin + d, 0) (margin - d)) over those of its own class, and
    L_n = logsumexp(gamma max(1 + margin - d, 0) (1 - margin - d)) over the others.

    Args:
        y_true: class numbers, (N,) or (N, 1).
        y_pred: vectors of norm 1, (N, size); max(1 - the product of two, 0) is their distance.
        ref_labels, ref_embeddings: the reference: class numbers and vectors (M, size); if None,
            y_true and y_pred.
        remove_diagonal: whether the i-th vector does not meet the i-th of the reference, which is
            itself if the reference is y_pred.
        gamma: how steep.
        margin: the distance that is small enough within a class, and 1 - margin is large enough.

    Returns:
        A value for each vector, (N,); 0 for one that has none of its class, or no other.

    Raises:
        ValueError: the shapes do not fit.

    Source: Sun et al., Circle Loss: A Unified Perspective of Pair Similarity Optimization (2020).

    >>> import fastnn
    >>> vectors = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    >>> fastnn.losses.circle([0, 0, 1], vectors, gamma=1.0).numpy().round(4)
    array([0.5459, 0.5459, 0.    ], dtype=float32)
    """
    gamma, margin = as_number(gamma, "circle", "gamma"), as_number(margin, "circle", "margin")
    x = as_predictions(y_pred, "circle")
    labels = _as_labels(y_true, x)
    others, names = x, labels
    if ref_embeddings is not None:
        others = as_data(ref_embeddings, "circle", like=x, dtype=x.dtype)
        if others.ndim != 2 or others.shape[1] != x.shape[1]:
            raise ValueError(
                f"circle: ref_embeddings has shape {others.shape} and y_pred {x.shape}; vectors of "
                "one size are wanted."
            )
    if ref_labels is not None or others is not x:
        names = _as_labels(y_true if ref_labels is None else ref_labels, others)
    same = _compared(labels, names, ops.equal)
    of_class, of_others = same, ops.equal(same, 0)
    if as_bool(remove_diagonal, "circle", "remove_diagonal"):
        # As numbers the minimum of two conditions is their "and".
        floats = [ops.cast(c, x.dtype) for c in (same, _off_diagonal(x, others))]
        of_class = ops.cast(ops.minimum(*floats), "uint8")

    d = ops.maximum(1.0 - ops.matmul(x, others, transpose_b=True), 0.0)
    near = -gamma * ops.maximum(margin + d, 0.0) * (margin - d)
    far = gamma * ops.maximum(1.0 + margin - d, 0.0) * (1.0 - margin - d)
    sums = [
        ops.logsumexp(ops.where(chosen, values, -math.inf), axis=1)
        for chosen, values in ((of_class, near), (of_others, far))
    ]
    return ops.softplus(sums[0] + sums[1])


def _as_labels(y, x):
    """Class numbers, whatever they are, of the vectors x (N, size): int32 (N,)."""
    labels = as_data(y, "circle", like=x)
    if x.ndim != 2 or labels.shape not in ((len(x),), (len(x), 1)):
        raise ValueError(
            f"circle: labels of shape {labels.shape} came for vectors {x.shape}; (N,) and (N, "
            "size) are wanted."
        )
    return ops.reshape(ops.cast(labels, "int32"), (len(x),))


def _compared(a, b, function):
    return function(ops.expand_dims(a, 1), ops.expand_dims(b, 0))


def _off_diagonal(x, others):
    places = [ops.cumsum(ops.full((len(y),), 1.0, x.dtype, x.device)) for y in (x, others)]
    return _compared(*places, ops.not_equal)


class Circle(LossFunctionWrapper):
    """Draws vectors of one class together and drives others apart: `circle`.

    A mean is over the vectors whose value is above 0, as in Keras.

    Args:
        gamma: how steep.
        margin: the distance that is small enough within a class.
        remove_diagonal: whether a vector does not meet itself.
        reduction, name, dtype: as `Loss` takes them.

    Source: Sun et al., Circle Loss: A Unified Perspective of Pair Similarity Optimization (2020).

    >>> import fastnn
    >>> vectors = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    >>> round(fastnn.losses.Circle(gamma=1.0)([0, 0, 1], vectors).item(), 4)
    0.5459
    """

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        super().__init__(
            circle,
            reduction,
            name,
            dtype,
            gamma=as_number(gamma, "Circle", "gamma"),
            margin=as_number(margin, "Circle", "margin"),
            remove_diagonal=as_bool(remove_diagonal, "Circle", "remove_diagonal"),
        )

    def mask(self, y_true, y_pred, values):
        return ops.cast(ops.greater(values, 0.0), values.dtype)
