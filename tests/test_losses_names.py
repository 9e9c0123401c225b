"""Losses by name, losses that users write, and what is refused."""

import functools

import fastnn
import numpy as np
import pytest
from fastnn import Variable, losses, ops


def test_names():
    assert losses.get(None) is None is losses.as_loss(None)
    for name, function in losses._KNOWN.items():
        assert losses.get(name) is function or isinstance(losses.get(name), function)
        loss = losses.as_loss(name)
        assert isinstance(loss, losses.Loss)
        assert loss.name == name if callable(losses.get(name)) and name[0].islower() else loss.name
    for name, wanted in {
        "mse": losses.mean_squared_error,
        "MAE": losses.mean_absolute_error,
        "mape": losses.mean_absolute_percentage_error,
        "MSLE": losses.mean_squared_logarithmic_error,
        "bce": losses.binary_crossentropy,
        "KLD": losses.kl_divergence,
    }.items():
        assert losses.get(name) is wanted
    huber = losses.Huber()
    assert losses.get(huber) is huber is losses.as_loss(huber)
    assert losses.get(losses.Huber).delta == 1.0
    assert type(losses.as_loss(losses.huber)) is losses.Huber
    assert losses.as_loss(losses.huber).name == "huber"


def test_every_loss_of_keras_is_there():
    wanted = """BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy
        CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy CategoricalHinge Circle
        CosineSimilarity Dice Hinge Huber KLDivergence LogCosh Loss MeanAbsoluteError
        MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson
        SparseCategoricalCrossentropy SquaredHinge Tversky"""
    assert set(wanted.split()) <= set(losses.__all__)
    assert all(hasattr(losses, name) for name in losses.__all__)


@pytest.mark.parametrize(
    "true, pred, kind",
    [
        ((8,), (8, 1), "BinaryCrossentropy"),
        ((8, 1), (8, 1), "BinaryCrossentropy"),
        ((8,), (8, 5), "SparseCategoricalCrossentropy"),
        ((8, 1), (8, 5), "SparseCategoricalCrossentropy"),
        ((8, 3), (8, 3, 5), "SparseCategoricalCrossentropy"),
        ((8, 5), (8, 5), "CategoricalCrossentropy"),
    ],
)
def test_crossentropy_goes_by_shapes(true, pred, kind):
    for name in ("crossentropy", "ce", "CE"):
        loss = losses.as_loss(name, true, pred)
        assert (type(loss).__name__, loss.name) == (kind, name)


# What users write


def test_functions_of_users():
    y, p = np.zeros((4, 3)), np.arange(12.0).reshape(4, 3)

    def farthest(y_true, y_pred):
        return ops.max(abs(y_true - y_pred), axis=-1)

    loss = losses.as_loss(farthest)
    assert (type(loss), loss.name) == (losses.LossFunctionWrapper, "farthest")
    assert loss(y, p).item() == (2 + 5 + 8 + 11) / 4
    assert loss(y, p, [1, 0, 0, 1]).item() == (2 + 11) / 4
    elements = losses.as_loss(lambda t, p: abs(t - p))
    assert elements.name == "lambda"
    assert losses.as_loss(functools.partial(farthest)).name == "partial"
    assert elements(y, p).item() == 5.5
    assert elements(y, p, [1, 0, 0, 0]).item() == 3 / 12
    # Integers come to a function as what the predictions are.
    errors = losses.LossFunctionWrapper(lambda t, p: t - p, reduction="none")
    assert errors([1, 2], np.zeros((2, 1), "float32")).numpy().tolist() == [[1.0], [2.0]]
    call = fastnn.compile(lambda y, p: (loss(y, p), elements(y, p)))
    for _ in range(3):
        assert [t.item() for t in call(y, p)] == [6.5, 5.5]


