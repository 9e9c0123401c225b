"""Losses as a user meets them: gradients through the tape, weights, names, what is refused."""

import fastnn
import numpy as np
import pytest
from fastnn import Variable, losses, ops
from test_tape import check

RNG = np.random.default_rng(3)
TARGETS = RNG.random((6, 5))
WEIGHTS = RNG.uniform(0.5, 2, 6)
LABELS = np.array([0, 4, 2, 2, 1, 3], "int32")

# Of (6, 5) or weights alike: what each loss is of variables, and its weights.
LOSSES = {
    "mse": lambda x, w: ops.mean_squared_error(x, TARGETS, w),
    "mae": lambda x, w: ops.mean_absolute_error(x, TARGETS, w),
    "huber": lambda x, w: ops.huber(x, TARGETS, 0.7, w),
    "binary logits": lambda x, w: ops.binary_crossentropy(TARGETS, x, True, 0.1, w),
    "binary": lambda x, w: ops.binary_crossentropy(TARGETS, ops.softmax(x), False, 0.1, w),
    "soft logits": lambda x, w: ops.categorical_crossentropy(TARGETS, x, True, 0.1, w),
    "soft": lambda x, w: ops.categorical_crossentropy(TARGETS, ops.softmax(x), False, 0.1, w),
    "sparse logits": lambda x, w: ops.sparse_categorical_crossentropy(LABELS, x, True, w),
    "sparse": lambda x, w: ops.sparse_categorical_crossentropy(LABELS, ops.softmax(x), False, w),
}


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("name", LOSSES)
def test_gradients(name, weights):
    check(lambda x: LOSSES[name](x, weights), (6, 5))


@pytest.mark.parametrize(
    "function",
    [
        ops.mean_squared_error,
        ops.huber,
        lambda p, t: ops.binary_crossentropy(t, p, True, 0.1),
        lambda p, t: ops.binary_crossentropy(ops.softmax(t), ops.softmax(p)),
    ],
)
def test_gradients_of_targets(function):
    check(function, (4, 3), (4, 3))


def test_one_tensor_as_prediction_and_target():
    check(lambda x: ops.binary_crossentropy(x, x, True), (3, 4))


def test_log_softmax():
    check(ops.log_softmax, (3, 7))
    x = RNG.standard_normal((4, 5))
    np.testing.assert_allclose(ops.log_softmax(x).numpy(), np.log(ops.softmax(x).numpy()))


@pytest.mark.parametrize("name", LOSSES)
def test_weights_are_factors_of_samples(name):
    """A sample of weight 0 is not there, one of weight 2 counts twice; the divisor stays."""
    x = RNG.standard_normal((6, 5))
    single = np.array([LOSSES[name](x, np.eye(6)[i]).item() for i in range(6)])
    np.testing.assert_allclose(LOSSES[name](x, WEIGHTS).item(), single @ WEIGHTS, rtol=1e-13)
    np.testing.assert_allclose(LOSSES[name](x, None).item(), single.sum(), rtol=1e-13)
    column = LOSSES[name](x, WEIGHTS[:, None]).item()
    assert column == LOSSES[name](x, WEIGHTS).item()
    assert LOSSES[name](x, list(WEIGHTS)).item() == column
    x = x.astype("float32")
    targets, globals()["TARGETS"] = TARGETS, TARGETS.astype("float32")
    try:
        assert LOSSES[name](x, WEIGHTS).dtype == "float32"  # weights take its dtype
    finally:
        globals()["TARGETS"] = targets


def test_one_hot_is_a_case_of_soft():
    x = RNG.standard_normal((6, 5))
    one_hot = np.eye(5)[LABELS]
    for from_logits, output in ((True, x), (False, np.exp(x))):
        soft = ops.categorical_crossentropy(one_hot, output, from_logits).item()
        sparse = ops.sparse_categorical_crossentropy(LABELS, output, from_logits).item()
        np.testing.assert_allclose(soft, sparse, rtol=1e-14)
    masked = np.where(one_hot == 0, -np.inf, x)  # no 0 times infinity
    assert ops.categorical_crossentropy(one_hot, masked, True).item() == 0


@pytest.mark.parametrize("from_logits", [True, False])
def test_more_axes_are_more_rows(from_logits):
    x, target = RNG.random((2, 3, 5)), RNG.random((2, 3, 5))
    labels = LABELS.reshape(2, 3)
    rows = x.reshape(6, 5), target.reshape(6, 5)
    inner = np.array([1.0, 3.0])
    for weights, of_rows in ((None, None), (inner, inner.repeat(3))):
        got = ops.sparse_categorical_crossentropy(labels, x, from_logits, weights)
        want = ops.sparse_categorical_crossentropy(LABELS, rows[0], from_logits, of_rows)
        assert got.item() == want.item()
        got = ops.categorical_crossentropy(target, x, from_logits, 0.1, weights)
        want = ops.categorical_crossentropy(rows[1], rows[0], from_logits, 0.1, of_rows)
        assert got.item() == want.item()
    check(lambda v: ops.sparse_categorical_crossentropy(labels, v, True, inner), (2, 3, 5))


