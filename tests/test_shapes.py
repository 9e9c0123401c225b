"""transpose, slice, pad, concatenate and what is made of them: NumPy's values, and gradients."""

import fastnn
import numpy as np
import pytest
from fastnn import Tensor, Variable, ops
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tape import check

X = np.arange(24, dtype="float32").reshape(2, 3, 4)


def tensor(x):
    return x if isinstance(x, Tensor) else Tensor(x)


# (function of ops, the same of NumPy)
SAME = {
    "transpose": (lambda x: ops.transpose(x), lambda x: np.transpose(x)),
    "transpose axes": (lambda x: ops.transpose(x, (1, -1, 0)), lambda x: x.transpose(1, 2, 0)),
    "T": (lambda x: tensor(x).T, lambda x: x.T),
    "method": (lambda x: tensor(x).transpose(0, 2, 1), lambda x: x.transpose(0, 2, 1)),
    "swapaxes": (lambda x: ops.swapaxes(x, 0, -1), lambda x: np.swapaxes(x, 0, -1)),
    "moveaxis": (lambda x: ops.moveaxis(x, 0, -1), lambda x: np.moveaxis(x, 0, -1)),
    "moveaxis two": (
        lambda x: ops.moveaxis(x, (0, 1), (-1, 0)),
        lambda x: np.moveaxis(x, (0, 1), (-1, 0)),
    ),
    "expand_dims": (lambda x: ops.expand_dims(x, 1), lambda x: np.expand_dims(x, 1)),
    "expand_dims two": (lambda x: ops.expand_dims(x, (0, -1)), lambda x: x[None, ..., None]),
    "squeeze": (
        lambda x: ops.squeeze(ops.slice(x, (0, 0, 0), (1, 3, 4))),
        lambda x: np.squeeze(x[:1]),
    ),
    "squeeze axis": (
        lambda x: ops.squeeze(ops.slice(x, (0, 0, 0), (2, 1, 4)), 1),
        lambda x: x[:, 0],
    ),
    "ravel": (lambda x: ops.ravel(x), lambda x: np.ravel(x)),
    "concatenate": (lambda x: ops.concatenate([x, x], -1), lambda x: np.concatenate([x, x], -1)),
    "stack": (lambda x: ops.stack([x, x], 1), lambda x: np.stack([x, x], 1)),
    "stack last": (lambda x: ops.stack([x, x], -1), lambda x: np.stack([x, x], -1)),
    "split": (lambda x: ops.split(x, 2, -1)[1], lambda x: np.split(x, 2, -1)[1]),
    "split at": (lambda x: ops.split(x, [1, 2], 1)[2], lambda x: np.split(x, [1, 2], 1)[2]),
    "slice": (lambda x: ops.slice(x, (0, 1, 1), (2, 1, 3)), lambda x: x[0:2, 1:2, 1:4]),
    "pad": (lambda x: ops.pad(x, 1), lambda x: np.pad(x, 1)),
    "pad value": (
        lambda x: ops.pad(x, ((0, 1), (2, 0), (1, 1)), constant_values=7),
        lambda x: np.pad(x, ((0, 1), (2, 0), (1, 1)), constant_values=7),
    ),
    "flip": (lambda x: ops.flip(x), lambda x: np.flip(x)),
    "flip axes": (lambda x: ops.flip(x, (0, -1)), lambda x: np.flip(x, (0, -1))),
    "roll": (lambda x: ops.roll(x, -5), lambda x: np.roll(x, -5)),
    "roll axes": (lambda x: ops.roll(x, (1, 7), (0, 2)), lambda x: np.roll(x, (1, 7), (0, 2))),
    "roll twice": (lambda x: ops.roll(x, 1, (1, 1)), lambda x: np.roll(x, 1, (1, 1))),
    "tile": (lambda x: ops.tile(x, 2), lambda x: np.tile(x, 2)),
    "tile axes": (lambda x: ops.tile(x, (2, 1, 3, 1)), lambda x: np.tile(x, (2, 1, 3, 1))),
    "repeat": (lambda x: ops.repeat(x, 2), lambda x: np.repeat(x, 2)),
    "repeat axis": (lambda x: ops.repeat(x, 3, 1), lambda x: np.repeat(x, 3, 1)),
    "repeat each": (lambda x: ops.repeat(x, (2, 0, 1), 1), lambda x: np.repeat(x, (2, 0, 1), 1)),
    "broadcast_to": (
        lambda x: ops.broadcast_to(ops.slice(x, (0, 0, 0), (2, 1, 4)), (5, 2, 3, 4)),
        lambda x: np.broadcast_to(x[:, :1], (5, 2, 3, 4)),
    ),
}
for mode in ("edge", "reflect", "symmetric", "wrap"):
    SAME[f"pad {mode}"] = (
        lambda x, mode=mode: ops.pad(x, ((1, 0), (2, 5), (9, 1)), mode),
        lambda x, mode=mode: np.pad(x, ((1, 0), (2, 5), (9, 1)), mode),
    )


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "uint8"])
@pytest.mark.parametrize("name", SAME)
def test_as_numpy(name, dtype):
    ours, numpys = SAME[name]
    x = X.astype(dtype)
    got, want = ours(x).numpy(), numpys(x)
    assert (got.dtype, got.shape) == (want.dtype, want.shape)
    assert (got == want).all()