def test_subclasses():
    class Scaled(losses.Loss):
        def __init__(self, scale, **keywords):
            super().__init__(**keywords)
            self.scale = scale

        def call(self, y_true, y_pred):
            return self.scale * ops.mean(abs(y_true - y_pred), axis=-1)

    loss = Scaled(2.0)
    assert (loss.name, loss.reduction, repr(loss)) == (
        "scaled",
        "sum_over_batch_size",
        "<Scaled scaled>",
    )
    y, p = np.zeros((2, 2), "int64"), Variable(np.array([[1.0, 3.0], [5.0, 7.0]], "float32"))
    assert loss(y, p).item() == 8.0
    assert Scaled(2.0, reduction=None)(y, p).numpy().tolist() == [4.0, 12.0]
    assert Scaled(2.0, dtype="float64")(y, p).dtype == "float64"
    call = fastnn.compile(lambda y: loss(y, p))
    assert [call(y).item() for _ in range(3)] == [8.0] * 3
    loss.scale = 1.0
    assert [call(y).item() for _ in range(3)] == [4.0] * 3

    class Nothing(losses.Loss):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing defines no call\(y_true, y_pred\)"):
        Nothing()(y, p)


def test_changed_settings_count():
    """In a recorded step as well: also those that are None or axes."""
    y, p = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[0.5, 0.5], [0.25, 0.75]])
    dice = losses.Dice()
    call = fastnn.compile(lambda y, p: dice(y, p))
    assert [call(y, p).item() for _ in range(3)] == [dice(y, p).item()] * 3
    dice.axis = (1,)
    by_row = dice(y, p).item()
    assert [call(y, p).item() for _ in range(3)] == [by_row] * 3 != [losses.Dice()(y, p).item()] * 3
    dice.reduction = "none"
    assert [call(y, p).shape for _ in range(3)] == [(2,)] * 3
    sparse = losses.SparseCategoricalCrossentropy(reduction="none")
    call = fastnn.compile(lambda y, p: sparse(y, p))
    labels = np.array([1, 0])
    assert all((call(labels, p).numpy() > 0).all() for _ in range(3))
    sparse.ignore_class = 0
    assert all((call(labels, p).numpy() > 0).tolist() == [True, False] for _ in range(3))


def test_alpha_of_each_class():
    y, p = np.eye(3), np.full((3, 3), 1 / 3)
    make = functools.partial(losses.CategoricalFocalCrossentropy, gamma=0.0, reduction="none")
    loss = make(alpha=[1.0, 2.0, 3.0])
    np.testing.assert_allclose(loss(y, p).numpy(), np.log(3) * np.array([1, 2, 3]), rtol=1e-14)
    call = fastnn.compile(lambda y, p: loss(y, p))
    for _ in range(3):
        assert (call(y, p).numpy() == loss(y, p).numpy()).all()
    single = losses.categorical_focal_crossentropy(y, p, alpha=np.array([1.0, 2.0, 3.0]), gamma=0.0)
    assert (single.numpy() == loss(y, p).numpy()).all()


def test_targets_of_any_kind():
    p = np.array([[0.5, 0.25], [0.75, 0.5]], "float32")
    y = np.array([[1, 0], [0, 1]])
    for kind in ("MeanSquaredError", "BinaryCrossentropy", "KLDivergence"):
        loss = getattr(losses, kind)()
        want = loss(y.astype("float32"), p).item()
        for target in (y, y.astype(bool), y.astype("float16"), y.tolist(), y.T.astype("uint8")):
            assert loss(target, p).item() == want
        assert loss(y, p.astype("float64")).dtype == "float64"
        assert loss(y, np.array([[1, 0], [1, 1]])).dtype == "float32"


# What is refused

X = np.ones((4, 3), "float32")


