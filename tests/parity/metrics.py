"""Each metric, with its options: over two batches, plain and weighted, and its function."""

import numpy as np

from . import case, labels, numbers
from .losses import BINARY, CLASSES, LOGITS, NUMBERS, POSITIVE, REAL, SIGNS, SOFT, WEIGHTS

IDS = np.argsort(numbers(6, 5, seed=11), axis=1)
EQUAL = (labels(6, 5, classes=3, seed=12), labels(6, 5, classes=3, seed=13))

METRICS = {
    "accuracy": ("Accuracy", {}, EQUAL),
    "binary_accuracy": ("BinaryAccuracy", {}, BINARY),
    "binary_accuracy_threshold": ("BinaryAccuracy", {"threshold": 0.3}, BINARY),
    "categorical_accuracy": ("CategoricalAccuracy", {}, CLASSES),
    "sparse_accuracy": ("SparseCategoricalAccuracy", {}, NUMBERS),
    "sparse_accuracy_column": (
        "SparseCategoricalAccuracy",
        {},
        (NUMBERS[0][:, None], NUMBERS[1]),
    ),
    "sparse_accuracy_floats": ("SparseCategoricalAccuracy", {}, (1.0 * NUMBERS[0], NUMBERS[1])),
    "top_k": ("TopKCategoricalAccuracy", {"k": 2}, CLASSES),
    "top_k_all": ("TopKCategoricalAccuracy", {}, CLASSES),
    "sparse_top_k": ("SparseTopKCategoricalAccuracy", {"k": 2}, NUMBERS),
    "sparse_top_k_ids": (
        "SparseTopKCategoricalAccuracy",
        {"k": 2, "from_sorted_ids": True},
        (NUMBERS[0], IDS),
    ),
    "mean_squared_error": ("MeanSquaredError", {}, REAL),
    "root_mean_squared_error": ("RootMeanSquaredError", {}, REAL),
    "mean_absolute_error": ("MeanAbsoluteError", {}, REAL),
    "mean_absolute_percentage_error": ("MeanAbsolutePercentageError", {}, REAL),
    "mean_squared_logarithmic_error": ("MeanSquaredLogarithmicError", {}, POSITIVE),
    "cosine": ("CosineSimilarity", {}, REAL),
    "cosine_axis": ("CosineSimilarity", {"axis": 1}, SIGNS),
    "log_cosh": ("LogCoshError", {}, REAL),
    "hinge": ("Hinge", {}, SIGNS),
    "squared_hinge": ("SquaredHinge", {}, SIGNS),
    "categorical_hinge": ("CategoricalHinge", {}, LOGITS),
    "kl": ("KLDivergence", {}, SOFT),
    "poisson": ("Poisson", {}, POSITIVE),
    "binary": ("BinaryCrossentropy", {"label_smoothing": 0.1}, BINARY),
    "binary_logits": ("BinaryCrossentropy", {"from_logits": True}, (BINARY[0], REAL[1])),
    "categorical": ("CategoricalCrossentropy", {"label_smoothing": 0.1}, CLASSES),
    "categorical_logits": ("CategoricalCrossentropy", {"from_logits": True}, LOGITS),
    "sparse": ("SparseCategoricalCrossentropy", {}, NUMBERS),
    "sparse_logits": (
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
        (NUMBERS[0], REAL[1]),
    ),
    "sparse_ignore": (
        "SparseCategoricalCrossentropy",
        {"ignore_class": int(NUMBERS[0][0])},
        NUMBERS,
    ),
}


@case(**METRICS)
def metric(k, kind, options, arrays):
    """After one batch and after a second, shorter one; then from the beginning, weighted."""
    of = getattr(k.metrics, kind)(**options)
    short = [array[:4] for array in arrays]
    found = [of(*arrays), of(*short)]
    for weights in (WEIGHTS, WEIGHTS[:, None]):
        of.reset_state()
        found += [of(*arrays, sample_weight=weights), of(*short, sample_weight=weights[:4])]
    of.reset_state()
    found += [of.result(), of(*arrays, sample_weight=np.zeros(6))]
    return {"results": np.array(found)}


@case
def means_and_sums(k):
    """Of numbers, rows and pictures, with weights of fewer axes and of axes of size 1."""
    found = {}
    values = {"number": (), "row": (4,), "column": (4, 1), "picture": (4, 3, 2)}
    weights = {
        "number": [()],
        "row": [(), (4,), (4, 1), (1,)],
        "column": [(4,), (4, 1), (1, 1)],
        "picture": [(), (4,), (4, 1), (4, 3), (1, 3), (4, 3, 2), (4, 1, 1)],
    }
    for kind in ("Mean", "Sum"):
        of = getattr(k.metrics, kind)()
        for name, shape in values.items():
            x = np.asarray(numbers(*shape, seed=1))
            found[f"{kind}_{name}"] = of(x)
            for w in weights[name]:
                found[f"{kind}_{name}_{w}"] = of(x, np.asarray(numbers(*w, seed=2, low=0)))
    return {key: np.asarray(value) for key, value in found.items()}


