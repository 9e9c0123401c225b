"""Losses as objects: gradients of all of them, recorded steps, shapes, class numbers.

What they are worth is compared with Keras in tests/parity/losses.py.
"""

import functools
import re

import fastnn
import numpy as np
import pytest
import support
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


@pytest.mark.parametrize("name", LOSSES)
def test_other_devices(name):
    """Targets and weights of the host go where the predictions are."""
    gpu = support.open_device("emulated").device
    loss, y, p = made(name)
    results = []
    for device in (fastnn.devices.cpu, gpu):
        w = Variable(p, device=device)
        for weights in (None, WEIGHTS):
            value = loss(y, w, weights)
            assert value.device is device
            results += [value.numpy(), fastnn.gradients(value, [w])[0].numpy()]
    for got, want in zip(results[4:], results[:4], strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-13 * np.abs(want).max())


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
