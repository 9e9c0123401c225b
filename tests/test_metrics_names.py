"""Metrics by name, metrics that users write, and what is refused."""

import fastnn
import numpy as np
import pytest
from fastnn import Variable, metrics, ops

RNG = np.random.default_rng(4)


@pytest.mark.parametrize(
    "true, pred, kind",
    [
        ((8,), (8, 1), "Binary"),
        ((8, 1), (8, 1), "Binary"),
        ((8,), (8, 5), "SparseCategorical"),
        ((8, 1), (8, 5), "SparseCategorical"),
        ((8, 3), (8, 3, 5), "SparseCategorical"),
        ((8, 5), (8, 5), "Categorical"),
    ],
)
def test_accuracy_goes_by_shapes(true, pred, kind):
    for names, suffix in ((("accuracy", "acc", "Acc"), "Accuracy"), (("ce",), "Crossentropy")):
        for name in names:
            metric = metrics.as_metric(name, true, pred)
            assert (type(metric).__name__, metric.name) == (kind + suffix, name)


def test_names():
    assert metrics.get(None) is None
    for name, kind in metrics._KNOWN.items():
        assert type(metrics.get(name)) is kind
        assert metrics.as_metric(name, (2,), (2, 3)).name == name
    for name, kind in {
        "acc": metrics.Accuracy,
        "MSE": metrics.MeanSquaredError,
        "mae": metrics.MeanAbsoluteError,
        "mape": metrics.MeanAbsolutePercentageError,
        "msle": metrics.MeanSquaredLogarithmicError,
        "bce": metrics.BinaryCrossentropy,
        "sparse_top_k_categorical_accuracy": metrics.SparseTopKCategoricalAccuracy,
        "kl_divergence": metrics.KLDivergence,
        "log_cosh_error": metrics.LogCoshError,
    }.items():
        assert type(metrics.get(name)) is kind
    mine = metrics.Mean("mine")
    assert metrics.get(mine) is mine is metrics.as_metric(mine)
    assert mine.name == "mine"
    assert type(metrics.get(metrics.Hinge)) is metrics.Hinge
    assert all(hasattr(metrics, name) for name in metrics.__all__)
    assert metrics.as_metric(metrics.binary_accuracy).name == "binary_accuracy"
    assert metrics.as_metric(fastnn.losses.Huber()).name == "huber_loss"


def test_functions_give_floatx():
    y, p = np.array([1, 0]), RNG.random((2, 3))
    one_hot = np.eye(3)[y]
    for found in (
        metrics.binary_accuracy(one_hot, p),
        metrics.categorical_accuracy(one_hot, p),
        metrics.sparse_categorical_accuracy(y, p),
        metrics.top_k_categorical_accuracy(one_hot, p),
        metrics.sparse_top_k_categorical_accuracy(y, p, k=2),
        metrics.sparse_top_k_categorical_accuracy(y, [[2, 1], [1, 0]], from_sorted_ids=True),
        metrics.accuracy(y, y),
    ):
        assert found.dtype == "float32"


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "int16", "bool", "float32"])
def test_targets_of_any_kind(dtype):
    y, p = np.array([1, 0, 1, 0]), RNG.random((4, 2)).astype("float32")
    column = p[:, :1]
    for metric, target, prediction in (
        (metrics.SparseCategoricalAccuracy(), y, p),
        (metrics.SparseTopKCategoricalAccuracy(1), y, p),
        (metrics.SparseCategoricalCrossentropy(), y, p),
        (metrics.CategoricalAccuracy(), np.eye(2)[y], p),
        (metrics.BinaryAccuracy(), y, column),
        (metrics.Accuracy(), y, y),
        (metrics.MeanSquaredError(), y, column),
    ):
        want = metric(target.astype("int32"), prediction).item()
        for given in (target.astype(dtype), target.astype(dtype).tolist()):
            metric.reset_state()
            assert metric(given, prediction).item() == want


# What users write


def test_functions_of_users():
    def farther(y_true, y_pred, limit):
        return ops.greater(abs(y_true - y_pred), limit)

    y, p = np.zeros((4, 2)), np.array([[0.1, 0.9], [0.6, 0.7], [0.0, 0.0], [1.0, 0.2]])
    metric = metrics.MeanMetricWrapper(farther, limit=0.5)
    assert metric.name == "farther"
    call = fastnn.compile(lambda y, p: metric.update_state(y, p))
    for _ in range(3):
        call(y, p)
    assert metric.result().item() == 4 / 8
    metric.limit = 0.8  # which a recorded step notices
    metric.reset_state()
    for _ in range(3):
        call(y, p)
    assert metric.result().item() == 2 / 8
    plain = metrics.as_metric(lambda t, p: ops.mean(abs(t - p)))
    assert plain.name == "lambda"
    assert plain(y.astype("float32"), p).item() == np.abs(p).mean()


class Counts(metrics.Metric):
    """Where the greatest predictions stand, in a state of several numbers, and a metric inside."""

    def __init__(self, classes, name="counts", **keywords):
        super().__init__(name=name, **keywords)
        self.counts = self.add_weight(shape=(classes,), initializer="zeros", name="counts")
        self.right = metrics.SparseCategoricalAccuracy()
        self.others = [Variable(0.0, "float64", trainable=False)]

    def update_state(self, y_true, y_pred, sample_weight=None):
        places = ops.one_hot(ops.argmax(y_pred, axis=-1), y_pred.shape[-1])
        self.counts.assign_add(ops.sum(places, axis=0))
        self.right.update_state(y_true, y_pred)
        self.others[0].assign(self.others[0] + 1.0)

    def result(self):
        return {"counts": self.counts, "right": self.right.result()}


