"""Losses as objects and as functions, with Keras's names, arguments and numbers."""

from .._names import find
from ..saving.deserialization import deserializer
from ..saving.serialization import serialize_keras_object as serialize
from .circle import Circle, circle
from .crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
)
from .divergence import KLDivergence, Poisson, kl_divergence, poisson
from .errors import (
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanSquaredError,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_squared_error,
)
from .focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
)
from .hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from .loss import Loss, LossFunctionWrapper
from .overlap import Dice, Tversky, dice, tversky
from .relative_errors import (
    CosineSimilarity,
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
)
from .sparse_crossentropy import (
    CategoricalGeneralizedCrossEntropy,
    SparseCategoricalCrossentropy,
    categorical_generalized_cross_entropy,
    sparse_categorical_crossentropy,
)

__all__ = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "LossFunctionWrapper",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "as_loss",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kind_of_targets",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]

# The class of each function.
_CLASSES = {
    binary_crossentropy: BinaryCrossentropy,
    binary_focal_crossentropy: BinaryFocalCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    categorical_focal_crossentropy: CategoricalFocalCrossentropy,
    categorical_generalized_cross_entropy: CategoricalGeneralizedCrossEntropy,
    categorical_hinge: CategoricalHinge,
    circle: Circle,
    cosine_similarity: CosineSimilarity,
    dice: Dice,
    hinge: Hinge,
    huber: Huber,
    kl_divergence: KLDivergence,
    log_cosh: LogCosh,
    mean_absolute_error: MeanAbsoluteError,
    mean_absolute_percentage_error: MeanAbsolutePercentageError,
    mean_squared_error: MeanSquaredError,
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
    poisson: Poisson,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
    squared_hinge: SquaredHinge,
    tversky: Tversky,
}
_ALIASES = {
    "bce": binary_crossentropy,
    "kld": kl_divergence,
    "mae": mean_absolute_error,
    "mape": mean_absolute_percentage_error,
    "mse": mean_squared_error,
    "msle": mean_squared_logarithmic_error,
}
_KNOWN = {function.__name__: function for function in _CLASSES}
_KNOWN |= {kind.__name__: kind for kind in _CLASSES.values()}
_KNOWN |= {alias: function for alias, function in _ALIASES.items()}
_KNOWN |= {alias.upper(): function for alias, function in _ALIASES.items()}
_BY_TARGETS = {
    "binary": BinaryCrossentropy,
    "sparse": SparseCategoricalCrossentropy,
    "categorical": CategoricalCrossentropy,
}


def get(identifier):
    """A loss from its name, its class, or itself, as Keras's `losses.get`.

    Args:
        identifier: the name of a function ("mean_squared_error", "mse", "MSE"), which gives the
            function; the name of a class ("MeanSquaredError") or a class, which gives an object;
            a loss, a function or None, which are given back.

    Raises:
        ValueError: the name is unknown; the error says which are near.

    >>> import fastnn
    >>> fastnn.losses.get("Huber")
    <Huber huber_loss>
    >>> fastnn.losses.get("mse") is fastnn.losses.mean_squared_error
    True
    """
    return None if identifier is None else find("losses.get", identifier, _KNOWN)


def as_loss(identifier, y_true_shape=None, y_pred_shape=None):
    """The `Loss` that a training loop calls, from what a user gives as one.

    Args:
        identifier: as `get` takes it, or "crossentropy" or "ce": the binary, sparse or categorical
            one, as the shapes say.
        y_true_shape, y_pred_shape: of targets and predictions, for these two names.

    Returns:
        A Loss, of a function its class with the default arguments; None for None.

    >>> import fastnn
    >>> fastnn.losses.as_loss("mse")
    <MeanSquaredError mse>
    >>> fastnn.losses.as_loss("crossentropy", (32,), (32, 10))
    <SparseCategoricalCrossentropy crossentropy>
    """
    name = identifier if isinstance(identifier, str) else None
    if name is not None and name.lower() in ("crossentropy", "ce"):
        return _BY_TARGETS[kind_of_targets(y_true_shape, y_pred_shape)](name=name)
    found = get(identifier)
    if found is None or isinstance(found, Loss):
        return found
    kind = _CLASSES.get(found) if callable(getattr(found, "__hash__", None)) else None
    if kind is None:
        return LossFunctionWrapper(found, name=name)
    return kind(name=name or found.__name__)


def kind_of_targets(y_true_shape, y_pred_shape):
    """Which cross-entropy or accuracy shapes call for: "binary" where predictions have one column,
    "sparse" where targets have fewer axes or one column, else "categorical".

    >>> import fastnn
    >>> fastnn.losses.kind_of_targets((32, 1), (32, 10))
    'sparse'
    """
    if y_pred_shape[-1] == 1:
        return "binary"
    if len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1] == 1:
        return "sparse"
    return "categorical"


deserialize = deserializer(get)
