"""Activations and elementary functions on tensors: values, gradients, limits, what is refused."""

import fastnn
import numpy as np
import pytest
from fastnn import activations, ops
from fastnn.layers import Activation, Dense

X = np.array([-30.0, -7.0, -3.5, -1.25, -0.4, 0.3, 0.75, 1.5, 2.75, 6.5, 40.0])
FUNCTIONS = {
    "celu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "hard_silu": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "log_sigmoid": lambda x: -np.logaddexp(-x, 0),
    "mish": lambda x: x * np.tanh(np.logaddexp(x, 0)),
    "relu6": lambda x: np.clip(x, 0, 6),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "softplus": lambda x: np.logaddexp(x, 0),
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "squareplus": lambda x: (x + np.sqrt(x * x + 4)) / 2,
    "tanh": np.tanh,
    "tanh_shrink": lambda x: x - np.tanh(x),
    "exponential": np.exp,
    "sin": np.sin,
    "cos": np.cos,
    "square": np.square,
    "absolute": np.abs,
    "negative": np.negative,
}


def slope(function, x, step=1e-6):
    """A central difference: off by the third derivative times step^2, and eps / step."""
    return (function(x + step) - function(x - step)) / (2 * step)


def gradient(function, x):
    """Of the sum of the elements."""
    x = fastnn.Variable(x)
    [g] = fastnn.gradients(ops.sum_to(function(x), (1,)), [x])
    return g.numpy()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients(name):
    function = getattr(ops, name)
    np.testing.assert_allclose(function(X).numpy(), FUNCTIONS[name](X), rtol=1e-13, atol=1e-15)
    want = slope(FUNCTIONS[name], X)
    np.testing.assert_allclose(gradient(function, X), want, rtol=1e-7, atol=1e-7)


