"""take, scatter_add, one_hot, top_k and the counts: NumPy's and Keras's values, and gradients."""

import fastnn
import numpy as np
import pytest
from fastnn import Tensor, Variable, ops
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tape import check

X = np.arange(24, dtype="float32").reshape(2, 3, 4)
NAN = np.nan


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize(
    "indices", [1, -1, [0, 1], [[1, 0, -1], [1, 1, -2]], np.zeros((0, 2), int)]
)
def test_take(indices, axis):
    got, want = ops.take(X, indices, axis).numpy(), np.take(X, indices, axis)
    assert got.shape == want.shape
    assert (got == want).all()
    if got.size:
        check(lambda x: ops.take(x, indices, axis), X.shape)


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8"])
def test_indices_of_every_integer_type(dtype):
    i = np.array([1, 0, 1], dtype)
    assert (ops.take(X, i, 0).numpy() == X[i]).all()
    assert (ops.one_hot(i, 3).numpy() == np.eye(3)[i]).all()


def test_scatter_add():
    check(lambda x: ops.scatter_add([2, 0, 2, -1], x, 3), (4, 5))
    check(lambda x: ops.scatter_add([1, 1, 0], x, 2, axis=-1), (2, 3))
    got = ops.scatter_add(np.array([1, 1, -1]), X, 4, axis=1).numpy()
    want = np.zeros((2, 4, 4), "float32")
    for j, i in enumerate([1, 1, -1]):
        want[:, i] += X[:, j]
    assert (got == want).all()


def test_segment_sum():
    data, ids = X.reshape(6, 4), [0, 2, 2, 0, 3, 0]
    want = np.zeros((4, 4))
    np.add.at(want, ids, data)
    assert (ops.segment_sum(data, ids).numpy() == want).all()
    assert ops.segment_sum(data, ids, 7).shape == (7, 4)
    assert ops.segment_sum(data[:0], np.zeros(0, "int32")).shape == (0, 4)


def test_the_indices_of_a_tape_must_not_change():
    w, i = Variable(np.ones((3, 2))), Variable(np.array([0, 1], "int32"))
    loss = ops.mean_squared_error(ops.take(w, i, 0), np.zeros((2, 2)))
    i.assign(np.array([1, 1], "int32"))
    with pytest.raises(RuntimeError, match="written to"):
        loss.backward()


@pytest.mark.parametrize("axis", [-1, 0, 1, 2])
def test_one_hot(axis):
    i = np.array([[0, 2], [-1, 3], [1, 7]])
    want = np.moveaxis((i[..., None] == np.arange(4)).astype("float64"), -1, axis)
    got = ops.one_hot(i, 4, axis, "float64").numpy()
    assert got.dtype == "float64"
    assert (got == want).all()


def test_top_k_orders_as_jax_does():
    x = np.array([1, NAN, 3, 3, -np.inf, np.inf, NAN], "float32")
    values, indices = ops.top_k(x, 7)
    assert indices.numpy().tolist() == [1, 6, 5, 2, 3, 0, 4]
    assert values.numpy().tobytes() == x[indices.numpy()].tobytes()
    assert ops.top_k(np.array([2, 5, 5], "int32"), 2)[1].numpy().tolist() == [1, 2]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, -3.0, np.inf, NAN]), min_size=1, max_size=40),
    st.data(),
)
def test_top_k_of_any_row(row, data):
    k = data.draw(st.integers(0, len(row)))
    x = np.array(row)
    order = np.argsort(np.where(np.isnan(x), -np.inf, -x), kind="stable")
    order = [*np.flatnonzero(np.isnan(x)), *(i for i in order if not np.isnan(x[i]))][:k]
    assert ops.top_k(x, k)[1].numpy().tolist() == order


def test_top_k_gradient():
    check(lambda x: ops.top_k(x, 2)[0], (3, 5))
    check(lambda x: ops.top_k(x, 4)[0], (2, 2, 4))


def test_in_top_k_as_keras():
    """What Keras 3.15.1 gives on JAX, but for targets that are no class, which are refused."""
    x = np.array([[1, 1, 0], [NAN, 1, 2], [NAN, 0, 1], [1, 2, 3]], "float32")
    assert ops.in_top_k([0, 1, 2, 1], x, 1).numpy().tolist() == [1, 0, 0, 0]
    assert ops.in_top_k([0, 1, 2, 1], x, 2).numpy().tolist() == [1, 0, 0, 1]
    with pytest.raises(ValueError, match="in_top_k"):
        ops.in_top_k([0, 1, 3, 1], x, 2)