@pytest.mark.parametrize("name", ["T", "concatenate", "flip", "roll", "pad edge", "tile", "ravel"])
def test_empty(name):
    ours, numpys = SAME[name]
    x = X[:, :0] if name != "pad edge" else np.zeros((0, 0, 0), "float32")
    if name == "pad edge":
        with pytest.raises(ValueError, match="pad: x is empty"):
            ours(x)
    else:
        assert ours(np.ascontiguousarray(x)).shape == numpys(x).shape


def test_nan_and_infinity_move_like_numbers():
    x = np.array([[np.nan, np.inf], [-np.inf, -0.0]], "float32")
    assert ops.transpose(x).numpy().tobytes() == np.ascontiguousarray(x.T).tobytes()
    assert ops.pad(x, 1, "wrap").numpy().tobytes() == np.pad(x, 1, "wrap").tobytes()


@pytest.mark.parametrize("name", [name for name in SAME if "each" not in name])
def test_gradient(name):
    check(SAME[name][0], (2, 3, 4))


def test_gradient_of_several():
    check(lambda a, b, c: ops.concatenate([a, b, a, c], 1), (2, 3), (2, 1), (2, 0))
    check(lambda a, b: ops.stack([a, b], -1), (2, 3), (2, 3))
    check(lambda x: ops.concatenate(list(reversed(ops.split(x, (1, 3), -1))), -1), (2, 5))
    check(lambda x: ops.concatenate([tensor(x)[1:], tensor(x)[:2], tensor(x)[::-2]]), (5, 2))


KEYS = [
    (),
    0,
    -1,
    np.int64(1),
    slice(None),
    slice(1, None),
    slice(None, None, -1),
    slice(-1, 0, -2),
    slice(5, 9),
    slice(1, None, 2**62),
    slice(2**63, None, -(2**63)),
    Ellipsis,
    None,
    (0, 1, 2),
    (slice(None), 1),
    (Ellipsis, slice(None, None, 2)),
    (None, 0, Ellipsis, None, -1),
    (1, slice(None), None, slice(3, 0, -2)),
    [1, 0, 1],
    np.array([[0, -1]]),
    (slice(None), np.array([2, 0, 2, -3], "int32")),
    (Ellipsis, [3, 0]),
    (None, slice(None), [1, 1], slice(None, None, -1)),
    (slice(None), np.array([], "int32")),
]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_getitem(key):
    got, want = Tensor(X)[key].numpy(), X[key]
    assert got.shape == want.shape
    assert (got == want).all()


@pytest.mark.parametrize("key", [k for k in KEYS if str(k) not in ("()", "Ellipsis")], ids=str)
def test_getitem_gradient(key):
    if X[key].size:
        check(lambda x: tensor(x)[key], X.shape)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_getitem_of_any_slices(data):
    shape = tuple(data.draw(st.lists(st.integers(0, 5), max_size=4)))
    bound = st.one_of(st.none(), st.integers(-7, 7))
    step = st.one_of(st.none(), st.sampled_from([-3, -2, -1, 1, 2, 3, 9]))
    key = tuple(data.draw(st.lists(st.builds(slice, bound, bound, step), max_size=len(shape))))
    x = np.arange(int(np.prod(shape)), dtype="float64").reshape(shape)
    got, want = Tensor(x)[key].numpy(), x[key]
    assert got.shape == want.shape
    assert (got == want).all()


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_transpose_of_any_axes(data):
    shape = tuple(data.draw(st.lists(st.sampled_from([0, 1, 2, 3, 5, 9]), max_size=5)))
    axes = tuple(data.draw(st.permutations(range(len(shape)))))
    x = np.arange(int(np.prod(shape)), dtype="float32").reshape(shape)
    assert (ops.transpose(x, axes).numpy() == x.transpose(axes)).all()


def test_iteration_and_unpacking():
    _, b = Tensor(X)
    assert (b.numpy() == X[1]).all()
    assert [float(x) for x in Tensor(np.arange(3.0))] == [0, 1, 2]


def test_a_variable_may_be_written_after_it_was_sliced():
    v = Variable(np.arange(4.0))
    y = v[1:3]
    v.assign(np.zeros(4))
    assert y.numpy().tolist() == [1, 2]


