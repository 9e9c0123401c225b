"""Losses as objects: gradients of all of them, names, shapes, what users add, what is refused.

What they are worth is compared with Keras in tests/parity/losses.py.
"""

import functools
import re

import fastnn
import numpy as np
import pytest
from fastnn import Variable, losses, ops
from parity.losses import LOSSES, WEIGHTS
from parity.losses_trained import ACTIVATIONS
from test_tape import check

REDUCTIONS = ("sum_over_batch_size", "sum", "mean_with_sample_weight", "none")
# The exponentials of gamma = 80 are too steep for differences; circle_options has 8.
SMOOTH = [name for name in LOSSES if name != "circle"]

# Losses in which the samples do not meet each other.
APART = [name for name in LOSSES if name.partition("_")[0] not in ("circle", "dice", "tversky")]


def made(name, **arguments):
    kind, options, arrays = LOSSES[name]
    return getattr(losses, kind)(**options, **arguments), *arrays


def of_logits(name):
    """What brings any numbers to where the loss takes them, with a gradient."""
    activation = ACTIVATIONS.get(name)
    return getattr(ops, activation) if activation else lambda x: x


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", SMOOTH)
def test_gradients(name, reduction, weights):
    loss, y, _ = made(name, reduction=reduction)
    into = of_logits(name)
    check(lambda x: loss(y, into(x), weights), (6, 5))


