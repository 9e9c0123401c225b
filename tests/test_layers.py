"""Layers: what they compute, draw and hold, and the inputs that they take or refuse."""

import math
from collections import Counter

import fastnn
import numpy as np
import pytest
from fastnn import layers
from fastnn.layers import Activation, Dense, Dropout, Layer

RARE = 1e-12  # the chance that a right generator fails a test of chance, were its seed not fixed


@pytest.fixture(autouse=True)
def seed():
    fastnn.utils.set_random_seed(1)


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


# Dense


def test_dense_computes():
    rng = np.random.default_rng(0)
    x = rng.integers(-8, 8, (5, 3)).astype("float64")  # products and sums of these are exact
    kernel = rng.integers(-8, 8, (3, 4)).astype("float64")
    bias = rng.integers(-8, 8, 4).astype("float64")
    product = x @ kernel + bias
    e = np.exp(product - product.max(axis=1, keepdims=True))
    for activation, want in (
        (None, product),
        ("linear", product),
        ("relu", np.maximum(product, 0)),
        ("softmax", e / e.sum(axis=1, keepdims=True)),
        (fastnn.ops.relu, np.maximum(product, 0)),
        (lambda y: y + 1.0, product + 1),
    ):
        layer = Dense(4, activation, dtype="float64")
        layer(x)
        layer.set_weights([kernel, bias])
        np.testing.assert_allclose(layer(x).numpy(), want, rtol=1e-14)
        assert layer(x[:0]).shape == (0, 4)
    plain = Dense(4, use_bias=False, dtype="float64")
    plain(x)
    plain.set_weights([kernel])
    assert (plain(x).numpy() == x @ kernel).all()
    assert plain(x.reshape(1, 5, 1, 3)).numpy().tolist() == (x @ kernel)[None, :, None].tolist()


def test_dense_weights():
    layer = Dense(4, name="hidden")
    assert (layer.built, layer.weights, layer.count_params()) == (False, [], 0)
    layer(np.ones((2, 3)))
    assert [w.name for w in layer.weights] == ["hidden/kernel", "hidden/bias"]
    assert (
        [w.shape for w in layer.weights] == [(3, 4), (4,)] == [w.shape for w in layer.get_weights()]
    )
    assert layer.count_params() == 16
    assert not layer.get_weights()[1].any()
    before = layer.get_weights()[0]
    layer(np.ones((7, 3)))  # is not built again
    assert (layer.get_weights()[0] == before).all()


def test_dense_initializers():
    layer = Dense(
        2, kernel_initializer="zeros", bias_initializer=fastnn.initializers.GlorotUniform(3)
    )
    layer(np.ones((1, 2)))
    kernel, bias = layer.get_weights()
    assert not kernel.any() and bias.all()
    ones = Dense(2, kernel_initializer=lambda shape, dtype: np.ones(shape))
    assert ones([[1.0, 2.0]]).numpy().tolist() == [[3.0, 3.0]]


def test_what_dense_refuses():
    for units in (0, -1, 2.5, "3", None, True, [3]):
        raises(ValueError, "Dense: units", Dense, units)
    raises(
        ValueError, "activation: 'tanhh' is unknown; .* Did you mean .*'tanh'", Dense, 3, "tanhh"
    )
    raises(ValueError, "initializers: 'twos' is unknown", Dense, 3, kernel_initializer="twos")
    raises(ValueError, "initializers: None", Dense, 3, bias_initializer=None)
    raises(TypeError, "Dense: dtype is 'float16'", Dense, 3, dtype="float16")
    raises(ValueError, "a float is wanted", Dense, 3, dtype="int32")
    raises(TypeError, "unit", Dense, unit=3)
    layer = Dense(3)
    raises(ValueError, r"\(batch, .., inputs\) is wanted", layer, np.ones(3))
    layer(np.ones((2, 3)))
    for shape in ((2, 4), (2,), (), (2, 3, 1)):
        raises(ValueError, "built for 3 inputs", layer, np.ones(shape))
    assert Dense(np.int64(3)).units == 3


def test_tensors_of_another_float_dtype_are_refused_not_rounded():
    layer = Dense(3)
    raises(TypeError, "one dtype", layer, fastnn.Tensor(np.ones((2, 3))))
    assert layer(fastnn.ops.cast(np.ones((2, 3)), "float32")).dtype == "float32"


# Inputs


PICTURES = np.random.default_rng(0).integers(0, 256, (6, 8), "uint8")
PLAIN = PICTURES.astype("float32")