@pytest.mark.parametrize(
    "error, message, call",
    [
        (
            ValueError,
            r"mean_squared_error: y_true has shape \(4, 2\) and y_pred \(4, 3\); one shape",
            lambda: losses.MeanSquaredError()(X[:, :2], X),
        ),
        (
            ValueError,
            r"mean_squared_error: y_true has shape \(4,\) and y_pred \(4, 3\)",
            lambda: losses.MeanSquaredError(reduction="sum")([0] * 4, X),
        ),
        (
            ValueError,
            r"y_true has shape \(3,\) and y_pred \(3, 3\)",  # which would broadcast
            lambda: losses.LogCosh()(X[0], X[:3]),
        ),
        (
            ValueError,
            r"y_true has shape \(4,\) and y_pred \(4, 3\).*Class numbers are for",
            lambda: losses.CategoricalCrossentropy()([0] * 4, X),
        ),
        (
            ValueError,
            r"y_true has shape \(4, 3\) and y_pred \(4, 3\); class numbers of shape \(4,\)",
            lambda: losses.SparseCategoricalCrossentropy()(X, X),
        ),
        (
            ValueError,
            r"sample_weight has shape \(3,\) where there are values of shape \(4,\)",
            lambda: losses.MeanSquaredError()(X, X, [1.0] * 3),
        ),
        (
            ValueError,
            r"sample_weight has shape \(4, 3\) where",
            lambda: losses.MeanSquaredError()(X, X, X),
        ),
        (
            ValueError,
            r"sample_weight has shape \(2,\) where",
            lambda: losses.SparseCategoricalCrossentropy(ignore_class=0)([0] * 4, X, [1.0] * 2),
        ),
        (
            ValueError,
            "reduction is 'average'; 'sum_over_batch_size'",
            lambda: losses.Huber(reduction="average"),
        ),
        (ValueError, "dtype is int32; a float", lambda: losses.Huber(dtype="int32")),
        (TypeError, "name is 3; a text", lambda: losses.Huber(name=3)),
        (ValueError, "delta is -1", lambda: losses.Huber(-1)),
        (TypeError, "delta is 'a'", lambda: losses.Huber("a")),
        (ValueError, "label_smoothing is 1.5", lambda: losses.BinaryCrossentropy(True, 1.5)),
        (ValueError, "label_smoothing is -1", lambda: losses.CategoricalCrossentropy(True, -1)),
        (TypeError, "from_logits is 'yes'", lambda: losses.BinaryCrossentropy("yes")),
        (
            ValueError,
            "q is 1; a number between",
            lambda: losses.CategoricalGeneralizedCrossEntropy(1),
        ),
        (
            TypeError,
            "ignore_class is 1.5; an integer",
            lambda: losses.SparseCategoricalCrossentropy(ignore_class=1.5),
        ),
        (
            TypeError,
            "axis is True",
            lambda: losses.CategoricalCrossentropy(axis=True)(X, X),
        ),
        (
            ValueError,
            "axis is 2; a tensor of 2 axes",
            lambda: losses.CosineSimilarity(axis=2)(X, X),
        ),
        (
            ValueError,
            r"alpha has shape \(2,\); a number, or one for each of the 3 classes",
            lambda: losses.CategoricalFocalCrossentropy([1.0, 2.0])(X, X),
        ),
        (TypeError, "gamma is None", lambda: losses.BinaryFocalCrossentropy(gamma=None)),
        (ValueError, r"vectors \(4, 3\)", lambda: losses.Circle()([0, 1], X)),
        (TypeError, "fn is 3; a function", lambda: losses.LossFunctionWrapper(3)),
        (
            TypeError,
            "an argument of the function is called 'call'",
            lambda: losses.LossFunctionWrapper(lambda t, p, call: p, call=1),
        ),
        (
            ValueError,
            "losses.get: 'huver' is unknown.*Did you mean 'huber'",
            lambda: losses.get("huver"),
        ),
        (ValueError, "losses.get: 3 is unknown", lambda: losses.get(3)),
        (TypeError, "real numbers are wanted", lambda: losses.MeanSquaredError()(["a"], [1.0])),
    ],
)
def test_what_is_refused(error, message, call):
    with pytest.raises(error, match=message):
        call()


def test_a_single_class_is_warned_of():
    with pytest.warns(UserWarning, match="a single class, which makes every loss the same"):
        losses.CategoricalCrossentropy()([[1.0]], [[0.5]])
