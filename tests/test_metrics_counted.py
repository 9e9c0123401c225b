"""Metrics by threshold, class and column: against definitions of one's own, within fit, and what is
refused. What Keras says is in tests/parity/metrics_counted.py."""

import warnings

import fastnn
import numpy as np
import pytest
from fastnn import metrics

RNG = np.random.default_rng(5)
SCORES = RNG.random(400)
LABELS = (RNG.random(400) < 0.2 + 0.6 * SCORES).astype("int32")
WEIGHTS = RNG.random(400)


def in_batches(metric, *arrays, size=37):
    for i in range(0, len(arrays[0]), size):
        metric.update_state(*(array[i : i + size] for array in arrays))
    return metric.result().numpy()


# Textbook definitions in float64, over all data at once


def exact_area(labels, scores, weights):
    """The share of pairs of a true and a false sample of which the true one scores higher, ties
    half (Hanley and McNeil 1982): what scikit-learn's roc_auc_score gives."""
    t, f = labels == 1, labels == 0
    above = np.sign(scores[t][:, None] - scores[f]) / 2 + 0.5
    return (weights[t][:, None] * weights[f] * above).sum() / weights[t].sum() / weights[f].sum()


def test_area_is_that_of_all_pairs():
    """Exactly where no threshold parts what the pairs join: scores halfway between thresholds."""
    scores = (np.floor(SCORES * 50) + 0.5) / 50
    metric = metrics.AUC(num_thresholds=51)
    got = in_batches(metric, LABELS, scores, WEIGHTS)
    assert got == pytest.approx(exact_area(LABELS, scores, WEIGHTS), rel=1e-12)
    metric = metrics.AUC(thresholds=(np.arange(1, 50) / 50).tolist())
    assert in_batches(metric, LABELS, scores, WEIGHTS) == pytest.approx(got, rel=1e-12)
    logits = np.log(scores / (1 - scores))
    metric = metrics.AUC(num_thresholds=51, from_logits=True)
    assert in_batches(metric, LABELS, logits, WEIGHTS) == pytest.approx(got, rel=1e-12)


def test_rates_at_thresholds():
    for t in (0.25, 0.5, 0.9):
        p = SCORES > t
        tp, fp = (WEIGHTS[p & (LABELS == y)].sum() for y in (1, 0))
        fn, tn = (WEIGHTS[~p & (LABELS == y)].sum() for y in (1, 0))
        for kind, want in {
            "Precision": tp / (tp + fp),
            "Recall": tp / (tp + fn),
            "TruePositives": tp,
            "FalsePositives": fp,
            "TrueNegatives": tn,
            "FalseNegatives": fn,
        }.items():
            got = in_batches(getattr(metrics, kind)([0.7, t]), LABELS, SCORES, WEIGHTS)
            assert got[1] == pytest.approx(want, rel=1e-12), kind


def test_regression_and_classes():
    y, p = RNG.standard_normal((90, 3)) + 5, RNG.standard_normal((90, 3))
    p += y
    want = 1 - ((y - p) ** 2).sum(axis=0) / ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    np.testing.assert_allclose(in_batches(metrics.R2Score(None), y, p), want, rtol=1e-11)
    t, rows = RNG.integers(0, 4, 90), RNG.random((90, 4))
    matrix = np.zeros((4, 4))
    np.add.at(matrix, (t, rows.argmax(axis=1)), WEIGHTS[:90])
    got = in_batches(metrics.ConfusionMatrix(4), t, rows, WEIGHTS[:90])
    np.testing.assert_allclose(got, matrix, rtol=1e-13)
    right, either = np.diag(matrix), matrix.sum(axis=0) + matrix.sum(axis=1) - np.diag(matrix)
    metric = metrics.MeanIoU(4, sparse_y_pred=False)
    got = in_batches(metric, t, rows, WEIGHTS[:90])
    assert got == pytest.approx((right / either).mean(), rel=1e-13)
    f1 = 2 * right / (matrix.sum(axis=0) + matrix.sum(axis=1))
    got = in_batches(metrics.F1Score(), np.eye(4)[t], rows, WEIGHTS[:90])
    sums = [matrix.sum(axis=0), matrix.sum(axis=1), sum(right / matrix.sum(axis=i) for i in (0, 1))]
    bound = sum(1e-7 / one for one in sums)  # what Keras adds to these denominators
    assert (np.abs(got - f1) <= bound * f1).all()


def test_ignored_classes_need_be_none():
    for void in (255, -1):
        y = np.array([[0, 1, void], [void, 1, 0]])
        p = np.array([[0, 1, 1], [void, 0, 0]])
        metric = metrics.ConfusionMatrix(2, ignore_class=void, sparse_y_pred=True)
        assert metric(y, p).numpy().tolist() == [[2, 0], [1, 1]]
        metric.reset_state()
        assert metric(y, p, np.array([1.0, 0.5])).numpy().tolist() == [[1.5, 0], [0.5, 1]]


