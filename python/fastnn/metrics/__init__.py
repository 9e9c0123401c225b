"""Metrics: what an epoch's batches come to, with Keras's names, arguments and numbers."""

from .._names import find, snake_case
from ..losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kind_of_targets,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from ..saving.deserialization import deserializer
from ..saving.serialization import serialize_keras_object as serialize
from .accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
)
from .auc import AUC
from .correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from .counts import FalseNegatives, FalsePositives, TrueNegatives, TruePositives
from .errors import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
)
from .f_score import F1Score, FBetaScore
from .hinge import CategoricalHinge, Hinge, SquaredHinge
from .metric import Metric
from .overlap import BinaryIoU, ConfusionMatrix, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from .precision import (
    Precision,
    PrecisionAtRecall,
    Recall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from .probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from .r2_score import R2Score
from .reduction import Mean, MeanMetricWrapper, Sum
from .top_k import (
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)

__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConcordanceCorrelation",
    "ConfusionMatrix",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "accuracy",
    "as_metric",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "concordance_correlation",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "pearson_correlation",
    "poisson",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]

_CLASSES = (
    *(Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy),
    *(TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy),
    *(BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy),
    *(KLDivergence, Poisson, Hinge, SquaredHinge, CategoricalHinge),
    *(MeanSquaredError, RootMeanSquaredError, MeanAbsoluteError, MeanAbsolutePercentageError),
    *(MeanSquaredLogarithmicError, CosineSimilarity, LogCoshError, R2Score, Mean, Sum),
    *(PearsonCorrelation, ConcordanceCorrelation, AUC, Precision, Recall, F1Score, FBetaScore),
    *(TruePositives, TrueNegatives, FalsePositives, FalseNegatives, BinaryIoU),
)
_WITH_ARGUMENTS = (  # which a name alone cannot make
    *(SensitivityAtSpecificity, SpecificityAtSensitivity, PrecisionAtRecall, RecallAtPrecision),
    *(ConfusionMatrix, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU),
)
_ALIASES = {
    "acc": Accuracy,
    "bce": BinaryCrossentropy,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "mse": MeanSquaredError,
    "msle": MeanSquaredLogarithmicError,
}
_KNOWN = {snake_case(kind.__name__): kind for kind in _CLASSES}
_KNOWN |= {kind.__name__: kind for kind in _CLASSES}
_KNOWN_WITH_ARGUMENTS = {snake_case(kind.__name__): kind for kind in _WITH_ARGUMENTS}
_KNOWN_WITH_ARGUMENTS |= {kind.__name__: kind for kind in _WITH_ARGUMENTS}
_KNOWN |= _ALIASES | {alias.upper(): kind for alias, kind in _ALIASES.items()}
_BY_TARGETS = {
    "accuracy": {
        "binary": BinaryAccuracy,
        "sparse": SparseCategoricalAccuracy,
        "categorical": CategoricalAccuracy,
    },
    "crossentropy": {
        "binary": BinaryCrossentropy,
        "sparse": SparseCategoricalCrossentropy,
        "categorical": CategoricalCrossentropy,
    },
}
_BY_TARGETS |= {"acc": _BY_TARGETS["accuracy"], "ce": _BY_TARGETS["crossentropy"]}


def get(identifier):
    """A metric from its name, its class, or itself, as Keras's `metrics.get`.

    Args:
        identifier: a class's name ("MeanSquaredError", "mean_squared_error", "mse", "MSE") or a
            class, which gives an object; a metric, a function or None, which are given back.

    Raises:
        ValueError: the name is unknown; the error says which are near. Or the class cannot be made
            without arguments, such as IoU's number of classes.

    >>> import fastnn
    >>> fastnn.metrics.get("mse")
    <MeanSquaredError mean_squared_error>
    """
    if identifier is None:
        return None
    kind = _KNOWN_WITH_ARGUMENTS.get(identifier) if isinstance(identifier, str) else identifier
    if any(kind is one for one in _WITH_ARGUMENTS):
        raise ValueError(
            f"metrics.get: {kind.__name__} cannot be made without arguments; give an object, such "
            f"as metrics.{kind.__name__}({_wanted_arguments(kind)}=..)."
        )
    return find("metrics.get", identifier, _KNOWN)


def _wanted_arguments(kind):
    from inspect import signature  # which only an error is worth

    wanted = [p.name for p in signature(kind).parameters.values() if p.default is p.empty]
    return "=.., ".join(wanted)


def as_metric(identifier, y_true_shape=None, y_pred_shape=None):
    """The `Metric` that a training loop updates, from what a user gives as one. It bears the name
    that it was given by.

    Args:
        identifier: as `get` takes it, or "accuracy" or "acc", "crossentropy" or "ce": the binary,
            sparse or categorical one, as the shapes say.
        y_true_shape, y_pred_shape: of targets and predictions, for these four names.

    Raises:
        ValueError: the name is unknown, or None.

    >>> import fastnn
    >>> fastnn.metrics.as_metric("acc", (32,), (32, 10))
    <SparseCategoricalAccuracy acc>
    >>> fastnn.metrics.as_metric("mse")
    <MeanSquaredError mse>
    """
    name = identifier if isinstance(identifier, str) else None
    by_targets = _BY_TARGETS.get(name.lower()) if name is not None else None
    if by_targets is not None:
        return by_targets[kind_of_targets(y_true_shape, y_pred_shape)](name=name)
    found = get(identifier)
    if found is None:
        raise ValueError("metrics: None came; a name, a metric or a function is wanted.")
    if not isinstance(found, Metric):
        return MeanMetricWrapper(found)
    if name is not None:
        found.name = name
    return found


deserialize = deserializer(get)