FUNCTIONS = {
    "binary_accuracy": (BINARY, {"threshold": 0.7}),
    "categorical_accuracy": (CLASSES, {}),
    "sparse_categorical_accuracy": (NUMBERS, {}),
    "top_k_categorical_accuracy": (CLASSES, {"k": 3}),
    "sparse_top_k_categorical_accuracy": (NUMBERS, {"k": 3}),
    "mean_squared_error": (REAL, {}),
    "categorical_focal_crossentropy": (SOFT, {}),
    "kl_divergence": (SOFT, {}),
}


@case(**{name: (name, *arguments) for name, arguments in FUNCTIONS.items()})
def function(k, name, arrays, options):
    return {"values": getattr(k.metrics, name)(*arrays, **options)}


@case
def shapes(k):
    """More axes, and columns on one side."""
    found = []
    y, p = labels(4, 3, classes=5, seed=1), numbers(4, 3, 5, seed=2, low=0.1)
    one_hot = np.eye(5)[y]
    w = numbers(4, 3, seed=3, low=0)
    for metric, true in {
        "SparseCategoricalAccuracy": y,
        "SparseTopKCategoricalAccuracy": y,
        "SparseCategoricalCrossentropy": y,
        "CategoricalAccuracy": one_hot,
        "TopKCategoricalAccuracy": one_hot,
        "BinaryAccuracy": one_hot,
        "MeanSquaredError": one_hot,
        "RootMeanSquaredError": one_hot,
    }.items():
        of = getattr(k.metrics, metric)(**({"k": 2} if "TopK" in metric else {}))
        found += [of(true, p), of(true, p, w), of(true, p, w[:, 0]), of(true, p, w[:, :1])]
    for metric in ("BinaryAccuracy", "MeanAbsoluteError", "RootMeanSquaredError", "LogCoshError"):
        of = getattr(k.metrics, metric)()
        true, pred = np.array([1.0, 0.0, 1.0, 1.0]), numbers(4, 1, seed=5, low=0)
        found += [of(true, pred), of(true[:, None], pred[:, 0]), of(true, pred, w[:, 0])]
    return {"results": np.array(found)}


@case
def ties_and_thresholds(k):
    """Equal predictions, predictions at the threshold, and class numbers of no class."""
    ties = np.array([[0.3, 0.3, 0.1], [0.1, 0.4, 0.4], [0.2, 0.2, 0.2]])
    sparse = k.metrics.sparse_categorical_accuracy
    return {
        "categorical": k.metrics.categorical_accuracy(np.eye(3), ties),
        "sparse": sparse(np.array([1, 1, 0]), ties),
        "outside": sparse(np.array([3, -1, 0]), ties),
        "top_1": k.metrics.top_k_categorical_accuracy(np.eye(3), ties, k=1),
        "top_2": k.metrics.sparse_top_k_categorical_accuracy(np.array([2, 0, 2]), ties, k=2),
        "binary": k.metrics.binary_accuracy(np.ones((3, 1)), np.array([[0.5], [0.6], [0.4]])),
    }


@case
def subclass_and_function(k):
    """What users write."""

    class Positives(k.metrics.Metric):
        def __init__(self, name="positives", **keywords):
            super().__init__(name=name, **keywords)
            self.total = self.add_variable(shape=(), initializer="zeros", name="total")
            self.seen = self.add_weight(shape=(2,), initializer="zeros", name="seen")

        def update_state(self, y_true, y_pred, sample_weight=None):
            values = k.ops.cast(k.ops.greater(y_pred, 0.5), self.dtype)
            if sample_weight is not None:
                values = values * k.ops.cast(sample_weight, self.dtype)
            self.total.assign(self.total + k.ops.sum(values))
            self.seen.assign_add(k.ops.sum(values[:, :2], axis=0))

        def result(self):
            return {"total": self.total * 1.0, "seen": self.seen * 2.0}

    def farther(y_true, y_pred, limit=1.0):
        return k.ops.cast(k.ops.greater(k.ops.abs(y_true - y_pred), limit), "float64")

    of = Positives()
    first = {f"first_{key}": np.array(value) for key, value in of(*BINARY).items()}
    of.update_state(*BINARY, sample_weight=WEIGHTS[:, None])
    second = {f"second_{key}": np.array(value) for key, value in of.result().items()}
    of.reset_state()
    wrapped = k.metrics.MeanMetricWrapper(farther, name="farther", limit=0.5)
    by_loss = k.metrics.MeanMetricWrapper(k.losses.MeanSquaredError())
    return {
        **first,
        **second,
        "reset": of.result()["seen"],
        "wrapped": np.array([wrapped(*REAL), wrapped(*REAL, sample_weight=WEIGHTS)]),
        "by_loss": np.array([by_loss(*REAL), by_loss(*(a[:3] for a in REAL))]),
    }