def test_bincount():
    x, w = np.array([[1, 1], [7, 0]]), np.array([[0.5, 1], [2, 4]], "float32")
    assert (ops.bincount(x).numpy() == np.bincount(x.ravel())).all()
    assert (ops.bincount(x, w, 9).numpy() == np.bincount(x.ravel(), w.ravel(), 9)).all()
    assert ops.bincount(np.zeros(0, "int32")).shape == (0,)


def test_confusion_matrix_adds_to_a_variable():
    a, b, w = [0, 1, 2, 1], [0, 2, 2, 2], np.array([1, 2, 3, 4.0])
    want = np.array([[1, 0, 0], [0, 0, 6], [0, 0, 3]])
    assert (ops.confusion_matrix(a, b, 3, w).numpy() == want).all()
    counts = np.array([[1, 0, 0], [0, 0, 2], [0, 0, 1]])
    assert (ops.confusion_matrix(a, b, 3).numpy() == counts).all()
    counts = Variable(np.ones((3, 3)), trainable=False)
    for _ in range(2):
        assert ops.confusion_matrix(a, b, 3, w, counts=counts) is counts
    assert (counts.numpy() == 1 + 2 * want).all()
    assert counts.version == 2


@pytest.mark.parametrize("thresholds", [2, 3, 50, 200])
def test_threshold_histogram_counts_as_keras_does(thresholds):
    """Keras's ceil(score (T - 1)) in float32, at the thresholds themselves above all."""
    rng = np.random.default_rng(0)
    at = (np.arange(thresholds) / (thresholds - 1)).astype("float32")
    scores = np.concatenate([at, np.nextafter(at, 2), np.nextafter(at, -1), rng.random(500)])
    scores = scores.astype("float32")
    labels = rng.integers(0, 2, scores.shape).astype("uint8")
    scaled = np.clip(scores, 0, 1) * np.float32(thresholds - 1)
    scaled[scaled < np.finfo("float32").tiny] = 0  # kernels take denormals for 0
    for below_zero in (False, True):
        want = np.zeros((2, thresholds + 1))
        np.add.at(want, (labels, np.maximum(np.ceil(scaled), below_zero).astype(int)), 1)
        got = ops.threshold_histogram(scores, labels, thresholds, below_zero=below_zero).numpy()
        assert got.sum() == scores.size
        assert (got == want).all()


def test_threshold_histogram_of_given_thresholds_and_columns():
    """Thresholds are rounded to the scores' type: a float32 0.3 does not exceed 0.3."""
    scores = np.array([[0.3, 0.9], [0.31, 0.1]], "float32")
    labels = np.array([[1, 0], [1, 1]])
    got = ops.threshold_histogram(scores, labels, [0.3, 0.7], [2.0, 1.0], columns=True).numpy()
    assert got.tolist() == [[[0, 0, 0], [2, 1, 0]], [[0, 0, 2], [1, 0, 0]]]


def test_counts_stay_exact_beyond_float32():
    counts = Variable(np.full((2, 3), 2.0**40), trainable=False)
    ops.threshold_histogram(np.ones(3), np.ones(3, "int32"), 2, counts=counts)
    assert counts.numpy().tolist() == [[2.0**40] * 3, [2.0**40, 2.0**40 + 3, 2.0**40]]


def test_an_int32_count_stays_at_its_greatest():
    counts = Variable(np.full((1, 1), 2**31 - 2, "int32"), trainable=False)
    ops.confusion_matrix([0, 0, 0], [0, 0, 0], 1, counts=counts)
    assert counts.numpy() == 2**31 - 1


