"""Random numbers: their distributions, shared masks, initializers and layers that draw.

Limits of statistics: a mean of n numbers of deviation s errs by s / sqrt(n), their variance by
s^2 sqrt((k - 1) / n) with k the fourth moment over s^4; 5 of these are exceeded once in 2 million
times. Chi squared with d degrees of freedom has mean d and variance 2 d. Seeds are fixed.
"""

import math

import fastnn
import numpy as np
import pytest
from fastnn import Tensor, Variable, initializers, layers, ops

N = 200_000
CUT = 0.87962566103423978  # the deviation of a normal distribution cut at two of its own


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def state(seed=7):
    return Variable(np.array([seed, 0]))


def cdf(z):
    return np.array([(1 + math.erf(one / 2**0.5)) / 2 for one in z])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("draw, deviation", [(ops.normal, 1.0), (ops.truncated_normal, CUT)])
def test_normal_numbers_are_normal(draw, deviation, dtype):
    x = draw((N,), state(), mean=3.0, stddev=2.0, dtype=dtype).numpy().astype("float64")
    z = (x - 3) / 2
    fourth = 3.0 if deviation == 1 else (z**4).mean() / deviation**4
    assert abs(z.mean()) < 5 * deviation / N**0.5
    assert abs(z.var() - deviation**2) < 5 * deviation**2 * ((fourth - 1) / N) ** 0.5
    for k in (1, 2, 3, 7):  # neighbours, which may come of one pair
        assert abs((z[k:] * z[:-k]).mean()) < 5 * deviation**2 / N**0.5

    edges = np.linspace(-2, 2, 41)
    inside = np.histogram(z, edges)[0]
    share = np.diff(cdf(edges)) / (cdf([2]) - cdf([-2]) if deviation < 1 else 1)
    expected = N * share
    if deviation < 1:
        assert inside.sum() == N
    else:  # the rest lies beyond, as often on either side
        inside = [*inside, (z < -2).sum(), (z > 2).sum()]
        expected = [*expected, N * cdf([-2])[0], N * cdf([-2])[0]]
    chi = ((np.array(inside) - expected) ** 2 / expected).sum()
    d = len(expected) - 1
    assert abs(chi - d) < 5 * (2 * d) ** 0.5


def test_normal_numbers_of_both_devices_agree(device):
    """Up to the rounding of the logarithm; which word is whose is the same."""
    for settings in ((0.5, 2.0, False, 9), (0.5, 2.0, True, 9)):
        for dtype, eps in (("float32", 1e-6), ("float64", 2e-15)):
            host = np.empty((3, 333), dtype)
            fastnn.kernels.normal(host, np.array([5, 2]), settings)
            y = device.upload(np.empty((3, 333), dtype))
            device.kernel("normal")(y, device.upload(np.array([5, 2])), settings)
            np.testing.assert_allclose(device.download(y), host, rtol=0, atol=16 * eps)


def test_a_position_gives_the_same_numbers():
    s, long, short = state(), [], []
    for _ in range(2):
        long.append(ops.normal((1000,), s).numpy())
        short.append(ops.normal((77,), s, stream=1).numpy())
    assert s.numpy().tolist() == [7, 4]
    again = ops.normal((500,), state()).numpy()
    assert (again == long[0][:500]).all() and (long[0] != long[1]).all()
    assert (ops.normal((77,), state(), stream=1).numpy() != short[0]).any()
    assert ops.normal((0, 3), s).shape == (0, 3) and ops.truncated_normal((), s).shape == ()
    raises(ValueError, "normal: stddev is -1", ops.normal, (2,), s, stddev=-1.0)
    raises(TypeError, "truncated_normal: state", ops.truncated_normal, (2,), np.array([7, 0]))


# Shared masks


def test_shared_draws_and_their_gradient():
    x = Variable(np.random.default_rng(0).standard_normal((4, 3, 5, 60)) + 9)
    y = ops.dropout(x, 0.25, state(), noise_shape=(4, 1, 1, None))
    kept = y.numpy() != 0
    assert (kept == kept[:, :1, :1]).all() and 0.6 < kept[:, 0, 0].mean() < 0.9
    np.testing.assert_array_equal(y.numpy(), np.where(kept, x.numpy() / 0.75, 0))
    (dx,) = fastnn.gradients(ops.mean_squared_error(y, np.zeros(y.shape)), [x])
    want = np.where(kept, 2 * y.numpy() / y.size / 0.75, 0)
    np.testing.assert_allclose(dx.numpy(), want, rtol=1e-12)
    own = ops.dropout(x, 0.25, state(), noise_shape=x.shape).numpy()
    assert (own == ops.dropout(x, 0.25, state()).numpy()).all()


def test_wrong_masks():
    x = np.ones((2, 3), "float32")
    for wrong in ((2,), (2, 2), (1, 1, 1), (0, 3), (-1, 3), (2, 4)):
        raises(ValueError, "dropout_forward: mask_shape", ops.dropout, x, 0.5, state(), 0, wrong)
    for wrong in (5, "1", ("a", 1), (1.5, 3)):
        raises(TypeError, "dropout: noise_shape", ops.dropout, x, 0.5, state(), 0, wrong)
    for wrong in ((1, 0), ("a",), (1.5,)):
        raises(ValueError, "Dropout: noise_shape", layers.Dropout, 0.5, wrong)
    raises(
        ValueError, "height, width", layers.SpatialDropout2D(0.5), np.ones((2, 3)), training=True
    )