WRONG = [
    (lambda: Tensor(X)[2], IndexError, "index: 2 is outside of axis 0"),
    (lambda: Tensor(X)[0, 0, 0, 0], IndexError, "at most 3"),
    (lambda: Tensor(X)[..., ...], IndexError, "ellipses"),
    (lambda: Tensor(X)[::0], ValueError, "index: "),
    (lambda: Tensor(X)["a":], TypeError, "index: "),
    (lambda: Tensor(X)[True], TypeError, "bool"),
    (lambda: Tensor(X)[X > 3], TypeError, "flatnonzero"),
    (lambda: Tensor(X)[1.5], TypeError, "take"),
    (lambda: Tensor(X)[[0], [1]], TypeError, "Index twice"),
    (lambda: Tensor(X)[0, [1]], TypeError, "Index twice"),
    (lambda: Tensor(X)[[2]], ValueError, "take"),
    (lambda: ops.transpose(X, (0, 1)), ValueError, "transpose: axes"),
    (lambda: ops.transpose(X, (0, 1, 1)), ValueError, "twice"),
    (lambda: ops.transpose(X, (0, 1, 3)), ValueError, "axis is 3"),
    (lambda: ops.transpose(X, (0, 1, 1.0)), TypeError, "integer"),
    (lambda: ops.moveaxis(X, (0, 1), 2), ValueError, "moveaxis: 2 axes"),
    (lambda: ops.squeeze(X, 0), ValueError, "squeeze: axis 0"),
    (lambda: ops.expand_dims(X, 4), ValueError, "expand_dims: axis is 4"),
    (lambda: ops.concatenate([X, X[:1]], 1), ValueError, "concatenate: shapes"),
    (lambda: ops.concatenate([X, X[0]]), ValueError, "concatenate: shapes"),
    (lambda: ops.concatenate([X, X.astype("int32")]), TypeError, "concatenate: x"),
    (lambda: ops.concatenate([]), ValueError, "concatenate: an empty list"),
    (lambda: ops.concatenate(X), TypeError, "concatenate: a ndarray"),
    (lambda: ops.stack([X, X[0]]), ValueError, "stack: shapes"),
    (lambda: ops.split(X, 3, -1), ValueError, "split: 4 elements"),
    (lambda: ops.slice(X, (0, 0, 3), (2, 3, 2)), ValueError, "slice: a tensor"),
    (lambda: ops.slice(X, (0, 0), (2, 3)), ValueError, "slice: a tensor"),
    (lambda: ops.pad(X, (1, 2, 3)), ValueError, "pad: pad_width"),
    (lambda: ops.pad(X, -1), ValueError, "pad: pad_width"),
    (lambda: ops.pad(X, 1, "mean"), ValueError, "pad: mode"),
    (lambda: ops.pad(X, 1, "edge", 1.0), ValueError, "pad: constant_values"),
    (lambda: ops.roll(X, (1, 2), 0), ValueError, "roll: 2 shifts"),
    (lambda: ops.roll(X, 1.5), TypeError, "roll: shift"),
    (lambda: ops.tile(X, -1), ValueError, "tile: repeats"),
    (lambda: ops.repeat(X, (1, 2), 1), ValueError, "repeat: repeats"),
    (lambda: ops.broadcast_to(X, (2, 3, 5)), ValueError, "broadcast_to: a tensor"),
    (lambda: ops.broadcast_to(X, (3, 4)), ValueError, "broadcast_to: a tensor"),
]


@pytest.mark.parametrize("call, kind, text", WRONG, ids=[text for *_, text in WRONG])
def test_what_is_wrong_is_said(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_on_a_device(device):
    """The functions serve a device's own arrays, and their gradients stay there."""
    if device.name == "cpu":
        pytest.skip("all the other tests")
    x = device.upload(X)
    for name, (ours, numpys) in SAME.items():
        got = ours(x)
        assert (device.download(got.array) == numpys(X)).all(), name
    assert (device.download(Tensor(x)[:, [2, 0], ::-1].array) == X[:, [2, 0], ::-1]).all()


def test_symbolic():
    x = fastnn.Input((4, 6))
    parts = ops.split(x, 3, axis=-1)
    y = ops.concatenate([parts[0], x[:, :, 2:4], ops.flip(parts[2], 1)], axis=1)
    z = ops.stack([y[:, 0], y[:, -1]], axis=1).transpose(0, 2, 1)
    assert (y.shape, z.shape, x.T.shape) == ((None, 12, 2), (None, 2, 2), (6, 4, None))
    with pytest.raises(TypeError):
        iter(x)


def test_compiled():
    v = Variable(np.arange(12.0).reshape(3, 4))

    def step(x, rows):
        y = ops.concatenate(
            [v[1:, ::-1], ops.take(v, rows, 0), ops.tile(ops.roll(v, 1, 0).T, 2)[:, :4]]
        )
        loss = ops.mean_squared_error(ops.pad(y, 1, "reflect"), x)
        return loss, fastnn.gradients(loss, [v])[0]

    rng, compiled = np.random.default_rng(0), fastnn.compile(step)
    for _ in range(4):
        x, rows = rng.standard_normal((11, 6)), rng.integers(0, 3, 3).astype("int32")
        for got, want in zip(compiled(x, rows), step(x, rows), strict=True):
            assert got.numpy().tobytes() == want.numpy().tobytes()
