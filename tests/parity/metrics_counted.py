"""Metrics that count by threshold or class, or sum by column: over two batches, plain and weighted;
and through fit and evaluate, as metrics and as weighted ones."""

import numpy as np

from . import case, labels, numbers, set_weights
from .losses import BINARY, REAL, WEIGHTS


def at_thresholds(scores):
    """Some of the scores lie at thresholds, the outermost among them."""
    scores = scores.copy()
    scores.flat[::4] = [0.0, 1.0, 0.5, 0.3, 0.7, 0.25, 0.1, 0.0]
    return scores


SCORES = (BINARY[0], at_thresholds(BINARY[1]))
LOGITS = (BINARY[0], REAL[1])
SOFT = (numbers(6, 5, seed=21, low=0), BINARY[1])

THRESHOLDS = {
    "one": {},
    "other": {"thresholds": 0.7},
    "unsorted": {"thresholds": [0.9, 0.25, 0.5, 0.3]},
    "even": {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]},
    "tenths": {"thresholds": [i / 10 for i in range(11)]},
}
CHOSEN = {
    "top": {"top_k": 2},
    "top_above": {"top_k": 3, "thresholds": [0.5, 0.2]},
    "class": {"class_id": 2},
    "class_top": {"class_id": 4, "top_k": 2, "thresholds": 0.3},
}
CURVES = {
    "plain": {},
    "few": {"num_thresholds": 5},
    "two": {"num_thresholds": 2},
    "minoring": {"summation_method": "minoring", "num_thresholds": 12},
    "majoring": {"summation_method": "majoring", "curve": "PR", "num_thresholds": 12},
    "pr": {"curve": "PR"},
    "gain": {"curve": "PRGAIN"},
    "given": {"thresholds": [0.7, 0.2, 0.3]},
    "given_even": {"thresholds": [0.5], "curve": "PR"},
    "labels": {"multi_label": True, "num_labels": 5},
    "labels_pr": {"multi_label": True, "curve": "PR", "label_weights": [1.0, 0.5, 0.0, 2.0, 1.5]},
    "labels_given": {"multi_label": True, "thresholds": [0.3, 0.6, 0.7, 0.1]},
    "label_weights": {"label_weights": [1.0, 0.5, 0.0, 2.0, 1.5]},
    "label_weights_given": {"label_weights": [1.0, 0.5, 0.0, 2.0, 1.5], "thresholds": [0.3]},
}
BEST = {
    "SensitivityAtSpecificity": "specificity",
    "SpecificityAtSensitivity": "sensitivity",
    "PrecisionAtRecall": "recall",
    "RecallAtPrecision": "precision",
}

COUNTED = {
    f"{kind}_{name}": (kind, options, SCORES)
    for kind in ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives")
    for name, options in THRESHOLDS.items()
}
COUNTED |= {
    f"{kind}_{name}": (kind, options, SCORES)
    for kind in ("Precision", "Recall")
    for name, options in (THRESHOLDS | CHOSEN).items()
}
COUNTED |= {
    f"{kind}_{name}": (kind, {argument: 0.5, **options}, SCORES)
    for kind, argument in BEST.items()
    for name, options in {
        "plain": {},
        "one": {"num_thresholds": 1},
        "two": {"num_thresholds": 2},
        "class": {"num_thresholds": 11, "class_id": 1},
        "high": {"num_thresholds": 30, argument: 1.0},
    }.items()
}
COUNTED |= {f"AUC_{name}": ("AUC", options, SCORES) for name, options in CURVES.items()}
COUNTED |= {
    "AUC_logits": ("AUC", {"from_logits": True}, LOGITS),
    "AUC_outside": ("AUC", {}, LOGITS),
    "AUC_outside_given": ("AUC", {"thresholds": [0.3, 0.4]}, LOGITS),
    "Pearson": ("PearsonCorrelation", {}, REAL),
    "Concordance": ("ConcordanceCorrelation", {}, REAL),
    "R2": ("R2Score", {}, REAL),
    "R2_each": ("R2Score", {"class_aggregation": None}, REAL),
    "R2_weighted": ("R2Score", {"class_aggregation": "variance_weighted_average"}, REAL),
    "R2_adjusted": ("R2Score", {"num_regressors": 2}, REAL),
    "R2_too_many": ("R2Score", {"num_regressors": 70}, REAL),
}
# Keras takes no weights of shape (samples, 1) for these.
BY_SAMPLE = {
    f"{kind}_{average}_{'soft' if y is SOFT else 'hard'}_{threshold}": (
        kind,
        {"average": average, "threshold": threshold, **beta},
        y,
    )
    for kind, beta in (("F1Score", {}), ("FBetaScore", {"beta": 2.5}))
    for average, threshold, y in (
        (None, None, SCORES),
        ("macro", 0.3, SCORES),
        ("micro", None, SOFT),
        ("weighted", 0.7, SOFT),
        ("weighted", None, SCORES),
    )
}
COUNTED |= BY_SAMPLE