@pytest.mark.parametrize("name", APART)
def test_a_weight_of_zero_takes_a_sample_out(name):
    """Of its loss and of its gradient."""
    loss, y, p = made(name, reduction="sum")
    keep = WEIGHTS != 0
    whole, part = Variable(p), Variable(np.ascontiguousarray(p[keep]))
    value, wanted = loss(y, whole, WEIGHTS), loss(y[keep], part, WEIGHTS[keep])
    np.testing.assert_allclose(value.item(), wanted.item(), rtol=1e-14)
    gradient = fastnn.gradients(value, [whole])[0].numpy()
    assert not gradient[~keep].any()
    wanted = fastnn.gradients(wanted, [part])[0].numpy()
    np.testing.assert_allclose(gradient[keep], wanted, rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", LOSSES)
def test_compiled_is_eager(name, dtype):
    """Bit for bit, with weights, in each reduction, with the gradient."""
    every = [made(name, reduction=reduction)[0] for reduction in REDUCTIONS]
    _, y, p = made(name)
    w = Variable(p.astype(dtype))

    def step(y, weights):
        values = [loss(y, w, weights) for loss in every]
        return values, [fastnn.gradients(ops.sum(value), [w])[0] for value in values]

    def as_bytes(results):
        return [(t.dtype, t.numpy().tobytes()) for part in results for t in part]

    call, wanted = fastnn.compile(step), as_bytes(step(y, WEIGHTS))
    assert {kind for kind, _ in wanted} == {dtype}
    assert all(as_bytes(call(y, WEIGHTS)) == wanted for _ in range(3))
    assert call.programs()


@pytest.mark.parametrize("name", SMOOTH)
def test_float32_is_float64_but_for_rounding(name):
    """A value is made of some ten roundings of numbers up to 40, and of differences of them."""
    loss, y, p = made(name)
    for w in (None, WEIGHTS):
        rough, exact = loss(y, p.astype("float32"), w), loss(y, p, w).item()
        assert rough.dtype == "float32"
        assert abs(rough.item() - exact) <= 400 * np.finfo("float32").eps * max(1, abs(exact))


FUSED = [
    *("mean_squared_error", "mean_absolute_error", "huber", "binary", "binary_logits"),
    *("categorical", "categorical_logits", "sparse", "sparse_logits"),
]


@pytest.mark.parametrize("name", FUSED)
def test_usual_losses_are_one_launch(name):
    loss, y, p = made(name)
    for weights in ((), (WEIGHTS,)):
        call = fastnn.compile(lambda y, p, *w: loss(y, p, *w))
        for _ in range(2):
            call(y, p, *weights)
        launches = re.findall(r"^ +\d+ +(\w+)\.\d", call.programs()[0].dump(), re.MULTILINE)
        assert len(set(launches)) == 1  # in two stages


@pytest.mark.parametrize("name", LOSSES)
def test_nan_goes_through(name):
    loss, y, p = made(name)
    p = p.copy()
    p[2, 1] = np.nan
    row = LOSSES[name][0].startswith("SparseCategorical") and y.ravel()[2] == loss.ignore_class
    generalized = name.startswith("generalized") and y[2] != 1  # it looks at one class alone
    circle = name.startswith("circle")  # NaN > 0 is false: it is not counted, as in Keras
    assert np.isnan(loss(y, p).item()) == (not row) or generalized or circle


# Shapes


@pytest.mark.parametrize("kind", ["MeanSquaredError", "BinaryCrossentropy", "LogCosh", "Hinge"])
def test_labels_meet_a_column_of_predictions(kind):
    """Dense(1) and labels (N,): one value a sample, and not N times N."""
    loss = getattr(losses, kind)
    y, p = np.array([1, 0, 0, 1]), np.array([[0.9], [0.4], [0.2], [0.3]])
    column = loss()(y[:, None], p).item()
    assert loss()(y, p).item() == column
    assert loss()(y[:, None], p[:, 0]).item() == column
    assert loss()(list(y), [list(row) for row in p]).dtype == "float32"
    assert loss(reduction="none")(y, p).shape == (4,)
    assert loss()(y, p, [1, 0, 0, 0]).item() == loss()(y, p, [[1], [0], [0], [0]]).item()


def test_weights_of_samples_in_more_axes():
    """(N,) is a weight a sample, even where the values have as many columns."""
    y, p = np.zeros((3, 3, 2)), np.ones((3, 3, 2)) * np.arange(3)[:, None, None]
    for loss in (losses.MeanSquaredError, losses.LogCosh):
        one = loss(reduction="none")(y, p, [0.0, 0.0, 1.0]).numpy()
        assert (one[2] > 0).all() and not one[:2].any()
        np.testing.assert_allclose(loss()(y, p, [0.0, 0.0, 1.0]).item(), one.mean())


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("weights", [None, (2, 4), (2,), (2, 1)], ids=str)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_classes_on_another_axis(reduction, weights, from_logits):
    rng = np.random.default_rng(0)
    p, labels = rng.uniform(0.1, 1, (2, 4, 3)), rng.integers(0, 3, (2, 4))
    w = None if weights is None else rng.random(weights)
    turned = np.ascontiguousarray(np.moveaxis(p, -1, 1))
    one_hot = np.eye(3)[labels]
    make = {"from_logits": from_logits, "reduction": reduction}
    for kind, y, y_turned in (
        ("SparseCategoricalCrossentropy", labels, labels),
        ("CategoricalCrossentropy", one_hot, np.moveaxis(one_hot, -1, 1)),
        ("CategoricalFocalCrossentropy", one_hot, np.moveaxis(one_hot, -1, 1)),
    ):
        last, first = (getattr(losses, kind)(axis=axis, **make) for axis in (-1, 1))
        got, want = first(y_turned, turned, w).numpy(), last(y, p, w).numpy()
        np.testing.assert_allclose(got, want, rtol=1e-14)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_means_over_another_axis(axis):
    """Weights go with what is left, also where another axis is as long."""
    y, p = np.random.default_rng(0).random((2, 3, 3, 3)).round(1)
    make = functools.partial(losses.BinaryCrossentropy, from_logits=True)
    values = make(reduction="none", axis=-1)(*(np.moveaxis(x, axis, -1) for x in (y, p))).numpy()
    weights = np.random.default_rng(1).random((3, 3))
    for w, wanted in ((None, values), (weights, weights * values)):
        got = make(axis=axis)(y, p, w).item()
        np.testing.assert_allclose(got, wanted.mean(), rtol=1e-14)


def test_gradients_at_zero():
    """Of a vector of zeros there is no direction, and of a perfect prediction no error."""
    x = Variable(np.zeros((2, 3)))
    y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    for loss in ("CosineSimilarity", "LogCosh", "MeanAbsolutePercentageError", "Dice", "Huber"):
        value = getattr(losses, loss)()(y, x)
        assert np.isfinite(value.item())
        assert np.isfinite(fastnn.gradients(value, [x])[0].numpy()).all()


# Class numbers

SPARSE = [
    losses.SparseCategoricalCrossentropy,
    functools.partial(losses.SparseCategoricalCrossentropy, reduction="sum"),
    functools.partial(losses.SparseCategoricalCrossentropy, ignore_class=7),
    losses.CategoricalGeneralizedCrossEntropy,
]


@pytest.mark.parametrize("make", SPARSE)
def test_class_numbers_of_any_kind(make):
    p = np.random.default_rng(0).random((3, 4)).astype("float32")
    want = make()(np.array([1, 0, 1], "int32"), p).item()
    for dtype in ("int64", "uint8", "int16", "uint32", "bool", "float32", "float64"):
        assert make()(np.array([1, 0, 1], dtype), p).item() == want
        assert make()(np.array([[1], [0], [1]], dtype), p).item() == want
    for y in ([1, 0, 1], (1.0, 0.0, 1.0), [[1], [0], [1]], fastnn.Tensor(np.array([1, 0, 1]))):
        assert make()(y, p).item() == want
    wrapped = losses.LossFunctionWrapper(lambda t, p: losses.sparse_categorical_crossentropy(t, p))
    np.testing.assert_allclose(
        wrapped([1, 0, 1], p).item(), SPARSE[0]()([1, 0, 1], p).item(), rtol=1e-6
    )


@pytest.mark.parametrize("label", [4, -1, 0.5, np.nan, 255])
@pytest.mark.parametrize("make", SPARSE)
def test_a_label_of_no_class_is_an_error(make, label):
    p = np.full((2, 4), 0.25)
    with pytest.raises(ValueError, match=r"(label|index) -?\d+ is outside 0 \.\. 3"):
        make()(np.array([1, label]), p)
    call = fastnn.compile(lambda y: make()(y, p))
    for _ in range(3):
        call(np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match=r"(label|index) -?\d+ is outside 0 \.\. 3"):
        call(np.array([1.0, label]))


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_ignored_classes_are_not_there(reduction, from_logits):
    """Neither in the loss nor in the gradient, though NaN stands there."""
    p = np.random.default_rng(0).random((5, 4))
    y, keep = np.array([1, 9, 0, 9, 3]), np.array([0, 2, 4])
    p[[1, 3]] = np.nan
    make = functools.partial(
        losses.SparseCategoricalCrossentropy, from_logits=from_logits, reduction=reduction
    )
    whole, part = Variable(p), Variable(p[keep])
    for w in (None, WEIGHTS[:5]):
        got = make(ignore_class=9)(y, whole, w)
        want = make()(y[keep], part, None if w is None else w[keep])
        gradient = fastnn.gradients(ops.sum(got), [whole])[0].numpy()
        wanted = fastnn.gradients(ops.sum(want), [part])[0].numpy()
        assert not gradient[[1, 3]].any()
        np.testing.assert_allclose(gradient[keep], wanted, rtol=1e-12)
        if reduction == "none":
            assert not got.numpy()[[1, 3]].any()
            np.testing.assert_allclose(got.numpy()[keep], want.numpy(), rtol=1e-12)
        else:
            np.testing.assert_allclose(got.item(), want.item(), rtol=1e-12)


# Names


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