POSITIVE = {"log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "rsqrt": lambda x: x**-0.5}


@pytest.mark.parametrize("name", POSITIVE)
def test_functions_of_positive_numbers(name):
    x = np.abs(X)
    np.testing.assert_allclose(getattr(ops, name)(x).numpy(), POSITIVE[name](x), rtol=1e-14)
    want = slope(POSITIVE[name], x)
    np.testing.assert_allclose(gradient(getattr(ops, name), x), want, rtol=1e-7)


def test_relu_of_keras():
    np.testing.assert_array_equal(ops.relu(X, 0.1).numpy(), np.where(X < 0, 0.1 * X, X))
    np.testing.assert_array_equal(ops.relu(X, max_value=2.0).numpy(), np.clip(X, 0, 2))
    np.testing.assert_array_equal(ops.relu(X, max_value=6).numpy(), np.clip(X, 0, 6))
    want = np.where(X > 1, np.minimum(X, 5), 0.5 * (X - 1))
    np.testing.assert_allclose(ops.relu(X, 0.5, 5.0, 1.0).numpy(), want, rtol=1e-15)
    assert np.isnan(ops.relu(np.array([np.nan]), 0.5, 5.0, 1.0).numpy()).all()
    shifted = gradient(lambda x: ops.relu(x, 0.5, 5.0, 1.0), X)
    np.testing.assert_array_equal(shifted, np.where((X > 1) & (X < 5), 1, np.where(X > 1, 0, 0.5)))


def test_alphas_and_limits():
    np.testing.assert_array_equal(ops.leaky_relu(X).numpy(), np.where(X < 0, 0.2 * X, X))
    want = np.where(X > 0, X, 0.3 * np.expm1(np.minimum(X, 0)))
    np.testing.assert_allclose(ops.elu(X, 0.3).numpy(), want, rtol=1e-15)
    want = np.where(X > 0, X, 0.3 * np.expm1(np.minimum(X, 0) / 0.3))
    np.testing.assert_allclose(ops.celu(X, 0.3).numpy(), want, rtol=1e-14)
    np.testing.assert_array_equal(ops.clip(X, -np.inf, 1).numpy(), np.minimum(X, 1))
    ties = gradient(lambda x: ops.clip(x, 0, 1), np.array([-1.0, 0.0, 0.5, 1.0, 2.0]))
    np.testing.assert_array_equal(ties, [0, 0.5, 1, 0.5, 0])


def test_gelu_is_approximate_in_ops_and_exact_as_an_activation():
    x = np.array([1.0])
    assert ops.gelu(x).item() == pytest.approx(0.84119199060827, rel=1e-13)
    assert activations.gelu(x).item() == pytest.approx(0.84134474606854, rel=1e-13)
    assert activations.get("gelu") is activations.gelu
    for function in (ops.gelu, activations.gelu):
        want = slope(lambda x, f=function: f(x).numpy(), X)
        np.testing.assert_allclose(gradient(function, X), want, rtol=1e-6, atol=1e-8)


def test_steps_have_no_gradient():
    for function in (ops.floor, ops.sign):
        np.testing.assert_array_equal(gradient(function, X), np.zeros_like(X))


@pytest.mark.parametrize("name", sorted(set(activations.KNOWN) - {"glu"}))  # which halves the axis
def test_every_activation(name):
    """By name, as a layer, at the end of Dense; NaN passes; the shape stays; symbolic, compiled."""
    x = np.linspace(-2, 2, 24, dtype="float32").reshape(4, 6)
    want = activations.get(name)(fastnn.Tensor(x)).numpy()
    assert want.shape == x.shape and want.dtype == x.dtype
    layer = Activation(name)
    np.testing.assert_array_equal(layer(x).numpy(), want)
    assert layer(fastnn.Input((6,))).shape == (None, 6)

    dense = Dense(6, name)
    dense(x)
    dense.set_weights([np.eye(6), np.zeros(6)])
    np.testing.assert_allclose(dense(x).numpy(), want, rtol=3e-6, atol=3e-6)
    step = fastnn.compile(lambda x: activations.get(name)(x))
    for _ in range(4):
        assert step(x).numpy().tobytes() == want.tobytes()
    x[1, 2] = np.nan
    assert np.isnan(activations.get(name)(fastnn.Tensor(x)).numpy()[1, 2])


@pytest.mark.parametrize("activation", ["none", *activations.FUSED.values()])
def test_dense_with_an_activation(activation):
    """The fused kernel against a product and a launch of its own, forward and backward."""
    rng = np.random.default_rng(0)
    x, w, b = (fastnn.Variable(rng.standard_normal(s)) for s in ((5, 7), (7, 9), (9,)))

    def apart(x, w, b):
        y = ops.matmul(x, w) + b
        return y if activation == "none" else ops.unary(y, activation, 1.0)

    results = []
    for function in (lambda: ops.dense(x, w, b, activation), lambda: apart(x, w, b)):
        y = function()
        loss = ops.mean_squared_error(y, np.full((5, 9), 0.3))
        results.append([y.numpy(), *(g.numpy() for g in fastnn.gradients(loss, [x, w, b]))])
    for got, want in zip(*results, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)


def test_empty_and_scalar():
    for name in ("relu", "sigmoid", "sin"):
        assert getattr(ops, name)(np.zeros((0, 3), "float32")).shape == (0, 3)
        assert getattr(ops, name)(0.5).shape == ()


def raises(error, message, function, *arguments):
    with pytest.raises(error, match=message):
        function(*arguments)


def test_what_is_refused():
    x = np.ones(3, "float32")
    raises(ValueError, "unary_forward: settings: function is unknown", ops.unary, x, "cube")
    raises(ValueError, "alpha is -1; at least 0", ops.leaky_relu, x, -1.0)
    raises(ValueError, "alpha is -1; at least 0", ops.elu, x, -1.0)
    raises(ValueError, "celu: alpha is 0", ops.celu, x, 0)
    raises(ValueError, "alpha <= beta", ops.clip, x, 1, 0)
    raises(ValueError, "alpha <= beta", ops.clip, x, 0, np.nan)
    raises(TypeError, "unary_forward", ops.sigmoid, np.ones(3, "int32"))
    raises(ValueError, "activation: 'cube' is unknown", activations.get, "cube")


def test_a_saved_argument_must_not_change():
    """silu keeps x, sigmoid its own result."""
    for function, fails in ((ops.silu, True), (ops.sigmoid, False)):
        x = fastnn.Variable(np.ones(1))
        loss = function(x)
        x.assign(np.zeros(1))
        if fails:
            raises(RuntimeError, "was written to", loss.backward)
        else:
            loss.backward()
            assert x.grad.item() == pytest.approx(0.19661193324148185)
