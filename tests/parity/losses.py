"""Each loss, with its options: plain and weighted, in each reduction, and at the clip."""

import functools

import numpy as np

from . import case, labels, numbers

WEIGHTS = np.array([0.5, 0.0, 2.0, 1.0, 0.0, 1.5])
TO_A_NUMBER = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")


def reduced(make, *arguments):
    """The numbers that the reductions give, as one array, and the values without one."""
    return {
        "reduced": np.array([make(reduction=r)(*arguments) for r in TO_A_NUMBER]),
        "none": make(reduction="none")(*arguments),
    }


def prefixed(prefix, found):
    return {f"{prefix}_{key}": value for key, value in found.items()}


def one_hot(n, classes, seed=0):
    return np.eye(classes)[labels(n, classes=classes, seed=seed)]


def shares(n, classes, seed=0):
    p = numbers(n, classes, seed=seed, low=0.01, high=1.0)
    return p / p.sum(axis=1, keepdims=True)


# What y_true and y_pred of a loss are.
REAL = (numbers(6, 5, seed=1), numbers(6, 5, seed=2, low=-3, high=3))
POSITIVE = (numbers(6, 5, seed=3, low=0, high=4), numbers(6, 5, seed=4, low=0.1, high=4))
BINARY = (np.round(numbers(6, 5, seed=5, low=0)), numbers(6, 5, seed=6, low=0.02, high=0.98))
SIGNS = (np.sign(numbers(6, 5, seed=5)), REAL[1])
CLASSES = (one_hot(6, 5, seed=7), shares(6, 5, seed=8))
LOGITS = (one_hot(6, 5, seed=7), REAL[1])
SOFT = (shares(6, 5, seed=9), shares(6, 5, seed=8))
NUMBERS = (labels(6, classes=5, seed=7), shares(6, 5, seed=8))
PAIRS = (labels(6, classes=2, seed=7), REAL[1] / np.linalg.norm(REAL[1], axis=1, keepdims=True))

LOSSES = {
    "mean_squared_error": ("MeanSquaredError", {}, REAL),
    "mean_absolute_error": ("MeanAbsoluteError", {}, REAL),
    "mean_absolute_percentage_error": ("MeanAbsolutePercentageError", {}, REAL),
    "mean_squared_logarithmic_error": ("MeanSquaredLogarithmicError", {}, POSITIVE),
    "msle_below_zero": ("MeanSquaredLogarithmicError", {}, REAL),
    "cosine": ("CosineSimilarity", {}, REAL),
    "cosine_axis": ("CosineSimilarity", {"axis": 1}, SIGNS),
    "huber": ("Huber", {}, REAL),
    "huber_delta": ("Huber", {"delta": 0.3}, REAL),
    "log_cosh": ("LogCosh", {}, REAL),
    "hinge_signs": ("Hinge", {}, SIGNS),
    "hinge_binary": ("Hinge", {}, (BINARY[0], REAL[1])),
    "hinge_other": ("Hinge", {}, REAL),
    "squared_hinge_signs": ("SquaredHinge", {}, SIGNS),
    "squared_hinge_binary": ("SquaredHinge", {}, (BINARY[0], REAL[1])),
    "categorical_hinge": ("CategoricalHinge", {}, LOGITS),
    "kl": ("KLDivergence", {}, SOFT),
    "kl_clipped": ("KLDivergence", {}, (CLASSES[0], np.round(SOFT[1], 1))),
    "poisson": ("Poisson", {}, POSITIVE),
    "binary": ("BinaryCrossentropy", {}, BINARY),
    "binary_smoothed": ("BinaryCrossentropy", {"label_smoothing": 0.2}, BINARY),
    "binary_logits": ("BinaryCrossentropy", {"from_logits": True}, (BINARY[0], REAL[1])),
    "binary_logits_smoothed": (
        "BinaryCrossentropy",
        {"from_logits": True, "label_smoothing": 0.2},
        (BINARY[0], REAL[1]),
    ),
    "focal": ("BinaryFocalCrossentropy", {}, BINARY),
    "focal_balanced": (
        "BinaryFocalCrossentropy",
        {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5},
        BINARY,
    ),
    "focal_logits": (
        "BinaryFocalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.2},
        (BINARY[0], REAL[1]),
    ),
    "categorical": ("CategoricalCrossentropy", {}, CLASSES),
    "categorical_soft": ("CategoricalCrossentropy", {"label_smoothing": 0.2}, SOFT),
    "categorical_logits": ("CategoricalCrossentropy", {"from_logits": True}, LOGITS),
    "categorical_logits_smoothed": (
        "CategoricalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.2},
        LOGITS,
    ),
    "categorical_focal": ("CategoricalFocalCrossentropy", {}, CLASSES),
    "categorical_focal_logits": (
        "CategoricalFocalCrossentropy",
        {"from_logits": True, "alpha": 0.6, "gamma": 1.2, "label_smoothing": 0.1},
        LOGITS,
    ),
    "sparse": ("SparseCategoricalCrossentropy", {}, NUMBERS),
    "sparse_logits": (
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
        (NUMBERS[0], REAL[1]),
    ),
    "sparse_column": ("SparseCategoricalCrossentropy", {}, (NUMBERS[0][:, None], NUMBERS[1])),
    "sparse_ignore": (
        "SparseCategoricalCrossentropy",
        {"ignore_class": int(NUMBERS[0][0])},
        NUMBERS,
    ),
    "sparse_ignore_logits": (
        "SparseCategoricalCrossentropy",
        {"ignore_class": -1, "from_logits": True},
        (np.where(NUMBERS[0] == NUMBERS[0][0], -1, NUMBERS[0]), REAL[1]),
    ),
    "generalized": ("CategoricalGeneralizedCrossEntropy", {}, NUMBERS),
    "generalized_q": ("CategoricalGeneralizedCrossEntropy", {"q": 0.9}, NUMBERS),
    "dice": ("Dice", {}, BINARY),
    "dice_axis": ("Dice", {"axis": 1}, BINARY),
    "tversky": ("Tversky", {}, BINARY),
    "tversky_axis": ("Tversky", {"alpha": 0.2, "beta": 0.7, "axis": (1,)}, BINARY),
    "circle": ("Circle", {}, PAIRS),
    "circle_options": ("Circle", {"gamma": 8.0, "margin": 0.2, "remove_diagonal": False}, PAIRS),
    "circle_alone": ("Circle", {"gamma": 8.0}, (np.array([0, 1, 1, 2, 1, 3]), PAIRS[1])),
}