# Within fit

EVERYTHING = [
    lambda: metrics.Precision([0.2, 0.5]),
    lambda: metrics.Precision(top_k=2, class_id=1, name="of_class"),
    lambda: metrics.Recall(),
    lambda: metrics.AUC(multi_label=True),
    lambda: metrics.AUC(label_weights=[1.0, 2.0, 0.5], thresholds=[0.3], name="pr", curve="PR"),
    lambda: metrics.F1Score("macro"),
    lambda: metrics.FBetaScore(threshold=0.5),
    lambda: metrics.R2Score(num_regressors=1),
    lambda: metrics.PearsonCorrelation(),
    lambda: metrics.ConcordanceCorrelation(),
    lambda: metrics.SensitivityAtSpecificity(0.5),
    lambda: metrics.OneHotMeanIoU(3, ignore_class=2),
    lambda: metrics.BinaryIoU(),
    lambda: metrics.ConfusionMatrix(3, sparse_y_true=False),
    lambda: metrics.FalsePositives(),
]


@pytest.mark.parametrize("which", ["metrics", "weighted_metrics"])
def test_recorded_in_fit(which):
    """No step falls back to Python, which would warn; and the logs are what one pass gives."""
    x, y = RNG.standard_normal((40, 5)).astype("float32"), np.eye(3)[RNG.integers(0, 3, 40)]
    w = np.round(4 * RNG.random(40)) / 4
    model = fastnn.Sequential([fastnn.Input((5,)), fastnn.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", **{which: [make() for make in EVERYTHING]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = model.fit(x, y, sample_weight=w, batch_size=16, epochs=3, verbose=2).history
        logs = model.evaluate(x, y, sample_weight=w, batch_size=7, return_dict=True, verbose=0)
    assert {key[0]: step.eager for key, step in model._steps.items()}.items() >= {
        "train": False,
        "test": False,
    }.items()
    assert all(
        step.function.programs() for key, step in model._steps.items() if key[0] != "results"
    )
    p = model.predict(x, verbose=0)
    for make in EVERYTHING:
        metric = make()
        want = metric(y, p, *([w] if which == "weighted_metrics" else []))
        np.testing.assert_allclose(logs[metric.name], want.numpy(), rtol=1e-6)
        assert np.shape(history[metric.name]) == (3, *want.shape)
        assert isinstance(logs[metric.name], (float, np.ndarray))


def test_launches_of_a_step():
    """Loss and accuracy of a small network are four launches: they were thirteen."""
    model = fastnn.Sequential([fastnn.Input((5,)), fastnn.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = np.zeros((32, 5), "float32"), np.zeros(32, "int32")
    model.evaluate(x, y, batch_size=8, verbose=0)
    (step,) = (step for key, step in model._steps.items() if key[0] == "test")
    plan = step.function.programs()[0].dump()
    live = [line.split()[1] for line in plan.splitlines() if line.lstrip()[:1].isdigit()]
    assert live[:6] == [
        *("gemm.0", "softmax_forward.0", "cross_entropy_forward.0", "cross_entropy_forward.1"),
        *("mean_update.0", "arg_reduce.0"),
    ]
    assert [name for name in live if name[:4] == "mean"] == ["mean_update.0"] * 2


# What is refused

P = np.full((4, 3), 0.5)
Y = np.eye(3)[[0, 1, 2, 1]]


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, r"Precision: thresholds is 1.5; a number", lambda: metrics.Precision(1.5)),
        (ValueError, r"thresholds is \[0.5, -0.1\]", lambda: metrics.Recall([0.5, -0.1])),
        (ValueError, r"thresholds is \[\]", lambda: metrics.TruePositives([])),
        (ValueError, "thresholds is nan", lambda: metrics.TruePositives(float("nan"))),
        (TypeError, "a threshold is 'high'", lambda: metrics.FalsePositives("high")),
        (ValueError, "AUC: a threshold is 2", lambda: metrics.AUC(thresholds=[2])),
        (ValueError, "AUC: num_thresholds is 1; at least 2", lambda: metrics.AUC(1)),
        (ValueError, "AUC: curve is 'Roc curve'", lambda: metrics.AUC(curve="Roc curve")),
        (ValueError, "summation_method is 3", lambda: metrics.AUC(summation_method=3)),
        (ValueError, "num_labels is for multi_label", lambda: metrics.AUC(num_labels=2)),
        (ValueError, "one of label_weights is -1", lambda: metrics.AUC(label_weights=[-1])),
        (
            ValueError,
            r"auc: predictions have shape \(4, 3\); \(samples, 2\) is wanted",
            lambda: metrics.AUC(multi_label=True, num_labels=2)(Y, P),
        ),
        (
            ValueError,
            r"auc: predictions have shape \(4, 3\); \(samples, 2\) is wanted",
            lambda: metrics.AUC(label_weights=[1.0, 2.0])(Y, P),
        ),
        (
            ValueError,
            "how many labels there are is not known",
            lambda: metrics.AUC(multi_label=True).result(),
        ),
        (ValueError, "class_id is -1; at least 0", lambda: metrics.Precision(class_id=-1)),
        (ValueError, "recall: class_id is 3 for", lambda: metrics.Recall(class_id=3)(Y, P)),
        (ValueError, "class_id is 0 for", lambda: metrics.Recall(class_id=0)(Y[0], P[0])),
        (ValueError, "precision: top_k is 4 for", lambda: metrics.Precision(top_k=4)(Y, P)),
        (ValueError, "top_k is 0; at least 1", lambda: metrics.Precision(top_k=0)),
        (
            ValueError,
            r"auc: y_true has shape \(4,\) and y_pred \(4, 3\).*one_hot",
            lambda: metrics.AUC()([0, 1, 2, 1], P),
        ),
        (
            ValueError,
            r"auc: sample_weight has shape \(3,\) where there are values of shape \(4, 3\)",
            lambda: metrics.AUC()(Y, P, np.ones(3)),
        ),
        (
            ValueError,
            "SensitivityAtSpecificity: specificity is 1.1",
            lambda: metrics.SensitivityAtSpecificity(1.1),
        ),
        (ValueError, "num_thresholds is 0", lambda: metrics.PrecisionAtRecall(0.5, 0)),
        (ValueError, "F1Score: average is 'mean'", lambda: metrics.F1Score("mean")),
        (ValueError, "FBetaScore: beta is 0.0", lambda: metrics.FBetaScore(beta=0.0)),
        (ValueError, "F1Score: threshold is 0", lambda: metrics.F1Score(threshold=0)),
        (ValueError, r"f1_score: .* shape \(4,\)", lambda: metrics.F1Score()(Y[:, 0], P[:, 0])),
        (ValueError, "class_aggregation is 'mean'", lambda: metrics.R2Score("mean")),
        (ValueError, "num_regressors is -1", lambda: metrics.R2Score(num_regressors=-1)),
        (ValueError, "MeanIoU: num_classes is 0", lambda: metrics.MeanIoU(0)),
        (ValueError, r"IoU: target_class_ids is \[2\]", lambda: metrics.IoU(2, [2])),
        (ValueError, r"target_class_ids is \(\)", lambda: metrics.BinaryIoU(())),
        (ValueError, "a target class is -1", lambda: metrics.IoU(2, [-1])),
        (ValueError, "index 3 is outside", lambda: metrics.MeanIoU(3)([0, 3], [0, 1])),
        (ValueError, "index 3 is outside", lambda: metrics.MeanIoU(3)([0, 1], [3, 1])),
        (ValueError, "is outside", lambda: metrics.MeanIoU(3)([0, 0.5], [0, 1])),
        (
            ValueError,
            r"mean_io_u: targets of shape \(4,\) and predictions of shape \(4, 3\)",
            lambda: metrics.MeanIoU(3)([0, 1, 2, 1], P),
        ),
        (
            TypeError,
            "mean_io_u: sample_weight came, but dtype='int32'",
            lambda: metrics.MeanIoU(3, dtype="int32")([0, 1], [0, 1], [1.0, 2.0]),
        ),
        (
            ValueError,
            r"IoU cannot be made without arguments; .* metrics.IoU\(num_classes=.., target_cla",
            lambda: metrics.get("IoU"),
        ),
        (ValueError, r"MeanIoU\(num_classes=..\)", lambda: metrics.get(metrics.MeanIoU)),
        (ValueError, "'precison' is unknown.*'precision'", lambda: metrics.get("precison")),
    ],
)
def test_what_is_refused(error, message, call):
    with pytest.raises(error, match=message):
        call()


def test_refused_in_fit():
    """A class that is none is found where the step runs, in Python and replayed."""
    model = fastnn.Sequential([fastnn.Input((5,)), fastnn.layers.Dense(3)])
    model.compile("sgd", "mse", metrics=[metrics.ConfusionMatrix(2, sparse_y_true=False)])
    with pytest.raises(ValueError, match="index 2 is outside"):
        model.fit(np.zeros((40, 5)), np.eye(3)[[0] * 39 + [2]], batch_size=8, verbose=0)
