"""saliency and grad_cam against float64 NumPy and, where it is installed, PyTorch."""

import fastnn
import numpy as np
import pytest
import support
from fastnn.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ReLU,
    Softmax,
)
from fastnn.visualize import grad_cam, saliency

RNG = np.random.default_rng(0)
IMAGE = RNG.standard_normal((9, 8, 2))


@pytest.fixture(autouse=True)
def float64():
    fastnn.config.set_floatx("float64")
    fastnn.utils.set_random_seed(3)
    yield
    fastnn.config.set_floatx("float32")


def network(activation="softmax", last=()):
    """Two convolutions and a classifier with three classes, all weights random."""
    model = fastnn.Sequential(
        [
            fastnn.Input((9, 8, 2)),
            Conv2D(4, 3, activation="relu", name="first"),
            Conv2D(5, (2, 3), activation="relu", name="second"),
            Flatten(name="flat"),
            Dense(3, activation=activation, name="dense"),
            *last,
        ]
    )
    rng = np.random.default_rng(1)
    model.set_weights([rng.standard_normal(w.shape) for w in model.weights])
    return model


# The reference


def convolution(x, w, b):
    rows, columns = (n - k + 1 for n, k in zip(x.shape[:2], w.shape[:2], strict=True))
    y = np.zeros((rows, columns, w.shape[3]))
    for i, j, f in np.ndindex(y.shape):
        y[i, j, f] = b[f] + (x[i : i + w.shape[0], j : j + w.shape[1]] * w[..., f]).sum()
    return y


def convolution_gradient(dy, x, w):
    dx = np.zeros_like(x)
    for i, j, f in np.ndindex(dy.shape):
        dx[i : i + w.shape[0], j : j + w.shape[1]] += dy[i, j, f] * w[..., f]
    return dx


def gradients(model, image, c):
    """The maps of both convolutions, and the gradients of class c's score to them and the image."""
    w1, b1, w2, b2, w3, b3 = model.get_weights()
    a1 = np.maximum(convolution(image, w1, b1), 0)
    a2 = np.maximum(convolution(a1, w2, b2), 0)
    scores = a2.ravel() @ w3 + b3
    c = scores.argmax() if c is None else c
    da2 = w3[:, c].reshape(a2.shape)
    da1 = convolution_gradient(da2 * (a2 > 0), a1, w2)
    dx = convolution_gradient(da1 * (a1 > 0), image, w1)
    return {"first": (a1, da1), "second": (a2, da2), "image": dx}


def enlarged(heat, shape):
    """Bilinear interpolation between the centres of the pixels."""
    large = np.zeros(shape)
    for i, j in np.ndindex(shape):
        at = [
            min(max((k + 0.5) * n / m - 0.5, 0), n - 1)
            for k, n, m in zip((i, j), heat.shape, shape, strict=True)
        ]
        (r, c), (dr, dc) = (int(k) for k in at), (k % 1 for k in at)
        r1, c1 = min(r + 1, heat.shape[0] - 1), min(c + 1, heat.shape[1] - 1)
        upper = heat[r, c] * (1 - dc) + heat[r, c1] * dc
        lower = heat[r1, c] * (1 - dc) + heat[r1, c1] * dc
        large[i, j] = upper * (1 - dr) + lower * dr
    return large


def reference_cam(maps, gradient, shape):
    heat = np.zeros(maps.shape[:2])
    for k in range(maps.shape[2]):
        heat += gradient[:, :, k].mean() * maps[:, :, k]
    heat = np.maximum(heat, 0)
    return enlarged(heat / (heat.max() or 1), shape)


@pytest.mark.parametrize("c", [0, 1, 2, None])
def test_grad_cam_and_saliency(c):
    model = network()
    known = gradients(model, IMAGE, c)
    for layer in ("first", "second"):
        heat = grad_cam(model, IMAGE, c, layer)
        wanted = reference_cam(*known[layer], (9, 8))
        np.testing.assert_allclose(heat, wanted, rtol=1e-9, atol=1e-9)
    assert heat.dtype == "float64" and 0 <= heat.min() and heat.max() <= 1
    np.testing.assert_array_equal(grad_cam(model, IMAGE, c), heat)
    wanted = np.abs(known["image"]).max(axis=2)
    np.testing.assert_allclose(saliency(model, IMAGE, c), wanted, rtol=1e-9)