@case(**LOSSES)
def loss(k, kind, options, arrays):
    """Plain, and with weights of both usual shapes, in each reduction."""
    make = functools.partial(getattr(k.losses, kind), **options)
    return {
        **prefixed("plain", reduced(make, *arrays)),
        **prefixed("weighted", reduced(make, *arrays, WEIGHTS)),
        **prefixed("column", reduced(make, *arrays, WEIGHTS[:, None])),
    }


FUNCTIONS = {
    "mean_squared_error": (REAL, {}),
    "mean_absolute_error": (REAL, {}),
    "mean_absolute_percentage_error": (REAL, {}),
    "mean_squared_logarithmic_error": (POSITIVE, {}),
    "cosine_similarity": (REAL, {"axis": 0}),
    "huber": (REAL, {"delta": 0.7}),
    "log_cosh": (REAL, {}),
    "hinge": (SIGNS, {}),
    "squared_hinge": (SIGNS, {}),
    "categorical_hinge": (LOGITS, {}),
    "kl_divergence": (SOFT, {}),
    "poisson": (POSITIVE, {}),
    "binary_crossentropy": (BINARY, {"label_smoothing": 0.1, "axis": 0}),
    "binary_focal_crossentropy": (BINARY, {"gamma": 3.0, "axis": 0}),
    "categorical_crossentropy": (SOFT, {"axis": 0}),
    "categorical_focal_crossentropy": (SOFT, {"axis": 0, "alpha": 0.5}),
    "sparse_categorical_crossentropy": (NUMBERS, {"ignore_class": 1}),
    "dice": (BINARY, {"axis": 0}),
    "tversky": (BINARY, {"axis": 0, "alpha": 0.9}),
}


@case(**{name: (name, *arguments) for name, arguments in FUNCTIONS.items()})
def function(k, name, arrays, options):
    of = getattr(k.losses, name)
    return {
        "values": of(*(np.asarray(a) for a in arrays), **options),
        "by_name": k.losses.get(name)(*arrays, **options),
    }


@case
def references(k):
    """Circle loss of some vectors with others."""
    arrays = (labels(4, classes=3, seed=3), PAIRS[1][:4])
    others = {"ref_labels": labels(6, classes=3, seed=4), "ref_embeddings": PAIRS[1][::-1].copy()}
    return {
        "values": k.losses.circle(*arrays, **others, remove_diagonal=False, gamma=5.0),
        "without_the_same": k.losses.circle(*arrays, **others, gamma=5.0),
    }


SHAPES = {
    "column_of_predictions": ((6,), (6, 1), (6,)),
    "column_of_targets": ((6, 1), (6,), None),
    "column_of_weights": ((6, 1), (6, 1), (6, 1)),
    "more_axes": ((6, 3, 4), (6, 3, 4), (6, 3)),
    "weights_that_broadcast": ((6, 3, 4), (6, 3, 4), (1, 3)),
    "one_axis": ((6,), (6,), (6,)),
    "single_weight": ((6, 4), (6, 4), (1, 1)),
    "squeezed": ((6, 3), (6, 3, 1), (6,)),
}