def test_layers_that_draw():
    x = np.ones((8, 4, 4, 50), "float32")
    drop = layers.SpatialDropout2D(0.5, seed=3)
    one, two = drop(x, training=True).numpy(), drop(x, training=True).numpy()
    assert (one != two).any() and (one == one[:, :1, :1]).all()
    assert set(np.unique(one)) == {0, 2} and (drop(x).numpy() == x).all()
    rows = layers.Dropout(0.5, (None, 1, 1, 1), seed=3)(x, training=True).numpy()
    assert (rows == rows[:, :1, :1, :1]).all()
    noise = layers.GaussianNoise(0.5, seed=3)
    y = noise(x, training=True).numpy()
    assert abs(y.mean() - 1) < 5 * 0.5 / x.size**0.5 and 0.45 < y.std() < 0.55
    assert (noise(x).numpy() == x).all()
    assert noise(fastnn.Input((4, 4, 50))).shape == drop(fastnn.Input((4, 4, 50))).shape
    raises(ValueError, "GaussianNoise: stddev is -1", layers.GaussianNoise, -1)


def test_compiled_steps_draw_what_eager_ones_draw():
    seen = []
    for compiled in (False, True):
        s = state()

        def draw(x, s=s):
            noise = ops.normal(x.shape, s, stream=1) + ops.truncated_normal(x.shape, s)
            return ops.dropout(x + noise, 0.5, s, noise_shape=(None, 1))

        call = fastnn.compile(draw) if compiled else draw
        x = Tensor(np.ones((50, 70), "float32"))
        seen.append([call(x).numpy().tobytes() for _ in range(4)])
        assert not compiled or call.programs()
    assert seen[0] == seen[1] and len(set(seen[0])) == 4


# Initializers

NORMALS = {  # the deviation of a (50, 40) weight, and of a kernel (3, 3, 20, 30)
    "glorot_normal": ((2 / 90) ** 0.5, (2 / 450) ** 0.5),
    "he_normal": ((2 / 50) ** 0.5, (2 / 180) ** 0.5),
    "lecun_normal": ((1 / 50) ** 0.5, (1 / 180) ** 0.5),
    "truncated_normal": (0.05 * CUT, 0.05 * CUT),
    "random_normal": (0.05, 0.05),
    "glorot_uniform": ((2 / 90) ** 0.5, (2 / 450) ** 0.5),
    "he_uniform": ((2 / 50) ** 0.5, (2 / 180) ** 0.5),
    "lecun_uniform": ((1 / 50) ** 0.5, (1 / 180) ** 0.5),
    "random_uniform": (0.1 / 12**0.5, 0.1 / 12**0.5),
}


@pytest.mark.parametrize("name", NORMALS)
def test_initializers_have_keras_deviations(name):
    fastnn.utils.set_random_seed(1)
    for shape, deviation in zip(((50, 40), (3, 3, 20, 30)), NORMALS[name], strict=True):
        w = initializers.get(name)(shape).numpy().astype("float64")
        n, fourth = w.size, (w**4).mean() / deviation**4
        assert abs(w.mean()) < 5 * deviation / n**0.5
        assert abs(w.var() - deviation**2) < 5 * deviation**2 * ((fourth - 1) / n) ** 0.5
        limit = {"uniform": 3**0.5, "truncated_normal": 2 / CUT}.get(name.split("_")[-1])
        if name == "truncated_normal" or (name.endswith("normal") and name[:6] != "random"):
            limit = 2 / CUT
        if limit:
            assert 0.95 * limit < np.abs(w).max() / deviation <= limit * (1 + 1e-6)


def test_orthogonal():
    for shape in ((5, 5), (3, 8), (8, 3), (2, 3, 4), (1, 1)):
        w = initializers.Orthogonal(2.0, seed=4)(shape, "float64").numpy() / 2
        assert w.shape == shape
        flat = w.reshape(-1, shape[-1])
        gram = flat @ flat.T if flat.shape[0] < flat.shape[1] else flat.T @ flat
        np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-14)
    # Q of normal numbers with the signs of R's diagonal: Q^T times the numbers has a positive one.
    numbers = ops.normal((5, 5), Variable(np.array([4, 0])), dtype="float64").numpy()
    w = initializers.Orthogonal(seed=4)((5, 5), "float64").numpy()
    assert (np.diag(w.T @ numbers) > 0).all()
    np.testing.assert_allclose(np.tril(w.T @ numbers, -1), 0, atol=1e-14)
    raises(ValueError, "Orthogonal: shape is", initializers.Orthogonal(), (3,))


def test_initializers_by_name_seed_and_class():
    for name in ("ones", "Ones", "one", initializers.Ones):
        assert (initializers.get(name)((2, 2)).numpy() == 1).all()
    assert (initializers.Constant(2.5)((3,), "float64").numpy() == 2.5).all()
    np.testing.assert_array_equal(initializers.Identity(2.0)((2, 3)).numpy(), 2 * np.eye(2, 3))
    for name in [*NORMALS, "orthogonal"]:
        fixed = type(initializers.get(name))(seed=5)
        assert (fixed((4, 5)).numpy() == fixed((4, 5)).numpy()).all()
        free = initializers.get(name)
        assert (free((4, 5)).numpy() != free((4, 5)).numpy()).any()
        assert layers.Dense(3, kernel_initializer=name)(np.ones((2, 4))).shape == (2, 3)
    for wrong in ("he", None, 5):
        raises(ValueError, "initializers: .* is unknown", initializers.get, wrong)
    raises(ValueError, "scale is 0", initializers.VarianceScaling, 0)
    raises(ValueError, "mode is 'fan'", initializers.VarianceScaling, 1.0, "fan")
    raises(ValueError, "Identity: shape is", initializers.Identity(), (3,))
