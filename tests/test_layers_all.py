"""What holds of every layer: shapes foretold, dtypes, eager = compiled, gradients, names."""

import fastnn
import numpy as np
import pytest
from fastnn import layers
from layer_cases import APART, CASES, WEIGHTS
from test_conv2d import place_of

every = pytest.mark.parametrize("name", CASES)


@pytest.fixture(autouse=True)
def seed():
    fastnn.utils.set_random_seed(1)


def prepared(name, dtype="float32", batch=4):
    """A new layer, and inputs for it."""
    make, shapes = CASES[name]
    rng = np.random.default_rng(0)
    inputs = [rng.standard_normal((batch, *shape[1:])).astype(dtype) for shape in shapes]
    fastnn.config.set_floatx(dtype)
    try:
        return make(), inputs[0] if len(inputs) == 1 else inputs
    finally:
        fastnn.config.set_floatx("float32")


def shapes_of(x):
    return [one.shape for one in x] if isinstance(x, list) else x.shape


def without_batch(shape):
    several = isinstance(shape, list)
    return [(None, *s[1:]) for s in shape] if several else (None, *shape[1:])


def test_every_layer_is_here():
    classes = {name for name in layers.__all__ if name[0].isupper()}
    assert classes - APART == {name.split()[0] for name in CASES}


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_shape_is_the_one_foretold(name, dtype):
    layer, x = prepared(name, dtype)
    symbolic = without_batch(shapes_of(x))
    foretold = layer.compute_output_shape(symbolic)
    y = layer(x)
    assert y.dtype == dtype
    assert foretold == (None, *y.shape[1:])
    assert layer.compute_output_shape(symbolic) == foretold, "built"
    assert layer.compute_output_shape(shapes_of(x)) == y.shape
    _, three = prepared(name, dtype, batch=3)
    assert layer(three).shape == (3, *foretold[1:])


@every
def test_a_call_on_inputs_builds_and_gives_the_shape(name):
    layer, x = prepared(name)
    several = isinstance(x, list)
    inputs = [fastnn.Input(one.shape[1:]) for one in (x if several else [x])]
    y = layer(inputs if several else inputs[0])
    count = layer.count_params()
    assert layer.built and y.shape == (None, *layer(x).shape[1:])
    assert layer.count_params() == count
    model = fastnn.Model(inputs, y)
    same = model(x, training=False).numpy() == layer(x, training=False).numpy()
    assert same.all()


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("training", [False, True])
def test_compiled_is_eager(name, dtype, training):
    """Bit for bit, outputs and weights, in each of five calls: the last three are replays."""
    found = []
    for wrap in (lambda f: f, fastnn.compile):
        layer, x = prepared(name, dtype)
        layer(x)
        for w in layer.weights:
            w.assign(np.cos(np.arange(w.size)).reshape(w.shape) ** 2 + 0.5)

        def call(*x, layer=layer):
            y = layer(list(x) if len(x) > 1 else x[0], training=training)
            return [y, *layer.losses]

        run, inputs = wrap(call), x if isinstance(x, list) else [x]
        calls = [one.numpy() for _ in range(5) for one in run(*inputs)]
        found.append([*calls, *layer.get_weights()])
    for eager, compiled in zip(*found, strict=True):
        assert eager.dtype == compiled.dtype == dtype
        assert eager.tobytes() == compiled.tobytes()


@every
def test_gradients_reach_every_weight_and_what_is_before(name):
    layer, x = prepared(name, "float64")
    inputs = [fastnn.Variable(one) for one in (x if isinstance(x, list) else [x])]

    def loss():
        y = layer(inputs if len(inputs) > 1 else inputs[0], training=True)
        target = np.cos(np.arange(y.size)).reshape(y.shape)
        return fastnn.ops.mean_squared_error(y, target)

    loss()
    weights = layer.trainable_weights
    for gradient in fastnn.gradients(loss(), [*inputs, *weights]):
        assert gradient.numpy().any() and np.isfinite(gradient.numpy()).all()


