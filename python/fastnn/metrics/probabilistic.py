"""Means of cross-entropies and divergences."""

from .. import ops
from ..losses import (
    binary_crossentropy,
    categorical_crossentropy,
    kl_divergence,
    poisson,
    sparse_categorical_crossentropy,
)
from ..losses._arguments import as_class_numbers, as_predictions, classes_last, with_weights
from ..ops._axes import as_bool
from .reduction import MeanMetricWrapper


class KLDivergence(MeanMetricWrapper):
    """The mean Kullback-Leibler divergence of predicted from true probabilities.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> fastnn.metrics.KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]).item()
    0.0
    """

    def __init__(self, name="kl_divergence", dtype=None):
        super().__init__(kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """The mean of y_pred - y_true log(y_pred), for counts.

    Args:
        name, dtype: as `Metric` takes them.

    >>> import fastnn
    >>> round(fastnn.metrics.Poisson()([[2.0]], [[1.0]]).item(), 4)
    1.0
    """

    def __init__(self, name="poisson", dtype=None):
        super().__init__(poisson, name, dtype)


class BinaryCrossentropy(MeanMetricWrapper):
    """The mean cross-entropy of two classes.

    Args:
        name, dtype: as `Metric` takes them.
        from_logits: whether predictions are logits; else they are probabilities, clipped as Keras
            does.
        label_smoothing: s, by which targets become t (1 - s) + s / 2.

    >>> import fastnn
    >>> round(fastnn.metrics.BinaryCrossentropy()([1, 0], [[0.5], [0.5]]).item(), 4)  # log 2
    0.6931
    """

    def __init__(
        self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0
    ):
        super().__init__(
            binary_crossentropy,
            name,
            dtype,
            from_logits=as_bool(from_logits, "BinaryCrossentropy", "from_logits"),
            label_smoothing=label_smoothing,
        )


class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean cross-entropy with a probability for each class, such as one-hot rows, as targets.

    Args:
        name, dtype: as `Metric` takes them.
        from_logits: whether predictions are logits; else they are probabilities, clipped as Keras
            does.
        label_smoothing: s, by which targets become t (1 - s) + s / classes.
        axis: where the classes lie.

    >>> import fastnn
    >>> metric = fastnn.metrics.CategoricalCrossentropy()
    >>> round(metric([[0.0, 1.0]], [[0.5, 0.5]]).item(), 4)  # log 2
    0.6931
    """

    def __init__(
        self,
        name="categorical_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
        axis=-1,
    ):
        super().__init__(
            categorical_crossentropy,
            name,
            dtype,
            from_logits=as_bool(from_logits, "CategoricalCrossentropy", "from_logits"),
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean cross-entropy with class numbers as targets.

    Args:
        name, dtype: as `Metric` takes them.
        from_logits: whether predictions are logits; else they are probabilities, clipped as Keras
            does.
        ignore_class: a class number whose samples have the value 0. As in Keras they count all the
            same, unless there are weights.
        axis: where the classes lie.

    >>> import fastnn
    >>> metric = fastnn.metrics.SparseCategoricalCrossentropy()
    >>> round(metric([1], [[0.5, 0.5]]).item(), 4)  # log 2
    0.6931
    """

    def __init__(
        self,
        name="sparse_categorical_crossentropy",
        dtype=None,
        from_logits=False,
        ignore_class=None,
        axis=-1,
    ):
        super().__init__(
            sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=as_bool(from_logits, "SparseCategoricalCrossentropy", "from_logits"),
            ignore_class=ignore_class,
            axis=axis,
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch; weights have the first axes of the class numbers."""
        if sample_weight is not None and self.ignore_class is not None:
            y_pred = as_predictions(y_pred, self.name)
            labels = as_class_numbers(y_true, classes_last(y_pred, self.axis, self.name), self.name)
            counted = ops.cast(ops.not_equal(labels, self.ignore_class), y_pred.dtype)
            sample_weight = ops.multiply(*with_weights(counted, sample_weight, self.name))
        super().update_state(y_true, y_pred, sample_weight)
