"""AlphaDropout and GaussianDropout in distribution; what they share with Dropout is in
test_layers.py, and the generator in test_random.py."""

import math

import fastnn
import numpy as np
import pytest
from fastnn.layers import AlphaDropout, Dropout, GaussianDropout, GaussianNoise, SpatialDropout2D

N = 200_000
Z = 7.2  # standard deviations: beyond them lies 6e-13 of a normal distribution
SELU = 1.0507009873554805 * 1.6732632423543772
RATES = pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])


@pytest.fixture(autouse=True)
def seed():
    fastnn.utils.set_random_seed(1)


def drawn(layer, x):
    return layer(x, training=True).numpy().astype("float64")


@RATES
def test_gaussian_dropout_multiplies_by_normal_numbers(rate):
    factors = drawn(GaussianDropout(rate), np.full(N, 2.0)) / 2
    variance = rate / (1 - rate)
    assert abs(factors.mean() - 1) < Z * math.sqrt(variance / N)
    # The mean of squares of normal numbers has a variance of 2 variance^2 / N.
    assert abs(((factors - 1) ** 2).mean() / variance - 1) < Z * math.sqrt(2 / N)
    beyond = (abs(factors - 1) > 2 * math.sqrt(variance)).mean()
    assert abs(beyond - 0.0455) < Z * math.sqrt(0.0455 / N)


@RATES
def test_alpha_dropout_gives_two_values(rate):
    scale = 1 / math.sqrt((1 - rate) * (1 + rate * SELU**2))
    shift = scale * rate * SELU
    y = drawn(AlphaDropout(rate), np.full(N, 3.0))
    dropped = abs(y - (shift - scale * SELU)) < 1e-5
    assert (abs(y[~dropped] - (3 * scale + shift)) < 1e-5).all()
    assert abs(dropped.mean() - rate) < Z * math.sqrt(rate * (1 - rate) / N)


@RATES
def test_alpha_dropout_keeps_mean_and_variance(rate):
    x = np.random.default_rng(0).standard_normal(N)
    y = drawn(AlphaDropout(rate), x)
    assert abs(y.mean()) < Z / math.sqrt(N)
    assert abs(y.var() - 1) < Z * math.sqrt((y**4).mean() / N)


def test_what_is_dropped_together():
    x = np.random.default_rng(0).uniform(1, 2, (3, 4, 500))
    y = drawn(AlphaDropout(0.5, (None, 1, None)), x)
    dropped = y < 0
    assert (dropped == dropped[:, :1]).all() and 0.4 < dropped.mean() < 0.6
    pictures = drawn(SpatialDropout2D(0.5), np.ones((2, 3, 4, 500))) != 0
    assert (pictures == pictures[:, :1, :1]).all() and 0.4 < pictures.mean() < 0.6
    assert (pictures[0] != pictures[1]).any()


def test_gradients_are_those_of_the_numbers_drawn():
    x = fastnn.Variable(np.full(1000, 3.0))

    def slopes(layer):
        y = layer(x, training=True)
        loss = fastnn.ops.mean_squared_error(y, np.zeros(1000))
        [gradient] = fastnn.gradients(loss, [x])
        return y.numpy(), gradient.numpy() / (2 * y.numpy() / 1000)

    y, slope = slopes(GaussianDropout(0.3, dtype="float64"))
    np.testing.assert_allclose(slope, y / 3, rtol=1e-9)
    y, slope = slopes(AlphaDropout(0.3, dtype="float64"))
    scale = 1 / math.sqrt(0.7 * (1 + 0.3 * SELU**2))
    np.testing.assert_allclose(slope, np.where(y > 0, scale, 0.0), rtol=1e-9)
    _, slope = slopes(GaussianNoise(0.3, dtype="float64"))
    np.testing.assert_allclose(slope, 1, rtol=1e-9)


@pytest.mark.parametrize("kind", [AlphaDropout, GaussianDropout, GaussianNoise, Dropout])
def test_seeds_and_steps(kind):
    x = np.ones(100)
    one, same, other = kind(0.5, seed=3), kind(0.5, seed=3), kind(0.5, seed=4)
    first = drawn(one, x)
    assert (drawn(same, x) == first).all()
    assert (drawn(other, x) != first).any() and (drawn(one, x) != first).any()
    assert (kind(0.5)(x).numpy() == 1).all() and (drawn(kind(0.0), x) == 1).all()
    assert one.weights == [] and one.count_params() == 0