def test_some_class_lights_the_picture():
    assert max(grad_cam(network(), IMAGE, c).max() for c in range(3)) > 0.8


@pytest.mark.parametrize("how", ["linear", "sigmoid", "log_softmax", "layer", "activation", "ops"])
def test_scores_are_those_before_a_last_softmax(how):
    """The same weights, ended in several ways: the same maps."""
    wanted = network()
    last = {"layer": [Softmax()], "activation": [Activation("softmax")]}.get(how, [])
    model = network(None if last or how == "ops" else how, last)
    if how == "ops":
        model = fastnn.Model(model.input, fastnn.ops.softmax(model.output))
    for function in (grad_cam, saliency):
        got, known = function(model, IMAGE, 1), function(wanted, IMAGE, 1)
        np.testing.assert_allclose(got, known, rtol=1e-12)
    assert saliency(wanted, IMAGE, 1).any()
    assert wanted.layers[-1].activation is fastnn.activations.softmax


def test_models_inside_models():
    inner = network()
    image = fastnn.Input((9, 8, 2))
    outer = fastnn.Model(image, inner(image))
    np.testing.assert_array_equal(saliency(outer, IMAGE, 1), saliency(inner, IMAGE, 1))
    with pytest.raises(
        ValueError, match=r"the layer 'second' is not in .* layers are .*sequential"
    ):
        grad_cam(outer, IMAGE, 1, inner.get_layer("second"))


def test_branches_around_the_layer():
    """What goes by another way counts for the score, and not for the maps."""
    image = fastnn.Input((9, 8, 2))
    first = Conv2D(4, 3, padding="same", name="first")(image)
    second = Conv2D(4, 3, padding="same", name="second")(first)
    normal = BatchNormalization(name="normal")(second)
    joined = Add(name="joined")([first, normal])
    end = ReLU(name="end")(joined)
    scores = Dense(3, "softmax")(GlobalAveragePooling2D()(MaxPooling2D()(end)))
    model = fastnn.Model(image, scores)
    by_layer = [grad_cam(model, IMAGE, 1, name) for name in ("second", "joined", "end")]
    assert not np.allclose(by_layer[0], by_layer[1])
    # Without a layer: that with the last convolution's size which comes last.
    np.testing.assert_array_equal(grad_cam(model, IMAGE, 1), by_layer[2])


def test_class_activation_mapping_is_a_special_case():
    """Behind global average pooling a_k is the classifier's weight (section 3.1)."""
    model = fastnn.Sequential(
        [fastnn.Input((6, 6, 1)), Conv2D(3, 1, name="c"), GlobalAveragePooling2D(), Dense(2)]
    )
    image = RNG.standard_normal((6, 6))
    maps = fastnn.Model(model.input, model.layers[0].output)(image[None, :, :, None]).numpy()[0]
    heat = np.maximum(maps @ model.layers[-1].kernel.numpy()[:, 1], 0)
    np.testing.assert_allclose(grad_cam(model, image, 1), heat / heat.max(), rtol=1e-12)


def test_a_model_on_the_emulated_gpu():
    """The same arithmetic in the same order, but for sums over some 100 terms."""
    wanted = network()
    with support.open_device("emulated").device:
        model = network()
    for function in (grad_cam, saliency):
        got, known = function(model, IMAGE, 1), function(wanted, IMAGE, 1)
        np.testing.assert_allclose(got, known, rtol=1e-12, atol=1e-13)


def test_nothing_changes_in_the_model():
    model = network()
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = IMAGE[None].repeat(4, axis=0), np.zeros(4)
    model.fit(x, y, epochs=4, verbose=0)
    step = next(iter(model._steps.values())).function
    before, programs = model.get_weights(), len(step.programs())
    names = [layer.name for layer in model.layers]
    grad_cam(model, IMAGE)
    saliency(model, IMAGE)
    for w, known in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(w, known)
    assert [layer.name for layer in model.layers] == names
    assert all(w.grad is None for w in model.weights)
    assert len(step.programs()) == programs == 1
    model.fit(x, y, epochs=1, verbose=0)
    assert len(step.programs()) == 1