@every
def test_training_makes_the_loss_smaller(name):
    layer, x = prepared(name, "float64")
    variables = [fastnn.Variable(one) for one in (x if isinstance(x, list) else [x])]
    layer(variables if len(variables) > 1 else variables[0])
    variables += layer.trainable_weights
    count = len(variables) - len(layer.trainable_weights)

    def loss():
        y = layer(variables[:count] if count > 1 else variables[0], training=False)
        return fastnn.ops.mean_squared_error(y, np.full(y.shape, 0.3))

    before = float(loss())
    optimizer = fastnn.optimizers.SGD(0.01)
    for _ in range(3):
        optimizer.apply(fastnn.gradients(loss(), variables), variables)
    assert float(loss()) < before


@every
def test_every_device_gives_the_same(name, device):
    """A layer is built where its first input is."""
    found = []
    for place in (fastnn.devices.cpu, place_of(device)):
        fastnn.utils.set_random_seed(1)
        layer, x = prepared(name, "float64")
        x = [fastnn.Tensor(place.upload(one)) for one in (x if isinstance(x, list) else [x])]
        y = layer(x if len(x) > 1 else x[0], training=True)
        assert y.device is place and all(w.device is place for w in layer.weights)
        found.append([y.numpy(), *layer.get_weights()])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@every
def test_no_pictures_are_fine_too(name):
    layer, x = prepared(name)
    y = layer(x)
    none = [one[:0] for one in x] if isinstance(x, list) else x[:0]
    assert layer(none).shape == (0, *y.shape[1:])


@pytest.mark.parametrize("kind", WEIGHTS)
def test_names_of_weights(kind):
    layer, x = prepared(kind)
    layer(x)
    assert [w.name for w in layer.weights] == [
        f"{layer.name}/{name}" for name in WEIGHTS[kind].split()
    ]


def test_second_names():
    for second, first in {
        "MaxPool2D": "MaxPooling2D",
        "AvgPool2D": "AveragePooling2D",
        "GlobalAvgPool2D": "GlobalAveragePooling2D",
        "GlobalMaxPool2D": "GlobalMaxPooling2D",
        "Convolution2D": "Conv2D",
        "Convolution2DTranspose": "Conv2DTranspose",
        "SeparableConvolution2D": "SeparableConv2D",
    }.items():
        assert getattr(layers, second) is getattr(layers, first)


def test_a_network_of_pictures():
    model = fastnn.Sequential(
        [
            fastnn.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Conv2D(16, 3, use_bias=False),
            layers.PReLU(shared_axes=[1, 2]),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(10, "softmax"),
        ]
    )
    assert model.output_shape == (None, 10)
    assert model.count_params() == 80 + 32 + 8 * 9 * 16 + 16 + 170
    x = np.random.default_rng(0).integers(0, 256, (5, 28, 28, 1), "uint8")
    np.testing.assert_allclose(model(x).numpy().sum(axis=1), 1, rtol=1e-6)


def test_spatial_sizes_may_be_open():
    x = fastnn.Input((None, None, 4))
    for layer, want in (
        (layers.Conv2D(3, 3, 2), (None, None, None, 3)),
        (layers.Conv2DTranspose(3, 3, 2), (None, None, None, 3)),
        (layers.MaxPooling2D(), (None, None, None, 4)),
        (layers.ZeroPadding2D(), (None, None, None, 4)),
        (layers.Cropping2D(2), (None, None, None, 4)),
        (layers.UpSampling2D(), (None, None, None, 4)),
        (layers.GlobalMaxPooling2D(), (None, 4)),
        (layers.BatchNormalization(), (None, None, None, 4)),
        (layers.PReLU(shared_axes=(1, 2)), (None, None, None, 4)),
        (layers.Reshape((-1, 2)), (None, None, 2)),
        (layers.Flatten(), (None, None)),
        (layers.Add(), None),
    ):
        if want is None:
            assert layer([x, fastnn.Input((7, 1, 4))]).shape == (None, 7, None, 4)
        else:
            assert layer(x).shape == want
    assert layers.Conv2D(3, 3, 2)(fastnn.Input((9, None, 4))).shape == (None, 4, None, 3)