WRONG = [
    (lambda: ops.take(X, [3], 1), ValueError, "take"),
    (lambda: ops.take(X, [-4], 1), ValueError, "take"),
    (lambda: ops.take(X, [0.5], 1), TypeError, "take: indices of float64"),
    (lambda: ops.take(X, [0], 3), ValueError, "take: axis is 3"),
    (lambda: ops.take(X, [2**31], 0), ValueError, "cast"),
    (lambda: ops.scatter_add([0, 1], X, 3, 1), ValueError, "scatter_add: indices of shape"),
    (lambda: ops.scatter_add([0, 1, 2], X, 2, 1), ValueError, "scatter_add"),
    (lambda: ops.segment_sum(X, [0, 5], 3), ValueError, "scatter_add"),
    (lambda: ops.one_hot([0.5], 3), TypeError, "one_hot: indices of float64"),
    (lambda: ops.one_hot([0], -1), ValueError, "one_hot: num_classes"),
    (lambda: ops.top_k(X, 5), ValueError, "top_k: k is 5"),
    (lambda: ops.top_k(1.0, 1), ValueError, "top_k: k is 1"),
    (lambda: ops.top_k(X, 1.0), TypeError, "top_k: k"),
    (lambda: ops.in_top_k([0, 1], X[0], 0), ValueError, "in_top_k"),
    (lambda: ops.bincount([-1, 2]), ValueError, "bincount"),
    (lambda: ops.bincount([1, 2], minlength=2), ValueError, "bincount"),
    (lambda: ops.bincount([1], minlength=-2), ValueError, "bincount: minlength"),
    (lambda: ops.bincount([1, 2], [1.0]), ValueError, "bincount: weights"),
    (lambda: ops.confusion_matrix([0, 3], [0, 1], 3), ValueError, "confusion_matrix"),
    (lambda: ops.confusion_matrix([0], [0], 2, counts=Tensor(X)), TypeError, "counts is a Tensor"),
    (lambda: ops.confusion_matrix([0], [0], 2, counts=Variable(X)), ValueError, "counts has shape"),
    (lambda: ops.threshold_histogram(X, X, 1), ValueError, "thresholds is 1"),
    (lambda: ops.threshold_histogram(X, X, [0.7, 0.3]), ValueError, "ascending numbers"),
    (lambda: ops.threshold_histogram(X, X, [0.5], np.ones(3)), ValueError, "first axes of scores"),
    (lambda: ops.threshold_histogram(1.0, 1, [0.5], columns=True), ValueError, "single score"),
]


@pytest.mark.parametrize("call, kind, text", WRONG, ids=[text for *_, text in WRONG])
def test_what_is_wrong_is_said(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_on_a_device(device):
    up, down = device.upload, lambda tensor: device.download(tensor.array)
    i, w = np.array([2, 0, 2], "int32"), np.ones(3, "float32")
    assert (down(ops.take(up(X), [1, -1], 1)) == X[:, [1, -1]]).all()
    assert (down(ops.scatter_add(up(i), up(X), 3, 1))[:, 0] == X[:, 1]).all()
    assert (down(ops.one_hot(up(i), 3)) == np.eye(3)[i]).all()
    values, indices = ops.top_k(up(X), 2)
    assert (down(values) == X[..., :-3:-1]).all()
    assert (down(indices) == [3, 2]).all()
    assert down(ops.in_top_k(up(i), up(X[0]), 2)).tolist() == [1, 0, 1]
    assert down(ops.bincount(up(i), up(w), 4)).tolist() == [1, 0, 2, 0]
    assert down(ops.confusion_matrix(up(i), up(i), 3)).tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 2]]
    assert down(ops.threshold_histogram(up(w), up(i), 3)).tolist() == [[0, 0, 1, 0], [0, 0, 2, 0]]


def test_symbolic():
    x = fastnn.Input((3, 4))
    assert ops.take(x, [0, 2], axis=1).shape == (None, 2, 4)
    assert x[:, [0, 1, 1]].shape == (None, 3, 4)
    assert ops.one_hot(fastnn.Input((5,), dtype="int32"), 7, axis=1).shape == (None, 7, 5)


def test_compiled():
    w = Variable(np.random.default_rng(0).standard_normal((6, 4)))
    counts = Variable(np.zeros((4, 4), "int32"), trainable=False)
    target = np.zeros((5, 1))

    def step(rows, labels):
        y = ops.take(w, rows, 0)
        values, indices = ops.top_k(y, 1)
        ops.confusion_matrix(labels, indices.reshape(-1), 4, counts=counts)
        loss = ops.mean_squared_error(values, target)
        return loss, fastnn.gradients(loss, [w])[0], ops.bincount(labels, minlength=4)

    compiled = fastnn.compile(step)
    rng = np.random.default_rng(1)
    for call in range(5):
        rows, labels = (rng.integers(0, n, 5).astype("int32") for n in (6, 4))
        got = [one.numpy() for one in compiled(rows, labels)]
        assert counts.numpy().sum() == 5 * (2 * call + 1)
        for one, want in zip(got, step(rows, labels), strict=True):
            assert one.tobytes() == want.numpy().tobytes()