@case(**{name: (name, *shapes) for name, shapes in SHAPES.items()})
def shapes(k, name, true, pred, weights):
    arrays = numbers(*true, seed=1, low=0), numbers(*pred, seed=2, low=0)
    w = None if weights is None else numbers(*weights, seed=3, low=0)
    found = {}
    for kind in ("MeanSquaredError", "BinaryCrossentropy", "LogCosh"):
        found |= prefixed(kind, reduced(getattr(k.losses, kind), *arrays, w))
    return found


@case
def rows_in_rows(k):
    """Class numbers of shape (N, T), with the shapes of weights that go with them."""
    y, p = labels(4, 3, classes=5, seed=1), numbers(4, 3, 5, seed=2, low=0.1)
    found = {}
    for ignored in (None, 2):
        make = functools.partial(k.losses.SparseCategoricalCrossentropy, ignore_class=ignored)
        found |= prefixed(f"plain_{ignored}", reduced(make, y[..., None], p))
        for w in ((4, 3), (4, 1), (1, 3)):
            found |= prefixed(f"{w}_{ignored}", reduced(make, y, p, numbers(*w, seed=3, low=0)))
    return found


@case
def nothing_counts(k):
    """All labels ignored; all weights zero."""
    p = NUMBERS[1]
    ignored = k.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=3)
    by_weight = k.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    return {
        "ignored": ignored(np.full(6, 3), p),
        "weighted": ignored(np.full(6, 3), p, WEIGHTS),
        "no_weight": by_weight(*REAL, sample_weight=np.zeros(6)),
        "circle": k.losses.Circle()(np.arange(6), PAIRS[1]),
    }


CLIP = np.array([0.0, 1e-9, 5e-8, 1e-7, 2e-7, 1e-3, 0.5, 1 - 1e-3, 1 - 2e-7, 1 - 1e-9, 1.0])


@case
def clip(k):
    """Probabilities at, below and above 1e-7 and 1 - 1e-7."""
    found = {}
    p = CLIP[:, None]
    rows = np.concatenate([p, 1 - p], axis=1)
    unequal = rows * np.arange(1, 12)[:, None]
    of = k.losses
    for target in (0.0, 0.3, 1.0):
        t = np.full_like(p, target)
        both = np.concatenate([t, 1 - t], axis=1)
        for make in (of.BinaryCrossentropy, of.BinaryFocalCrossentropy):
            found |= prefixed(f"{make.__name__}_{target}", reduced(make, t, p))
        for make in (of.CategoricalCrossentropy, of.CategoricalFocalCrossentropy):
            found |= prefixed(f"{make.__name__}_{target}", reduced(make, both, unequal))
        found |= prefixed(f"kl_{target}", reduced(of.KLDivergence, both, rows))
    for label in (0, 1):
        make = of.SparseCategoricalCrossentropy
        found |= prefixed(f"sparse_{label}", reduced(make, np.full(11, label), unequal))
    return found


@case
def far_logits(k):
    x = np.array([-1000.0, -40.0, -1.0, 0.0, 1.0, 40.0, 1000.0])[:, None]
    found = {}
    for target in (0.0, 0.3, 1.0):
        make = functools.partial(k.losses.BinaryCrossentropy, from_logits=True)
        found |= prefixed(f"binary_{target}", reduced(make, np.full_like(x, target), x))
    make = functools.partial(k.losses.SparseCategoricalCrossentropy, from_logits=True)
    rows = np.concatenate([x, -x], axis=1)
    return found | prefixed("sparse", reduced(make, np.zeros(7, "int32"), rows))


@case
def zeros(k):
    """Targets and vectors of zeros."""
    t, p = np.zeros((3, 4)), numbers(3, 4, seed=1)
    return {
        "percentage": k.losses.MeanAbsolutePercentageError()(t, p),
        "cosine": k.losses.CosineSimilarity(reduction="none")(t, p),
        "cosine_both": k.losses.CosineSimilarity(reduction="none")(t, t),
        "dice": k.losses.Dice()(t, t),
        "tversky": k.losses.Tversky()(t, t),
        "poisson": k.losses.Poisson(reduction="none")(p, t),
        "categorical_hinge": k.losses.CategoricalHinge(reduction="none")(t, t),
    }


@case
def subclass_and_function(k):
    """What users write."""

    class Fourth(k.losses.Loss):
        def call(self, y_true, y_pred):
            return k.ops.mean((y_true - y_pred) ** 4, axis=-1)

    def cubes(y_true, y_pred):
        return k.ops.abs(y_true - y_pred) ** 3

    def a_number(y_true, y_pred):
        return k.ops.sum(k.ops.square(y_true - y_pred))

    wrapper = getattr(k.losses, "LossFunctionWrapper", None)
    if wrapper is None:
        from keras.src.losses.losses import LossFunctionWrapper as wrapper
    found = {}
    for name, make in {
        "fourth": Fourth,
        "cubes": functools.partial(wrapper, cubes),
        "number": functools.partial(wrapper, a_number),
    }.items():
        found |= prefixed(name, reduced(make, *REAL))
        found |= prefixed(f"{name}_weighted", reduced(make, *REAL, WEIGHTS[:, None]))
    return found
