"""Reductions, variance, places and running sums as users call them."""

import fastnn
import numpy as np
import pytest
from fastnn import Variable, ops
from test_tape import check

NUMPY = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod}
NUMPY |= {"var": np.var, "std": np.std, "argmax": np.argmax, "argmin": np.argmin}
SUMS = ("sum", "mean", "prod", "logsumexp", "var", "std", "max", "min")


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, -1, 1, (0, 2), (1, 2), (-1, 0, 1), ()])
@pytest.mark.parametrize("name", NUMPY)
def test_as_numpy(name, axis, keepdims):
    if name.startswith("arg") and isinstance(axis, tuple):
        pytest.skip("one axis or none")
    x = np.random.default_rng(0).standard_normal((3, 4, 5))
    want = NUMPY[name](x, axis=axis, keepdims=keepdims)
    got = getattr(ops, name)(x, axis, keepdims).numpy()
    assert got.shape == want.shape
    assert got.dtype == ("int32" if name.startswith("arg") else "float64")
    np.testing.assert_allclose(got, want, rtol=1e-13)


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 2)])
@pytest.mark.parametrize("name", SUMS)
def test_gradients(name, axis):
    shape = (2, 2, 2) if name == "prod" else (3, 4, 5)  # a product of 60 is 0 beside its target
    check(lambda x: getattr(ops, name)(x, axis), shape)


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_cumsum(axis, reverse, exclusive):
    check(lambda x: ops.cumsum(x, axis, reverse, exclusive), (3, 4, 5))
    x = np.random.default_rng(0).standard_normal((3, 4))
    if axis is None or not (reverse or exclusive):
        want = np.cumsum(x, axis if axis in (None, 0, 1) else 1)
        np.testing.assert_allclose(ops.cumsum(x, axis).numpy(), want, rtol=1e-12)


def test_ties_share_the_gradient():
    x = Variable([[2.0, 1.0, 2.0], [3.0, 5.0, 4.0]])
    [dx] = fastnn.gradients(ops.sum(ops.max(x, 1)), [x])
    np.testing.assert_array_equal(dx.numpy(), [[0.5, 0, 0.5], [0, 1, 0]])


def test_products_of_the_others():
    x = Variable([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0]])
    [dx] = fastnn.gradients(ops.sum(ops.prod(x, 1)), [x])
    np.testing.assert_array_equal(dx.numpy(), [[0, 6, 0], [0, 0, 0]])


@pytest.mark.parametrize("name", ["max", "min", "sum", "mean", "logsumexp", "var"])
def test_nan_comes_through(name):
    x = np.ones((2, 40), "float32")
    x[1, 17] = np.nan
    np.testing.assert_array_equal(np.isnan(getattr(ops, name)(x, 1).numpy()), [False, True])


def test_the_first_nan_and_the_first_of_equals_win():
    x = np.array([[1, np.nan, 3, np.nan], [2, 5, 5, 1]], "float32")
    np.testing.assert_array_equal(ops.argmax(x, 1).numpy(), [1, 1])
    np.testing.assert_array_equal(ops.argmin(x, 1).numpy(), [1, 3])
    np.testing.assert_array_equal(ops.argmax(np.ones((50, 40), "float32"), 0).numpy(), [0] * 40)


def test_infinities():
    x = np.array([[-np.inf, -np.inf], [1, np.inf], [1000, 1000]], "float32")
    got = ops.logsumexp(x, 1).numpy()
    np.testing.assert_allclose(got, [-np.inf, np.inf, 1000 + np.log(2)], rtol=1e-7)


def test_of_nothing():
    x = np.ones((0, 3), "float32")
    np.testing.assert_array_equal(ops.sum(x, 0).numpy(), [0, 0, 0])
    np.testing.assert_array_equal(ops.prod(x, 0).numpy(), [1, 1, 1])
    assert ops.max(x, 1).shape == (0,)
    for name in ("max", "min", "mean", "logsumexp", "var", "std", "argmax"):
        with pytest.raises(ValueError, match=rf"^{name}: x has shape \(0, 3\).*elements"):
            getattr(ops, name)(x, 0)


@pytest.mark.parametrize("axis, kind", [(2, ValueError), (-3, ValueError), ((0, 0), ValueError)])
@pytest.mark.parametrize("name", ["sum", "var"])
def test_wrong_axes(name, axis, kind):
    with pytest.raises(kind, match=f"^{name}: ax"):
        getattr(ops, name)(np.ones((2, 3), "float32"), axis)
    with pytest.raises(TypeError, match=f"^{name}: axis is 'a'"):
        getattr(ops, name)(np.ones((2, 3), "float32"), "a")


def test_the_variance_of_what_is_far_from_zero():
    x = np.random.default_rng(0).standard_normal((4, 3000)) + 1e6
    np.testing.assert_allclose(ops.var(x, 1).numpy(), x.var(axis=1), rtol=1e-9)


def test_a_variable_written_after_its_maximum_is_noticed():
    x = Variable([1.0, 2.0])
    loss = ops.max(x)
    x.assign([3.0, 4.0])
    with pytest.raises(RuntimeError, match="written to"):
        loss.backward()


def test_symbolic_and_compiled():
    x = fastnn.Input((4, 5))
    assert ops.mean(x, 1).shape == (None, 5)
    assert ops.argmax(x, -1).shape == (None, 4)
    assert x.sum((1, 2), keepdims=True).shape == (None, 1, 1)

    w = Variable(np.random.default_rng(0).standard_normal((3, 40)))

    @fastnn.compile
    def step(x):
        y = ops.logsumexp(w + x, 1) + ops.var(w, 1) + ops.max(w, 1)
        return fastnn.gradients(ops.sum(y), [w])[0]

    x = np.random.default_rng(1).standard_normal((3, 40))
    seen = [step(x).numpy().tobytes() for _ in range(4)]
    assert all(one == seen[0] for one in seen)


def test_methods():
    x = fastnn.Tensor(np.arange(6, dtype="float32").reshape(2, 3))
    assert x.sum().item() == 15
    assert x.mean(0).numpy().tolist() == [1.5, 2.5, 3.5]
    assert x.max(axis=1, keepdims=True).numpy().tolist() == [[2], [5]]
    assert x.min().item() == 0
    assert x.argmax(1).numpy().tolist() == [2, 2]
