"""Losses with class numbers as targets."""

from .. import ops
from .._checks import as_number
from ..ops._axes import as_bool
from ._arguments import as_class_numbers, as_predictions, classes_last, with_weights
from .crossentropy import log_probabilities
from .loss import LossFunctionWrapper, over_counted, takes_class_numbers


@takes_class_numbers
def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """-log p of the right class.

    Args:
        y_true: class numbers, of y_pred's shape without the classes; they may keep an axis of
            size 1 in their place.
        y_pred: p, a probability for each class, or logits.
        from_logits: whether y_pred is logits: p = softmax(y_pred). If not, it is divided by its
            sum over the classes and clipped to [1e-7, 1 - 1e-7].
        ignore_class: a class number whose samples have the value 0; it may be none of y_pred's
            classes, such as -1. None ignores none.
        axis: where the classes lie.

    Returns:
        A value for each sample, of y_pred's shape without the axis, and of its dtype.

    Raises:
        ValueError: a label is outside 0 .. classes - 1, or the shapes do not fit.

    >>> import fastnn
    >>> fastnn.losses.sparse_categorical_crossentropy([1, 0], [[0.5, 0.5], [0.0, 1.0]]).numpy()
    array([ 0.6931472, 16.118095 ], dtype=float32)
    """
    name = "sparse_categorical_crossentropy"
    x = classes_last(as_predictions(y_pred, name), axis, name)
    labels = as_class_numbers(y_true, x, name)
    keep = None
    if ignore_class is not None:
        labels, x, keep = without_ignored(labels, x, ignore_class)
    logs = log_probabilities(x, as_bool(from_logits, name, "from_logits"))
    values = ops.negative(of_class(labels, logs))
    return values if keep is None else ops.where(keep, values, 0.0)


def of_class(labels, x):
    """x (.., classes) at each row's label; a label that is no class is an error, as it is not for
    one_hot alone.

    >>> import numpy as np, fastnn
    >>> from fastnn.losses.sparse_crossentropy import of_class
    >>> labels = fastnn.Tensor(np.array([1], "int32"))
    >>> of_class(labels, fastnn.Tensor(np.array([[3.0, 4.0]]))).numpy()
    array([4.])
    """
    classes = x.shape[-1]
    ones = ops.full((classes,), 1.0, x.dtype, x.device)
    # A factor of one, by looking each label up: the kernel refuses what is not there.
    known = ops.reshape(ops.gather(ones, ops.reshape(labels, (labels.size,))), labels.shape)
    return known * ops.sum(ops.one_hot(labels, classes, dtype=x.dtype) * x, axis=-1)


def without_ignored(labels, x, ignore_class):
    """Labels and predictions, harmless where the label is `ignore_class`, and where it is not.

    Ignored rows become class 0 and equal predictions: nothing that stands there, NaN included,
    reaches the loss, and they have no gradient.

    >>> import numpy as np, fastnn
    >>> from fastnn.losses.sparse_crossentropy import without_ignored
    >>> labels, x = np.array([1, 9], "int32"), np.array([[3.0, 4.0], [5.0, 6.0]])
    >>> labels, x, keep = without_ignored(fastnn.Tensor(labels), fastnn.Tensor(x), 9)
    >>> labels.numpy(), x.numpy(), keep.numpy()
    (array([1, 0], dtype=int32), array([[3., 4.],
           [1., 1.]]), array([1, 0], dtype=uint8))
    """
    keep = ops.not_equal(labels, ignore_class)
    numbers = ops.where(keep, ops.cast(labels, "float64"), 0.0)
    x = ops.where(ops.expand_dims(keep, -1), x, 1.0)
    return ops.cast(numbers, "int32"), x, keep


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy with class numbers as labels: `sparse_categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits; else they are probabilities, clipped as Keras
            does.
        ignore_class: a class number whose samples do not count: a mean is over the others. None
            ignores none.
        reduction, name, dtype: as `Loss` takes them.
        axis: where the classes lie.

    >>> import fastnn
    >>> loss = fastnn.losses.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])
    >>> round(loss.item(), 4)  # log 2
    0.6931
    """

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        if ignore_class is not None and (
            isinstance(ignore_class, bool) or not isinstance(ignore_class, int)
        ):
            raise TypeError(
                f"SparseCategoricalCrossentropy: ignore_class is {ignore_class!r}; an integer or "
                "None is wanted."
            )
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=as_bool(from_logits, "SparseCategoricalCrossentropy", "from_logits"),
            ignore_class=ignore_class,
            axis=axis,
        )

    def fused(self, y_true, y_pred, sample_weight):
        x = classes_last(y_pred, self.axis, self.name)
        labels = as_class_numbers(y_true, x, self.name)
        if x.ndim < 2:
            return None  # a single row, which the kernels do not take
        mean = ops.sparse_categorical_crossentropy
        if self.ignore_class is None:
            return mean(labels, x, self.from_logits, sample_weight)
        labels, x, keep = without_ignored(labels, x, self.ignore_class)
        counted = weights = ops.cast(keep, x.dtype)
        if sample_weight is not None:
            weights = ops.multiply(*with_weights(counted, sample_weight, self.name))
        return over_counted(mean(labels, x, self.from_logits, weights), counted)

    def mask(self, y_true, y_pred, values):
        if self.ignore_class is None:
            return None
        labels = as_class_numbers(y_true, classes_last(y_pred, self.axis, self.name), self.name)
        return ops.cast(ops.not_equal(labels, self.ignore_class), values.dtype)


@takes_class_numbers
def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """(1 - p^q) / q of the right class's probability p: between the cross-entropy, to which it
    tends for q -> 0, and the absolute error, q = 1, which minds wrong labels less.

    Args:
        y_true: class numbers, of y_pred's shape without the last axis.
        y_pred: a probability for each class.
        q: a number between 0 and 1.

    Returns:
        A value for each sample, of y_pred's shape without the last axis, and of its dtype.

    Raises:
        ValueError: a label is outside 0 .. classes - 1, or q is out of range.

    Source: Zhang and Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with
    Noisy Labels (2018).

    >>> import fastnn
    >>> fastnn.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).numpy()
    array([1.], dtype=float32)
    """
    name = "categorical_generalized_cross_entropy"
    q = _as_q(q, name)
    x = as_predictions(y_pred, name)
    p = of_class(as_class_numbers(y_true, x, name), x)
    return (1.0 - p**q) / q


def _as_q(q, operation):
    number = as_number(q, operation, "q")
    if not 0 < number < 1:
        raise ValueError(f"{operation}: q is {q}; a number between 0 and 1 is wanted.")
    return number


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """(1 - p^q) / q, a cross-entropy that minds wrong labels less:
    `categorical_generalized_cross_entropy`.

    Args:
        q: a number between 0 and 1; the larger, the less a label counts that is far off.
        reduction, name, dtype: as `Loss` takes them.

    Source: Zhang and Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with
    Noisy Labels (2018).

    >>> import fastnn
    >>> fastnn.losses.CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]).item()
    1.0
    """

    def __init__(
        self,
        q=0.5,
        reduction="sum_over_batch_size",
        name="categorical_generalized_cross_entropy",
        dtype=None,
    ):
        q = _as_q(q, "CategoricalGeneralizedCrossEntropy")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
