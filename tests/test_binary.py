"""Arithmetic, comparisons and where on tensors: operators, broadcasting, gradients, ties."""

import operator

import fastnn
import numpy as np
import pytest
from fastnn import ops

RNG = np.random.default_rng(0)
A = np.abs(RNG.standard_normal((3, 4))) + 0.5
B = RNG.standard_normal((4,))
OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
}


def total(y):
    """The sum of all elements."""
    return ops.reshape(ops.sum_to(y, (1,)), ())


def gradients(function, *arrays):
    variables = [fastnn.Variable(array) for array in arrays]
    return [g.numpy() for g in fastnn.gradients(total(function(*variables)), variables)]


def differences(function, *arrays):
    """Central differences of the sum, an element at a time."""
    result = []
    for k, array in enumerate(arrays):
        d = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [a.copy() for a in arrays]
                moved[k][index] += step
                ends.append(function(*moved).sum())
            d[index] = (ends[0] - ends[1]) / 2e-6
        result.append(d)
    return result


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_and_gradients(name):
    function = OPERATORS[name]
    a, b = fastnn.Tensor(A), fastnn.Tensor(B)
    want = function(A, B)
    for got in (function(a, b), function(a, B), getattr(ops, name)(A, B), function(A, b)):
        np.testing.assert_allclose(got.numpy(), want, rtol=1e-15)
    got = gradients(getattr(ops, name), A, B)
    for g, d in zip(got, differences(function, A, B), strict=True):
        np.testing.assert_allclose(g, d, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", OPERATORS)
def test_numbers_take_the_dtype(name):
    function = OPERATORS[name]
    for dtype in ("float32", "float64"):
        x = fastnn.Tensor(A.astype(dtype))
        for got, want in (
            (function(x, 2.5), function(A, 2.5)),
            (function(2.5, x), function(2.5, A)),
            (function(x, np.float32(2)), function(A, 2.0)),
            (function(np.float32(2), x), function(2.0, A)),
        ):
            assert got.dtype == dtype
            np.testing.assert_allclose(got.numpy(), want, rtol=1e-6)


def test_unary_operators_and_symbols():
    x = fastnn.Tensor(-A)
    np.testing.assert_array_equal((-x).numpy(), A)
    np.testing.assert_array_equal(abs(x).numpy(), A)
    np.testing.assert_array_equal((x**2).numpy(), A * A)
    s = fastnn.Input((4,))
    for y in (s - 1, 1 - s, s * s, s / 2, 2 / s, s**2, 2**s, -s, abs(s), s < 1, s >= s):
        assert y.shape == (None, 4)
    assert (s > 0).dtype == "uint8"
    assert ops.where(s > 0, s, 0.0).shape == (None, 4)


def test_the_same_tensor_twice():
    [g] = gradients(lambda x: x * x - x / x + x**x, A)
    np.testing.assert_allclose(g, 2 * A + A**A * (np.log(A) + 1), rtol=1e-12)


COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons(name):
    a = np.array([[1.0, 2.0, np.nan, np.inf, -0.0]])
    b = np.array([[1.0], [2.0], [np.nan], [0.0]])
    got = getattr(ops, name)(a, b)
    assert got.dtype == "uint8" and not got.requires_grad
    np.testing.assert_array_equal(got.numpy(), getattr(np, name)(a, b))
    for dtype in ("int32", "int64", "uint8"):
        i = np.arange(6, dtype=dtype)
        np.testing.assert_array_equal(getattr(ops, name)(i, 3).numpy(), getattr(np, name)(i, 3))


def test_comparison_operators():
    x = fastnn.Tensor(np.array([1.0, 2.0, 3.0]))
    for function in (operator.lt, operator.le, operator.gt, operator.ge):
        np.testing.assert_array_equal(function(x, 2.0).numpy(), function(x.numpy(), 2.0))
        np.testing.assert_array_equal(function(2.0, x).numpy(), function(2.0, x.numpy()))
    assert x == x and x != fastnn.Tensor(x.array) and len({x, x}) == 1  # identity
    np.testing.assert_array_equal(ops.isnan(np.array([1.0, np.nan])).numpy(), [0, 1])


def test_minimum_and_maximum():
    a, b = np.array([1.0, 2.0, 3.0, np.nan, 1.0]), np.array([2.0, 2.0, 2.0, 1.0, np.nan])
    for name, da in (("minimum", [1, 0.5, 0, 0, 0]), ("maximum", [0, 0.5, 1, 0, 0])):
        np.testing.assert_array_equal(getattr(ops, name)(a, b).numpy(), getattr(np, name)(a, b))
        got = gradients(getattr(ops, name), a, b)  # ties: half each, as JAX
        np.testing.assert_array_equal(got[0], da)
        np.testing.assert_array_equal(got[1], np.where(np.isnan(a + b), 0, 1 - np.array(da)))


def test_power_at_its_edges():
    """Where JAX has NaN for 0^0 by its base, 0 is the gradient of a constant."""
    a = np.array([0.0, 0.0, 0.0, -2.0, -2.0, 2.0, 0.0])
    b = np.array([2.0, 1.0, 0.0, 3.0, 0.0, 0.0, 0.5])
    np.testing.assert_array_equal(ops.power(a, b).numpy(), a**b)
    da, db = gradients(ops.power, a, b)
    np.testing.assert_array_equal(da, [0, 1, 0, 12, 0, 0, np.inf])
    np.testing.assert_array_equal(np.isnan(db), [0, 0, 0, 1, 1, 0, 0])
    np.testing.assert_allclose(db[[0, 1, 2, 5, 6]], [0, 0, 0, np.log(2), 0], rtol=1e-15)


def test_where():
    condition = np.array([[1, 0, 2, 0]], "uint8")
    x, y = RNG.standard_normal((3, 1)), RNG.standard_normal((4,))
    want = np.where(condition, x, y)
    conditions = (condition, condition.astype(bool), fastnn.Tensor(condition), condition.tolist())
    for c in conditions:
        np.testing.assert_array_equal(ops.where(c, x, y).numpy(), want)
    got = gradients(lambda x, y: ops.where(condition, x, y), x, y)
    np.testing.assert_array_equal(got[0], np.full((3, 1), 2.0))
    np.testing.assert_array_equal(got[1], [0, 3, 0, 3])
    both = gradients(lambda x: ops.where(x > 0.5, x * 2.0, -x), A - 0.6)[0]
    np.testing.assert_array_equal(both, np.where(A - 0.6 > 0.5, 2, -1))


def test_sum_to_and_back():
    x = RNG.standard_normal((2, 3, 4))
    np.testing.assert_allclose(ops.sum_to(x, (3, 1)).numpy(), x.sum((0, 2))[:, None], rtol=1e-14)
    [g] = gradients(lambda x: ops.sum_to(x, (3, 1)) * np.array([[1.0], [2.0], [3.0]]), x)
    np.testing.assert_array_equal(g, np.broadcast_to([[1.0], [2.0], [3.0]], x.shape))


def test_compiled_is_eager():
    """All of it in one step, replayed, bit for bit."""
    w = fastnn.Variable(B.copy())

    def step(x):
        y = ops.where(x > w, x * w - 1.5, ops.maximum(x, w) / 2.0) ** 2
        loss = total(ops.power(abs(y) + 0.5, w))
        return loss, fastnn.gradients(loss, [w])[0]

    compiled = fastnn.compile(step)
    for scale in (1.0, 2.0, 0.5, 3.0):
        want = [t.numpy().tobytes() for t in step(fastnn.Tensor(A * scale))]
        assert [t.numpy().tobytes() for t in compiled(A * scale)] == want


def raises(error, message, function, *arguments):
    with pytest.raises(error, match=message):
        function(*arguments)


def test_what_is_refused():
    raises(ValueError, r"multiply: the shapes \(3, 4\) and \(3,\) do not", ops.multiply, A, A[:, 0])
    raises(ValueError, "function is unknown", ops.binary, A, A, "modulo")
    raises(TypeError, "add: float64 and float32 came", ops.add, A, A.astype("float32"))
    raises(TypeError, "power: int64 came", ops.power, np.arange(3), np.arange(3))
    raises(TypeError, "less: float64 and float32 came", ops.less, A, A.astype("float32"))
    raises(ValueError, "where: the shapes", ops.where, np.ones(3, "uint8"), A, A)
    raises(TypeError, "condition", ops.where, np.ones(4, "int32"), A, A)
    raises(TypeError, "NoneType is no tensor", ops.add, None, A)


def test_empty():
    x = np.zeros((0, 4))
    assert (fastnn.Tensor(x) * B).shape == (0, 4)
    assert gradients(lambda x, b: x * b, x, B)[1].tolist() == [0, 0, 0, 0]
