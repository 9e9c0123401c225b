"""Pooling as users call it."""

import fastnn
import numpy as np
import pytest
from fastnn import Variable, ops
from test_tape import check, directional_derivative

POOLS = {"max": ops.max_pool, "average": ops.average_pool, "sum": ops.sum_pool}


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [None, 1, (2, 3)])
@pytest.mark.parametrize("size", [2, (3, 2)])
@pytest.mark.parametrize("name", POOLS)
def test_gradients(name, size, strides, padding):
    if name != "max":
        return check(lambda x: POOLS[name](x, size, strides, padding), (2, 5, 6, 3))
    # Values so far apart that no step of the derivative changes which is the largest.
    rng = np.random.default_rng(0)
    x = rng.permutation(180).reshape(2, 5, 6, 3) / 20
    target = rng.standard_normal(ops.max_pool(x, size, strides, padding).shape)

    def loss(x):
        return ops.mean_squared_error(ops.max_pool(x, size, strides, padding), target)

    w, d = Variable(x), rng.standard_normal(x.shape)
    [dx] = fastnn.gradients(loss(w), [w])
    want = directional_derivative(lambda x: loss(x).item(), [x], [d])
    assert abs((dx.numpy() * d).sum() - want) <= 1e-9 * np.abs(dx.numpy() * d).sum()


def test_shapes_are_keras_s():
    x = np.ones((2, 7, 8, 3), "float32")
    assert ops.max_pool(x, 2).shape == (2, 3, 4, 3)
    assert ops.max_pool(x, 2, padding="same").shape == (2, 4, 4, 3)
    assert ops.max_pool(x, (3, 2), 1).shape == (2, 5, 7, 3)
    assert ops.max_pool(x, 3, 1, "same").shape == (2, 7, 8, 3)


def test_padding_does_not_count():
    x = -np.ones((1, 3, 3, 1), "float32")
    np.testing.assert_array_equal(ops.max_pool(x, 3, 1, "same").numpy(), x)
    np.testing.assert_array_equal(ops.average_pool(x, 3, 1, "same").numpy(), x)
    corner, edge = ops.sum_pool(x, 3, 1, "same").numpy().ravel()[:2]
    assert (corner, edge) == (-4, -6)


def test_the_first_of_equals_gets_the_gradient_and_nan_wins():
    x = Variable(np.ones((1, 2, 2, 1), "float32"))
    [dx] = fastnn.gradients(ops.sum(ops.max_pool(x, 2)), [x])
    assert dx.numpy().ravel().tolist() == [1, 0, 0, 0]
    x = np.array([1, np.nan, 3, 2], "float32").reshape(1, 2, 2, 1)
    assert np.isnan(ops.max_pool(x, 2).item())


def test_windows_of_more_places_than_a_byte():
    x = Variable(np.random.default_rng(0).standard_normal((2, 20, 20, 5)))
    [dx] = fastnn.gradients(ops.sum(ops.max_pool(x, 20)), [x])
    flat = x.numpy().reshape(2, 400, 5)
    np.testing.assert_array_equal(dx.numpy().reshape(2, 400, 5), flat == flat.max(1, keepdims=True))


@pytest.mark.parametrize(
    "arguments, text",
    [
        ((np.ones((2, 3), "float32"), 2), r"max_pool: x has shape \(2, 3\)"),
        ((np.ones((1, 3, 3, 1), "float32"), 4), r"max_pool: .* smaller than a window"),
        ((np.ones((1, 3, 3, 1), "float32"), 0), "max_pool: pool_size is 0"),
        ((np.ones((1, 3, 3, 1), "float32"), 2, (1, 2, 3)), "max_pool: strides"),
        ((np.ones((1, 3, 3, 1), "float32"), 2, 1, "full"), "max_pool: padding is 'full'"),
    ],
)
def test_errors(arguments, text):
    with pytest.raises(ValueError, match=text):
        ops.max_pool(*arguments)


def test_symbolic_and_compiled():
    assert ops.max_pool(fastnn.Input((8, 6, 3)), 2).shape == (None, 4, 3, 3)
    w = Variable(np.random.default_rng(0).standard_normal((2, 6, 6, 17)))

    @fastnn.compile
    def step(x):
        return fastnn.gradients(ops.sum(ops.max_pool(w + x, 3, 2, "same")), [w])[0]

    x = np.random.default_rng(1).standard_normal((2, 6, 6, 17))
    seen = [step(x).numpy().tobytes() for _ in range(4)]
    assert all(one == seen[0] for one in seen)


def test_paddings_may_be_given():
    """Cells outside do not count in an average; as much padding as window is refused."""
    x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    y = ops.average_pool(x, 2, 2, ((1, 1), (1, 1))).numpy()
    assert y.ravel().tolist() == [0, 1.5, 3, 6, 7.5, 9, 12, 13.5, 15]
    with pytest.raises(ValueError, match="less than the window"):
        ops.max_pool(x, 2, 2, ((2, 2), (0, 0)))