def test_clipped_probabilities_have_no_gradient():
    p = Variable(np.array([0.0, 1.0, -3.0, 1e-9, 0.3]))
    loss = ops.binary_crossentropy(np.array([1.0, 0.0, 1.0, 0.0, 1.0]), p)
    [g] = fastnn.gradients(loss, [p])
    assert not g.numpy()[:4].any()
    np.testing.assert_allclose(g.numpy()[4], -1 / 0.3 / 5)
    np.testing.assert_allclose(loss.item(), (3 * -np.log(1e-7) - np.log(0.3) + 1e-7) / 5)


def test_far_logits():
    far = np.array([1000.0, -1000.0, 40.0])
    assert ops.binary_crossentropy(np.array([1.0, 0.0, 1.0]), far, True).item() == (
        np.log1p(np.exp(-40.0)) / 3
    )


@pytest.mark.parametrize("name", LOSSES)
def test_nan_goes_through(name):
    x = RNG.standard_normal((6, 5))
    x[2, 2] = np.nan
    assert np.isnan(LOSSES[name](x, None).item())


@pytest.mark.parametrize(
    "loss, target",
    [
        (losses.MeanSquaredError(), TARGETS),
        (losses.MeanAbsoluteError(), TARGETS),
        (losses.Huber(0.7), TARGETS),
        (losses.BinaryCrossentropy(True, 0.1), TARGETS),
        (losses.CategoricalCrossentropy(True, 0.1), TARGETS),
        (losses.SparseCategoricalCrossentropy(True), LABELS),
    ],
    ids=lambda x: type(x).__name__,
)
def test_objects(loss, target):
    """Under compile, with weights, targets of another dtype; compiled = eager, bit for bit."""
    w = Variable(RNG.standard_normal((6, 5)).astype("float32"))

    def step(target, weights):
        value = loss(target, w, weights)
        return value, fastnn.gradients(value, [w])[0]

    call = fastnn.compile(step)
    want = [t.numpy() for t in step(target, WEIGHTS)]
    for _ in range(4):
        for got, wanted in zip(call(target, WEIGHTS), want, strict=True):
            assert got.numpy().tobytes() == wanted.tobytes()
    assert call.programs()


def test_a_changed_setting_counts():
    loss, w = losses.Huber(0.5), Variable([3.0])
    call = fastnn.compile(lambda x: loss(x, w))
    x = np.zeros(1, "float32")
    assert [call(x).item() for _ in range(3)] == [1.375] * 3
    loss.delta = 1.0
    assert [call(x).item() for _ in range(3)] == [2.5] * 3


def test_symbolic():
    x, y = fastnn.Input((5,)), fastnn.Input((5,))
    for loss in (ops.mean_absolute_error, ops.huber, ops.categorical_crossentropy):
        assert loss(x, y).shape == ()
    assert ops.log_softmax(x).shape == (None, 5)


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def test_what_is_refused():
    x, t = np.ones((4, 3), "float32"), np.ones((4, 2), "float32")
    for loss in (ops.mean_squared_error, ops.mean_absolute_error, ops.huber):
        raises(ValueError, r"target has shape \(4, 2\) but prediction", loss, x, t)
        raises(ValueError, "prediction is empty", loss, x[:0], x[:0])
        raises(ValueError, r"weights have shape \(3,\)", loss, x, x, sample_weight=[1.0] * 3)
    raises(ValueError, "delta is -1", ops.huber, x, x, -1.0)
    raises(ValueError, "smoothing is 1.5", ops.binary_crossentropy, x, x, True, 1.5)
    raises(ValueError, "sparse_categorical", ops.categorical_crossentropy, t, x)
    raises(ValueError, "smoothing is -1", ops.categorical_crossentropy, x, x, True, -1.0)
    raises(ValueError, "a row a sample", ops.categorical_crossentropy, x[0], x[0])
    raises(ValueError, "a weight a row", ops.categorical_crossentropy, x, x, sample_weight=x)
    sparse = ops.sparse_categorical_crossentropy
    raises(ValueError, "label 3 is outside 0", sparse, [0, 1, 2, 3], x)
    raises(ValueError, "a weight a row", sparse, [0] * 4, x, sample_weight=[1.0] * 3)
    raises(ValueError, r"target has shape \(4,\); \(2, 2\)", sparse, [0] * 4, np.ones((2, 2, 3)))