class Frame:
    """What pandas and many others have in common."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


def read_only():
    x = PLAIN.copy()
    x.flags.writeable = False
    return x


def memory_map(folder):
    PLAIN.tofile(folder / "x")
    return np.memmap(folder / "x", "float32", "r", shape=PLAIN.shape)


def unaligned():
    raw = np.zeros(PLAIN.nbytes + 1, "uint8")
    x = raw[1:].view("float32").reshape(PLAIN.shape)
    x[...] = PLAIN
    return x


COMFORTABLE = {
    "list": lambda _: PICTURES.tolist(),
    "tuple of rows": lambda _: tuple(PICTURES),
    "float64": lambda _: PICTURES.astype("float64"),
    "float16": lambda _: PICTURES.astype("float16"),
    "longdouble": lambda _: PICTURES.astype("longdouble"),
    "uint8": lambda _: PICTURES,
    "int16": lambda _: PICTURES.astype("int16"),
    "uint32": lambda _: PICTURES.astype("uint32"),
    "int64": lambda _: PICTURES.astype("int64"),
    "longlong": lambda _: PICTURES.astype("longlong"),
    "big-endian": lambda _: PLAIN.astype(">f4"),
    "big-endian integers": lambda _: PICTURES.astype(">i4"),
    "Fortran's order": lambda _: np.asfortranarray(PLAIN),
    "Fortran's order, int64": lambda _: np.asfortranarray(PICTURES.astype("int64")),
    "strided slice": lambda _: np.repeat(PLAIN, 2, axis=1)[:, ::2],
    "backwards": lambda _: PLAIN[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": lambda _: read_only(),
    "memory map": memory_map,
    "unaligned": lambda _: unaligned(),
    "subclass": lambda _: PLAIN.view(np.recarray),
    "__array__": lambda _: Frame(PLAIN),
    "__array__ of float64": lambda _: Frame(PICTURES.tolist()),
    "tensor": lambda _: fastnn.Tensor(PLAIN),
    "tensor of uint8": lambda _: fastnn.Tensor(PICTURES),
    "variable": lambda _: fastnn.Variable(PLAIN),
}


@pytest.mark.parametrize("kind", COMFORTABLE)
def test_what_numpy_takes_layers_take(kind, tmp_path):
    x = COMFORTABLE[kind](tmp_path)
    dense = Dense(3, "relu")
    want = dense(PLAIN).numpy()
    assert dense(x).dtype == "float32"
    assert dense(x).numpy().tolist() == want.tolist()
    for make in (
        lambda: Dropout(0.5),
        lambda: Activation("relu"),
        lambda: fastnn.Sequential([dense]),
    ):
        got = make()(x)
        assert got.dtype == "float32" and got.shape[0] == 6
    assert (Activation("relu")(x).numpy() == PLAIN).all()


def test_pictures_divided_by_255_are_float64():
    layer = Dense(3)
    assert layer(PICTURES / 255.0).dtype == "float32"
    assert (
        layer(PICTURES / 255.0).numpy() == layer((PICTURES / 255.0).astype("float32")).numpy()
    ).all()


def test_other_dtypes_than_numbers_are_refused():
    layer = Dense(3)
    layer(np.ones((1, 2)))
    for wrong in (
        None,
        "text",
        [["1", "2"]],
        [[None, 1.0]],
        {"x": [1.0]},
        object(),
        np.ones((1, 2), complex),
        np.ones((1, 2), "datetime64[s]"),
        np.ones((1, 2), "U1"),
        np.ones(2, "f4,i4"),
        [[2**70, 1]],
        Frame([["a", "b"]]),
    ):
        raises(TypeError, f"{layer.name}: .*real numbers are wanted", layer, wrong)
    raises(ValueError, f"{layer.name}: .*differ in length", layer, [[1.0, 2.0], [3.0]])


# Dropout


def test_dropout_keeps_the_right_share():
    """Hoeffding: P(|share - keep| >= t) <= 2 exp(-2 n t^2)."""
    n = 200_000
    t = math.sqrt(math.log(2 / RARE) / (2 * n))
    for rate in (0.1, 0.5, 0.9, 0.999):
        y = Dropout(rate)(np.ones(n), training=True).numpy()
        assert abs((y != 0).mean() - (1 - rate)) < t
        halves = (y.reshape(2, -1) != 0).mean(axis=1)
        assert abs(halves - (1 - rate)).max() < t * math.sqrt(2)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_dropout_keeps_is_divided_exactly(dtype):
    x = np.random.default_rng(0).standard_normal((50, 40)).astype(dtype)
    for rate in (0.5, 0.3, np.float32(0.25)):
        y = Dropout(rate, dtype=dtype)(x, training=True).numpy()
        kept = y != 0
        assert 0 < kept.sum() < x.size
        assert (y[kept] == (x / x.dtype.type(1 - float(rate)))[kept]).all()


def test_dropout_gives_zero_for_whatever_it_drops():
    x = np.full(1000, np.nan, "float32")
    y = Dropout(0.5)(x, training=True).numpy()
    assert set(np.isnan(y)) == {True, False} and not y[~np.isnan(y)].any()


def test_dropout_in_inference_is_the_identity():
    x = fastnn.Tensor(np.ones((3, 4), "float32"))
    layer = Dropout(0.9)
    assert layer(x) is x and layer(x, training=False) is x
    assert Dropout(0)(x, training=True) is x
    model = fastnn.Sequential([layer])
    assert (model(x).numpy() == 1).all() and not (model(x, training=True).numpy() == 1).any()


def drawn(layer, n=1000):
    return (layer(np.ones(n), training=True).numpy() != 0).tolist()


def test_layers_and_steps_draw_different_numbers():
    one, two = Dropout(0.5), Dropout(0.5)
    masks = [drawn(one), drawn(two), drawn(one), drawn(two), drawn(Dropout(0.5, seed=7))]
    shares = [np.mean(np.equal(a, b)) for i, a in enumerate(masks) for b in masks[:i]]
    t = math.sqrt(math.log(2 * len(shares) / RARE) / (2 * 1000))
    assert all(abs(share - 0.5) < t for share in shares)  # as independent masks agree


def test_seeds_reproduce():
    def run(seed):
        fastnn.utils.set_random_seed(seed)
        model = fastnn.Sequential([Dense(30), Dropout(0.5), Dense(4)])
        values = [model(np.ones((2, 5)), training=True).numpy().tolist() for _ in range(2)]
        return values, [w.tolist() for w in model.get_weights()]

    assert run(3) == run(3) == run(np.int64(3))
    assert run(3)[1] != run(4)[1]
    assert drawn(Dropout(0.5, seed=7)) == drawn(Dropout(0.5, seed=7)) != drawn(Dropout(0.5, seed=8))
    raises(ValueError, "seed: -1 came", fastnn.utils.set_random_seed, -1)
    raises(ValueError, "seed: 'a' came", Dropout, 0.5, seed="a")


def test_what_dropout_refuses():
    for rate in (1, 1.0, -0.1, float("nan"), "0.5", None, [0.5], 1j):
        raises(ValueError, "Dropout: rate", Dropout, rate)


# Activation, names, glorot_uniform


def test_activation():
    x = np.array([[-1.0, 2.0, float("nan")]], "float32")
    assert str(Activation("relu")(x).numpy().tolist()) == "[[0.0, 2.0, nan]]"
    assert (Activation(None)(x[:, :2]).numpy() == x[:, :2]).all()
    np.testing.assert_allclose(Activation("softmax")(x[:, :2]).numpy().sum(), 1, rtol=1e-6)
    raises(ValueError, "activation: 'rleu'", Activation, "rleu")


def test_names_are_keras_names(monkeypatch):
    monkeypatch.setattr(layers.layer, "_counts", Counter())
    assert [Dense(1).name for _ in range(3)] == ["dense", "dense_1", "dense_2"]
    assert [
        Dropout(0.1).name,
        Activation("relu").name,
        Dense(1, name="top").name,
        Dense(1).name,
    ] == [
        "dropout",
        "activation",
        "top",
        "dense_3",
    ]
    assert fastnn.Sequential().name == "sequential"
    for name, want in {
        "Conv2D": "conv2d",
        "Conv2DTranspose": "conv2d_transpose",
        "GlobalMaxPooling1D": "global_max_pooling1d",
        "BatchNormalization": "batch_normalization",
        "LSTM": "lstm",
        "LSTMCell": "lstm_cell",
        "LeakyReLU": "leaky_re_lu",
        "PReLU": "p_re_lu",
    }.items():
        assert type(name, (Layer,), {})().name == want


@pytest.mark.parametrize("shape", [(300, 200), (3, 3, 40, 60)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_glorot_uniform(shape, dtype):
    """The whole distribution, by the bound of Dvoretzky, Kiefer and Wolfowitz."""
    fan_in, fan_out = shape[-2] * math.prod(shape[:-2]), shape[-1] * math.prod(shape[:-2])
    limit = math.sqrt(6 / (fan_in + fan_out))
    w = fastnn.initializers.GlorotUniform(seed=1)(shape, dtype).numpy()
    assert w.shape == shape and w.dtype == dtype
    assert -limit <= w.min() and w.max() <= limit
    n = w.size
    share = np.arange(1, n + 1) / n
    distance = abs(share - (np.sort(w, axis=None).astype("float64") / limit + 1) / 2).max()
    assert distance <= math.sqrt(math.log(2 / RARE) / (2 * n)) + 1 / n
    assert len(np.unique(w)) > 0.99 * n
    assert abs(np.corrcoef(w.ravel()[:-1], w.ravel()[1:])[0, 1]) < 8 / math.sqrt(n)


def test_fans_of_vectors_and_scalars():
    assert fastnn.initializers.fans((5,)) == (5, 5)
    assert fastnn.initializers.fans(()) == (1, 1)
    assert abs(fastnn.initializers.GlorotUniform(1)(()).item()) <= math.sqrt(3)
    assert fastnn.initializers.GlorotUniform(1)((0, 3)).shape == (0, 3)


# Layers of one's own


def test_a_layer_of_ones_own():
    class Shift(Layer):
        def build(self, input_shape):
            self.b = self.add_weight((input_shape[-1],), "zeros", name="b")
            self.n = self.add_weight((1,), "zeros", trainable=False, name="n")

        def call(self, x):
            return x + self.b

    layer = Shift(trainable=False)
    layer([[1.0, 2.0]])
    assert layer.trainable_weights == [] and len(layer.non_trainable_weights) == 2
    assert not layer.b.requires_grad
    layer.trainable = True
    assert layer.trainable_weights == [layer.b] and layer.non_trainable_weights == [layer.n]
    assert layer.b.requires_grad and not layer.n.requires_grad
    raises(TypeError, "Layer defines no call", Layer(), [[1.0]])