def test_pytorch_says_the_same():
    torch = pytest.importorskip("torch", reason="torch is not installed: '.[oracles]'")
    functional = torch.nn.functional
    model = network()
    w1, b1, w2, b2, w3, b3 = (torch.tensor(w) for w in model.get_weights())
    x = torch.tensor(IMAGE.transpose(2, 0, 1)[None].copy(), requires_grad=True)
    a1 = functional.conv2d(x, w1.permute(3, 2, 0, 1), b1).relu()
    a2 = functional.conv2d(a1, w2.permute(3, 2, 0, 1), b2).relu()
    score = (a2.permute(0, 2, 3, 1).flatten(1) @ w3 + b3)[0, 1]
    dx, da1, da2 = torch.autograd.grad(score, [x, a1, a2])
    wanted = dx.abs().amax(1)[0].numpy()
    np.testing.assert_allclose(saliency(model, IMAGE, 1), wanted, rtol=1e-9)
    for name, a, da in (("first", a1, da1), ("second", a2, da2)):
        heat = (a * da.mean((2, 3), keepdim=True)).sum(1, keepdim=True).relu()
        heat = functional.interpolate(heat / heat.max(), (9, 8), mode="bilinear")[0, 0]
        got = grad_cam(model, IMAGE, 1, name)
        np.testing.assert_allclose(got, heat.detach().numpy(), rtol=1e-9, atol=1e-12)


# Wrong input


def two_inputs():
    a, b = fastnn.Input((9, 8, 2)), fastnn.Input((9, 8, 2))
    return fastnn.Model([a, b], Dense(3)(Flatten()(Add()([a, b]))))


def maps_only():
    return fastnn.Sequential([fastnn.Input((9, 8, 2)), Conv2D(4, 3, name="first")])


@pytest.mark.parametrize("function", [grad_cam, saliency])
@pytest.mark.parametrize(
    "make, image, c, message",
    [
        (network, IMAGE[0], 1, r"the image has shape \(8, 2\); one picture \(9, 8, 2\) is wanted"),
        (network, IMAGE[:8], 1, r"the image has shape \(8, 8, 2\); one picture \(9, 8, 2\)"),
        (network, np.stack([IMAGE] * 2), 1, r"the image has shape \(2, 9, 8, 2\); one picture"),
        (network, IMAGE, 3, "class_index is 3; a class of the model, 0 to 2, is wanted"),
        (network, IMAGE, -1, "class_index is -1; at least 0 is wanted"),
        (two_inputs, IMAGE, 1, "has 2 inputs and 1 outputs; a model with one of each"),
        (maps_only, IMAGE, 1, r"the model gives \(None, 7, 6, 4\); \(batch, classes\) is wanted"),
        (fastnn.Sequential, IMAGE, 1, "has no graph; a functional or sequential model"),
    ],
)
def test_wrong_input(function, make, image, c, message):
    with pytest.raises(ValueError, match=f"{function.__name__}: .*{message}"):
        function(make(), image, c)


def test_what_is_no_picture_or_class():
    for function in (grad_cam, saliency):
        with pytest.raises(TypeError, match=f"{function.__name__}: .*real numbers are wanted"):
            function(network(), "cat.png")
        with pytest.raises(TypeError, match=f"{function.__name__}: class_index"):
            function(network(), IMAGE, 1.5)
    rows = fastnn.Sequential([fastnn.Input((9,)), Dense(3)])
    with pytest.raises(ValueError, match=r"takes float64 \(None, 9\); a model of pictures, float"):
        saliency(rows, np.ones(9))


@pytest.mark.parametrize(
    "layer, error, message",
    [
        ("flat", ValueError, r"'flat' gives \(None, 120\); a layer that gives maps"),
        ("third", ValueError, "no layer 'third'; there are 'first', 'second'"),
        (3, TypeError, "layer is a int; a layer or its name is wanted"),
        (ReLU(name="other"), ValueError, "the layer 'other' is not in .*'dense'"),
    ],
)
def test_wrong_layers(layer, error, message):
    with pytest.raises(error, match=message):
        grad_cam(network(), IMAGE, 1, layer)
    flat = fastnn.Sequential([fastnn.Input((9, 8, 2)), Flatten(), Dense(3)])
    with pytest.raises(ValueError, match=r"grad_cam: no layer of .* gives maps"):
        grad_cam(flat, IMAGE)