def test_subclasses():
    metric = Counts(3)
    assert [v.shape for v in metric.variables] == [(3,), (), (), ()]
    assert metric.variables[0].name == "counts/counts"
    y, p = np.array([0, 1, 2, 2]), np.eye(3, dtype="float32")[[0, 1, 1, 2]]
    step = fastnn.compile(lambda y, p: metric.update_state(y, p))
    for _ in range(4):
        step(y, p)
    assert step.programs()
    found = metric.result()
    assert found["counts"].numpy().tolist() == [4, 8, 4]
    assert found["right"].item() == 0.75
    assert metric.others[0].numpy() == 4
    metric.reset_state()
    assert not any(v.numpy().any() for v in metric.variables)
    step(y, p)
    assert metric.counts.numpy().tolist() == [1, 2, 1]
    assert metric(y, p)["counts"].numpy().tolist() == [2, 4, 2]
    assert Counts(2, dtype="float32").counts.dtype == "float32"


# What is refused

X = np.ones((4, 3), "float32")


@pytest.mark.parametrize(
    "error, message, call",
    [
        (
            ValueError,
            r"assign_add: the value has shape \(3,\) but variable v has \(2,\)",
            lambda: Variable([1.0, 2.0], name="v").assign_add([1.0, 2.0, 3.0]),
        ),
        (
            ValueError,
            r"the value has shape \(\) but variable v has \(2,\)",
            lambda: Variable([1.0, 2.0], name="v").assign_add(1.0),
        ),
        (
            TypeError,
            "variable v is int32; float32 or float64 is wanted",
            lambda: Variable(np.array([1], "int32"), name="v").assign_add([1]),
        ),
        (
            ValueError,
            r"binary_accuracy: y_true has shape \(4, 2\) and y_pred \(4, 3\)",
            lambda: metrics.BinaryAccuracy()(X[:, :2], X),
        ),
        (
            ValueError,
            r"accuracy: y_true has shape \(3,\) and y_pred \(4,\)",
            lambda: metrics.Accuracy()([1, 2, 3], [1, 2, 3, 4]),
        ),
        (
            ValueError,
            r"categorical_accuracy: y_true has shape \(4,\) and y_pred \(4, 3\).*Class numbers",
            lambda: metrics.CategoricalAccuracy()([0] * 4, X),
        ),
        (
            ValueError,
            r"y_true has shape \(4, 3\) and y_pred \(4, 3\); class numbers of shape \(4,\)",
            lambda: metrics.SparseCategoricalAccuracy()(X, X),
        ),
        (
            ValueError,
            r"root_mean_squared_error: y_true has shape \(3,\) and y_pred \(4, 3\)",
            lambda: metrics.RootMeanSquaredError()(X[0], X),
        ),
        (
            ValueError,
            r"sample_weight has shape \(3,\) where there are values of shape \(4,\)",
            lambda: metrics.MeanSquaredError()(X, X, sample_weight=[1.0] * 3),
        ),
        (
            ValueError,
            r"sample_weight has shape \(4, 3\) where",
            lambda: metrics.MeanSquaredError()(X, X, sample_weight=X),
        ),
        (ValueError, r"sample_weight has shape \(2,\)", lambda: metrics.Mean()(1.0, [1.0, 2.0])),
        (
            ValueError,
            "index 5 is outside",
            lambda: metrics.SparseTopKCategoricalAccuracy()([5], X[:1]),
        ),
        (ValueError, "k is 0; at least 1", lambda: metrics.TopKCategoricalAccuracy(0)),
        (TypeError, "k is 'a'", lambda: metrics.SparseTopKCategoricalAccuracy("a")),
        (TypeError, "threshold is None", lambda: metrics.BinaryAccuracy(threshold=None)),
        (TypeError, "from_logits is 1", lambda: metrics.BinaryCrossentropy(from_logits=1)),
        (TypeError, "dtype is 'half'", lambda: metrics.Mean(dtype="half")),
        (TypeError, "name is 3", lambda: metrics.Mean(name=3)),
        (TypeError, "fn is None", lambda: metrics.MeanMetricWrapper(None)),
        (
            TypeError,
            "an argument of the function is called 'total'",
            lambda: metrics.MeanMetricWrapper(lambda t, p, total: p, total=1),
        ),
        (
            ValueError,
            "'acuracy' is unknown.*Did you mean 'accuracy'",
            lambda: metrics.get("acuracy"),
        ),
        (ValueError, "None came", lambda: metrics.as_metric(None)),
        (NotImplementedError, "defines no update_state", lambda: metrics.Metric()(1)),
        (NotImplementedError, "defines no result", lambda: metrics.Metric().result()),
    ],
)
def test_what_is_refused(error, message, call):
    with pytest.raises(error, match=message):
        call()


def test_super_is_missed():
    class Hasty(metrics.Metric):
        def __init__(self):
            self.total = self.add_variable()

    with pytest.raises(RuntimeError, match=r"Hasty: call super\(\).__init__\(\) before"):
        Hasty()