@case(**COUNTED)
def counted(k, kind, options, arrays):
    """After one batch and after a second, shorter one; then from the beginning, weighted."""
    of = getattr(k.metrics, kind)(**options)
    short = [array[:4] for array in arrays]
    found = [of(*arrays), of(*short)]
    by_element = (WEIGHTS[:, None],) if kind not in ("F1Score", "FBetaScore") else ()
    for weights in (WEIGHTS, *by_element):
        of.reset_state()
        found += [of(*arrays, sample_weight=weights), of(*short, sample_weight=weights[:4])]
    of.reset_state()
    found += [of.result(), of(*arrays, sample_weight=np.zeros(6))]
    return {"results": np.array([np.asarray(value) for value in found])}


@case
def columns(k):
    """Single columns, pictures, weights of every element, negative weights."""
    found = []
    y, p = np.round(numbers(4, 3, 2, seed=1, low=0)), numbers(4, 3, 2, seed=2, low=0)
    w = np.round(8 * numbers(4, 3, 2, seed=3)) / 8
    for kind in ("Precision", "TrueNegatives", "AUC"):
        for arguments in (
            (y, p),
            (y, p, w),
            (y, p, 0.5),
            (y[:, 0, 0], p[:, 0, 0], w[:, 0, 0]),
            (y[:, 0, 0], p[:, 0, :1]),
            (y[:, 0, :1], p[:, 0, 0], w[:, 0, 0]),
            (y[:, 0], p[:, 0], np.abs(w[:, 0])),
        ):
            found.append(getattr(k.metrics, kind)()(*arguments))
    r2 = k.metrics.R2Score()
    found += [r2(y[:, 0, :1], p[:, 0, 0]), r2(y[:, 0, :1], p[:, 0, :1], w[:, 0, :1] + 2)]
    return {"results": np.array(found)}


NUMBERS = (labels(12, 2, classes=4, seed=1), labels(12, 2, classes=4, seed=2))
ROWS = (np.eye(4)[NUMBERS[0]], numbers(12, 2, 4, seed=3))
BY_CLASS = {
    "IoU": ("IoU", {"num_classes": 4, "target_class_ids": [0, 3]}, NUMBERS),
    "IoU_ignored": (
        "IoU",
        {"num_classes": 4, "target_class_ids": (1, 2), "ignore_class": 3},
        NUMBERS,
    ),
    "IoU_absent": ("IoU", {"num_classes": 6, "target_class_ids": [1, 5]}, NUMBERS),
    "Mean": ("MeanIoU", {"num_classes": 4}, NUMBERS),
    "Mean_void": ("MeanIoU", {"num_classes": 3, "ignore_class": 3}, (NUMBERS[0], NUMBERS[1] % 3)),
    "Mean_rows": (
        "MeanIoU",
        {"num_classes": 4, "sparse_y_pred": False},
        (NUMBERS[0], ROWS[1]),
    ),
    "OneHot": ("OneHotIoU", {"num_classes": 4, "target_class_ids": [2]}, ROWS),
    "OneHot_mean": ("OneHotMeanIoU", {"num_classes": 4}, ROWS),
    "OneHot_numbers": (
        "OneHotMeanIoU",
        {"num_classes": 4, "sparse_y_pred": True},
        (ROWS[0], NUMBERS[1]),
    ),
    "OneHot_first": (
        "OneHotMeanIoU",
        {"num_classes": 4, "axis": 0},
        tuple(np.moveaxis(rows, -1, 0) for rows in ROWS),
    ),
    "Binary": ("BinaryIoU", {}, (BINARY[0], SCORES[1])),
    "Binary_one": (
        "BinaryIoU",
        {"target_class_ids": [1], "threshold": 0.3},
        (BINARY[0], SCORES[1]),
    ),
}


@case(**BY_CLASS)
def overlap(k, kind, options, arrays):
    """Keras divides in float32, to which the mean is rounded; the matrix is exact."""
    of = getattr(k.metrics, kind)(**options, dtype="float64")
    found = {}
    shape = BINARY[0].shape if kind == "BinaryIoU" else NUMBERS[0].shape
    weights = np.round(4 * numbers(*shape, seed=4, low=0)) / 4
    for name, arguments in {"plain": (), "weighted": (weights,)}.items():
        mean = of(*arrays, *arguments)
        found[f"matrix_{name}"] = np.array(of.total_cm)
        found[f"mean_{name}"] = np.round(np.float64(mean), 5)
    return found


X = numbers(22, 6, seed=1)
FITTED = {
    "binary": (labels(22, 1, classes=2, seed=3), 1, "sigmoid", "binary_crossentropy"),
    "classes": (np.eye(4)[labels(22, classes=4, seed=2)], 4, "softmax", "categorical_crossentropy"),
    "values": (numbers(22, 4, seed=4), 4, "linear", "mse"),
}


def metrics_of(k, kind):
    m = k.metrics
    if kind == "values":
        return [m.R2Score(), m.R2Score(None, name="each"), "pearson_correlation", "R2Score"]
    common = [m.Precision(name="p"), m.Recall([0.2, 0.5], name="r"), m.AUC(curve="PR", name="pr")]
    common += ["auc", "true_positives", m.FalseNegatives(0.3, name="fn"), m.F1Score("macro")]
    common += [m.PrecisionAtRecall(0.5, name="at")]
    if kind == "classes":
        common += [
            m.Precision(top_k=2, class_id=1, name="of_class"),
            m.AUC(multi_label=True, name="each"),
        ]
    return common


@case(**{kind: (kind,) for kind in FITTED})
def fitted(k, kind):
    """Under the names of the logs, plain and weighted."""
    y, units, activation, loss = FITTED[kind]
    first = k.layers.Dense(5, activation="tanh")
    model = k.Sequential([k.Input((6,)), first, k.layers.Dense(units, activation=activation)])
    set_weights(model)
    weighted = [] if kind == "values" else [k.metrics.Recall(name="w"), k.metrics.AUC(name="wauc")]
    weighted += [k.metrics.R2Score(name="wr2")] if kind == "values" else []
    model.compile(
        k.optimizers.SGD(0.5), loss, metrics=metrics_of(k, kind), weighted_metrics=weighted
    )
    weights = np.round(4 * numbers(22, seed=5, low=0.0, high=2.0)) / 4
    fit = model.fit(X, y, batch_size=8, epochs=3, shuffle=False, verbose=0, sample_weight=weights)
    found = {f"history_{n}": np.array([np.asarray(v) for v in h]) for n, h in fit.history.items()}
    logs = model.evaluate(X, y, batch_size=5, verbose=0, sample_weight=weights, return_dict=True)
    return found | {f"evaluate_{name}": np.asarray(value) for name, value in logs.items()}


@case
def two_outputs(k):
    """Metrics by the outputs' names."""
    x = k.Input((6,))
    hidden = k.layers.Dense(5, activation="tanh")(x)
    one = k.layers.Dense(1, activation="sigmoid", name="one")(hidden)
    two = k.layers.Dense(4, activation="softmax", name="two")(hidden)
    model = set_weights(k.Model(x, {"one": one, "two": two}))
    m = k.metrics
    model.compile(
        k.optimizers.SGD(0.5),
        {"one": "binary_crossentropy", "two": "categorical_crossentropy"},
        metrics={"one": ["auc", m.Precision(name="p")], "two": [m.Precision(top_k=1, name="p")]},
        weighted_metrics={"two": [m.Recall(class_id=3, name="r"), m.F1Score()]},
    )
    y = {"one": FITTED["binary"][0], "two": FITTED["classes"][0]}
    history = model.fit(X, y, batch_size=8, epochs=2, shuffle=False, verbose=0).history
    return {name: np.array([np.asarray(v) for v in values]) for name, values in history.items()}
