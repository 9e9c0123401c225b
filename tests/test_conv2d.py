"""Convolutions as functions of tensors: paddings, gradients, errors. Keras: test_conv2d_keras."""

import functools
import itertools
import os
import subprocess
import sys

import fastnn
import numpy as np
import pytest
from fastnn import Variable, ops
from reference import conv2d as reference


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def drawn(*shape, dtype="float64", seed=0):
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(dtype)


def loss_of(y):
    """A number whose gradient to y is cos(0), cos(1) .., by mean squared error."""
    upstream = np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype)
    target = y.device.upload((y.device.download(y.array) - upstream * y.size / 2).astype(y.dtype))
    return ops.mean_squared_error(y, target), upstream


def place_of(device):
    """fastnn's device of a test's."""
    devices = {"cpu": lambda: fastnn.devices.cpu, "cuda": fastnn.devices.cuda}
    return device.device if device.name == "emulated" else devices[device.name]()


def settings(stride=(1, 1), pads=(0, 0, 0, 0), dilation=(1, 1), groups=1):
    return dict(zip(reference.Geometry.NAMES, (*stride, *pads, *dilation, groups), strict=True))


CONVOLUTIONS = [
    # keywords of ops.conv2d, and the same as the reference's settings; x (2, 7, 8, 4), 3x2 windows
    ({}, {}),
    ({"strides": 2}, {"stride": (2, 2)}),
    ({"strides": (1, 3), "padding": "same"}, {"stride": (1, 3), "pads": (1, 1, 0, 0)}),
    ({"padding": "same"}, {"pads": (1, 1, 0, 1)}),
    ({"strides": [2, 2], "padding": "SAME"}, {"stride": (2, 2), "pads": (1, 1, 0, 0)}),
    ({"padding": ((0, 2), (3, 1))}, {"pads": (0, 2, 3, 1)}),
    ({"dilation_rate": (2, 3)}, {"dilation": (2, 3)}),
    ({"dilation_rate": 2, "padding": "same"}, {"dilation": (2, 2), "pads": (2, 2, 1, 1)}),
    ({"groups": 2}, {"groups": 2}),
    ({"groups": 4, "strides": 2, "padding": [[1, 0], [0, 1]]},
     {"groups": 4, "stride": (2, 2), "pads": (1, 0, 0, 1)}),
]  # fmt: skip


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("keywords, same", CONVOLUTIONS)
def test_conv2d_and_its_gradients(device, keywords, same, relu):
    known = settings(**same)
    x, w, b = drawn(2, 7, 8, 4), drawn(3, 2, 4 // known["groups"], 12), drawn(12)
    activation = "relu" if relu else "none"
    names = {**known, "x": x, "w": w, "bias": b, "activation": activation}
    want = reference.conv2d(**names)
    kernels = place_of(device)
    variables = [Variable(value, device=kernels) for value in (x, w, b)]
    y = ops.conv2d(*variables, activation=activation, **keywords)
    got = kernels.download(y.array)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)

    loss, upstream = loss_of(y)
    gradients = fastnn.gradients(loss, variables)
    wanted = reference.conv2d_backward(**names, y=got, dy=upstream)
    for gradient, right in zip(gradients, wanted, strict=True):
        np.testing.assert_allclose(kernels.download(gradient.array), right, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("multiplier", [1, 3])
def test_depthwise_is_a_convolution_of_each_channel(multiplier):
    x, kernel = drawn(2, 6, 7, 5), drawn(3, 3, 5, multiplier)
    b = drawn(5 * multiplier)
    keywords = {"strides": 2, "padding": "same", "dilation_rate": (1, 2), "activation": "relu"}
    variables = [Variable(value) for value in (x, kernel, b)]
    y = ops.depthwise_conv2d(*variables, **keywords)
    assert y.shape == (2, 3, 4, 5 * multiplier)
    loss, upstream = loss_of(y)
    gradients = [g.numpy() for g in fastnn.gradients(loss, variables)]

    for c in range(5):
        at = slice(c * multiplier, (c + 1) * multiplier)
        one = [Variable(v) for v in (x[..., c : c + 1], kernel[:, :, c : c + 1], b[at])]
        part = ops.conv2d(*one, **keywords)
        np.testing.assert_allclose(part.numpy(), y.numpy()[..., at], rtol=1e-12, atol=1e-12)
        target = part.numpy() - upstream[..., at] * part.size / 2
        dx, dk, db = fastnn.gradients(ops.mean_squared_error(part, target), one)
        close = functools.partial(np.testing.assert_allclose, rtol=1e-11, atol=1e-11)
        close(gradients[0][..., c : c + 1], dx.numpy())
        close(gradients[1][:, :, c : c + 1], dk.numpy())
        close(gradients[2][at], db.numpy())


@pytest.mark.parametrize("offset", [0, 4, 1])
def test_an_output_that_goes_past_the_caches(offset):
    """It does as a whole; its pictures by themselves do not. NumPy's arrays may begin anywhere."""
    code = f"""
import numpy as np, fastnn
rng = np.random.default_rng(1)
x, w, b = (rng.random(shape, "float32") for shape in ((2, 9, 70, 1), (1, 2, 1, 16), 16))
y = np.full(2 * 9 * 70 * 16 + {offset}, np.nan, "float32")[{offset}:].reshape(2, 9, 70, 16)
settings = (1, 1, 0, 0, 0, 1, 1, 1, 1, "relu")
fastnn.kernels.conv2d(y, x, w, b, settings)
one = np.empty((1, 9, 70, 16), "float32")
for i in range(2):
    fastnn.kernels.conv2d(one, x[i : i + 1], w, b, settings)
    assert y[i].tobytes() == one.tobytes()
"""
    environment = os.environ | {"FASTNN_PAST_BYTES": str(3 * 2 * 9 * 70 * 16 * 4)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_separable_is_depthwise_then_pointwise():
    x, depthwise, pointwise, b = drawn(2, 6, 7, 3), drawn(3, 3, 3, 2), drawn(1, 1, 6, 4), drawn(4)
    variables = [Variable(value) for value in (x, depthwise, pointwise, b)]
    y = ops.separable_conv2d(*variables, 2, "same", activation="relu")
    each = ops.depthwise_conv2d(x, depthwise, strides=2, padding="same")
    want = ops.conv2d(each, pointwise, b, activation="relu")
    assert y.numpy().tobytes() == want.numpy().tobytes()
    lists = [value.tolist() for value in (depthwise, pointwise, b)]
    same = ops.separable_conv2d(x, *lists, 2, "same", activation="relu")
    assert y.numpy().tobytes() == same.numpy().tobytes()
    gradients = fastnn.gradients(loss_of(y)[0], variables)
    assert [g.shape for g in gradients] == [v.shape for v in variables]
    assert all(np.abs(g.numpy()).max() > 0 for g in gradients)


# padding, window, stride, dilation, output_padding
TRANSPOSED = [
    (*some, more)
    for *some, more in itertools.product(
        ("valid", "same"), (1, 2, 3, 4, 5), (1, 2, 3, 4), (1, 2), (None, 0, 1, 2)
    )
    if more is None or more < some[2]
]


def test_sizes_of_the_transposed():
    """Keras's, and what is there is a piece of the whole result; oracle_conv2d.py says which."""
    for padding, k, stride, dilation, more in TRANSPOSED:
        x, w = drawn(1, 3, 1, 2), drawn(k, 1, 3, 2)
        pair = None if more is None else (more, 0)
        y = ops.conv2d_transpose(x, w, None, (stride, 1), padding, pair, (dilation, 1))
        wide = (k - 1) * dilation + 1
        if padding == "valid":
            size = 2 * stride + wide + (max(stride - wide, 0) if more is None else more)
        else:
            size = 3 * stride if more is None else 2 * stride + wide % 2 + more
        assert y.shape == (1, size, 1, 3)
        whole = np.zeros((1, 3 * stride + 2 * wide, 1, 3))
        for i, tap in itertools.product(range(3), range(k)):
            whole[0, i * stride + tap * dilation, 0] += w[tap, 0] @ x[0, i, 0]
        pieces = [whole[0, cut : cut + size] for cut in range(wide)]
        assert any(np.allclose(piece, y.numpy()[0], 0, 1e-12) for piece in pieces)


# What Keras 3.15.1 cuts off before and after for padding "same": (window, stride, output_padding).
SAME_CROPS = {
    (1, 1, None): (0, 0), (1, 2, None): (0, -1), (1, 3, None): (0, -2), (2, 1, None): (0, 1),
    (2, 2, None): (0, 0), (2, 3, None): (0, -1), (3, 1, None): (1, 1), (3, 2, None): (0, 1),
    (3, 3, None): (0, 0), (4, 1, None): (1, 2), (4, 2, None): (1, 1), (4, 3, None): (0, 1),
    (5, 1, None): (2, 2), (5, 2, None): (1, 2), (5, 3, None): (1, 1), (1, 2, 1): (0, -1),
    (2, 2, 1): (0, 1), (3, 3, 1): (0, 1), (4, 3, 1): (1, 2), (5, 2, 1): (1, 2),
}  # fmt: skip


@pytest.mark.parametrize("k, stride, more", SAME_CROPS)
def test_same_transposed_is_cut_where_keras_cuts(k, stride, more):
    x, w = drawn(1, 3, 1, 2), drawn(k, 1, 3, 2)
    same = ops.conv2d_transpose(x, w, None, (stride, 1), "same", more and (more, 0)).numpy()
    whole = ops.conv2d_transpose(x, w, None, (stride, 1), ((0, 0), (0, 0))).numpy()
    before, after = SAME_CROPS[k, stride, more]
    whole = np.pad(whole, ((0, 0), (0, max(-after, 0)), (0, 0), (0, 0)))
    want = whole[:, before : whole.shape[1] - max(after, 0)]
    np.testing.assert_allclose(same, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("relu", [False, True])
def test_gradients_of_the_transposed(device, relu):
    x, w, b = drawn(2, 4, 5, 6), drawn(3, 2, 4, 6), drawn(4)
    activation = "relu" if relu else "none"
    kernels = place_of(device)
    variables = [Variable(value, device=kernels) for value in (x, w, b)]
    y = ops.conv2d_transpose(*variables, 2, ((1, 0), (0, 1)), (0, 1), 1, activation)
    known = settings((2, 2), (1, 0, 0, 0))
    names = {**known, "y": x, "w": w, "bias": b, "activation": activation}
    want = reference.conv2d_transpose(**names, x_shape=y.shape)
    got = kernels.download(y.array)
    assert got.shape == (2, 8, 10, 4)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)
    loss, upstream = loss_of(y)
    wanted = reference.conv2d_transpose_backward(**names, x=got, dx=upstream)
    for gradient, right in zip(fastnn.gradients(loss, variables), wanted, strict=True):
        np.testing.assert_allclose(kernels.download(gradient.array), right, rtol=1e-11, atol=1e-11)


def test_branches_add_their_gradients():
    """One x, kernel and bias in two convolutions; and a kernel alone where x is data."""
    x, w, b = Variable(drawn(1, 4, 4, 2)), Variable(drawn(3, 3, 2, 2)), Variable(drawn(2))
    for function in (ops.conv2d, ops.conv2d_transpose):
        y = ops.add(function(x, w, b, padding="same"), function(x, w, b, padding="same"))
        twice = fastnn.gradients(loss_of(y)[0], [x, w, b])
        once = fastnn.gradients(loss_of(function(x, w, b, padding="same"))[0], [x, w, b])
        for two, one in zip(twice, once, strict=True):
            np.testing.assert_allclose(two.numpy(), 2 * one.numpy(), rtol=1e-12)
        y = function(x.numpy(), w, b, padding="same")
        alone = fastnn.gradients(loss_of(y)[0], [w])
        assert alone[0].numpy().tobytes() == once[1].numpy().tobytes()


def test_nan_and_infinity_come_through():
    x = np.ones((1, 3, 3, 1), "float32")
    x[0, 0, 0] = np.nan
    y = ops.conv2d(x, -np.ones((2, 2, 1, 1), "float32"), activation="relu").numpy()
    assert np.isnan(y[0, 0, 0, 0]) and not y.ravel()[1:].any()
    x[0, 0, 0] = -np.inf
    y = ops.conv2d(x, -np.ones((2, 2, 1, 1), "float32"), activation="relu").numpy()
    assert y[0, 0, 0, 0] == np.inf


def test_no_pictures():
    x, w, b = (Variable(np.ones(s)) for s in ((0, 4, 5, 2), (3, 3, 2, 3), (3,)))
    y = ops.conv2d(x, w, b, padding="same")
    assert y.shape == (0, 4, 5, 3)
    assert ops.conv2d_transpose(y, w, strides=2).shape == (0, 9, 11, 2)
    y = ops.add(ops.conv2d(np.ones((1, 4, 5, 2)), w), ops.full((1, 1, 1, 3), 0.0, "float64"))
    assert fastnn.gradients(loss_of(y)[0], [w])[0].numpy().any()


def test_symbolic_pictures():
    x = fastnn.Input((32, 30, 3))
    w = np.zeros((3, 3, 3, 8), "float32")
    assert ops.conv2d(x, w).shape == (None, 30, 28, 8)
    assert ops.conv2d(x, w, strides=2, padding="same").shape == (None, 16, 15, 8)
    assert ops.depthwise_conv2d(x, w[:, :, :, :2]).shape == (None, 30, 28, 6)
    pointwise = np.zeros((1, 1, 6, 5), "float32")
    assert ops.separable_conv2d(x, w[..., :2], pointwise).shape == (None, 30, 28, 5)
    up = np.zeros((3, 3, 4, 3), "float32")
    assert ops.conv2d_transpose(x, up, strides=2, padding="same").shape == (None, 64, 60, 4)


def test_compiled_and_eager_give_the_same_bits(device):
    here = place_of(device)
    x = here.upload(drawn(3, 8, 9, 2, dtype="float32"))
    shapes = [(3, 3, 2, 5), (3, 3, 5, 2), (3, 3, 10, 1), (3, 3, 4, 1), (5,)]

    def train(compiled):
        values = [drawn(*shape, dtype="float32") for shape in shapes]
        plain, depthwise, last, up, bias = weights = [Variable(v, device=here) for v in values]
        adam = fastnn.optimizers.Adam(0.01)

        def step(x):
            y = ops.conv2d(x, plain, bias, 2, "same", activation="relu")
            y = ops.conv2d(ops.depthwise_conv2d(y, depthwise, padding="same"), last)
            y = ops.conv2d_transpose(y, up, strides=2)
            loss = ops.mean_squared_error(y, ops.zeros(y.shape, device=here))
            adam.apply(fastnn.gradients(loss, weights), weights)
            return loss

        call = fastnn.compile(step) if compiled else step
        for _ in range(5):
            call(x)
        fastnn.synchronize()
        assert not compiled or call.programs()
        return [here.download(w.array).tobytes() for w in weights]

    assert train(False) == train(True)


def test_errors_name_what_came_and_what_is_wanted():
    x, w = np.ones((1, 5, 6, 4), "float32"), np.ones((3, 3, 4, 2), "float32")
    raises(ValueError, r"conv2d: x has shape \(5, 6, 4\).*four axes", ops.conv2d, x[0], w)
    raises(ValueError, r"conv2d: .*4 channels.*wants 3", ops.conv2d, x, w[:, :, :3])
    raises(ValueError, "conv2d: strides is 0", ops.conv2d, x, w, strides=0)
    raises(ValueError, "conv2d: strides is 1.5", ops.conv2d, x, w, strides=1.5)
    raises(ValueError, r"conv2d: strides is \(1, 2, 3\)", ops.conv2d, x, w, strides=(1, 2, 3))
    raises(ValueError, "conv2d: dilation_rate is -1", ops.conv2d, x, w, dilation_rate=-1)
    for padding in ("full", 1, None, ((1, 1),), ((1, 1), (1, -1)), ((1, 1), (1, 0.5)), (1, 1)):
        raises(ValueError, 'conv2d: padding is .*"same"', ops.conv2d, x, w, padding=padding)
    raises(ValueError, "result would be empty", ops.conv2d, x, w, dilation_rate=3)
    raises(ValueError, "result would be empty", ops.conv2d, x[:, :0], w, padding="same")
    raises(ValueError, "conv2d: groups is 3", ops.conv2d, x, w, groups=3)
    raises(ValueError, "conv2d: groups is 'all'", ops.conv2d, x, w, groups="all")
    raises(ValueError, "conv2d: settings: activation", ops.conv2d, x, w, activation="softmax")
    raises(ValueError, "conv2d: bias has shape", ops.conv2d, x, w, np.ones(3, "float32"))
    raises(TypeError, "float64", ops.conv2d, x, w.astype("float64"))
    depthwise = ops.depthwise_conv2d
    raises(ValueError, r"depthwise_conv2d: .*wants 3", depthwise, x, w[:, :, :3])
    raises(ValueError, r"\(1, 1, channels", ops.separable_conv2d, x, w, w)
    up = ops.conv2d_transpose
    raises(ValueError, "conv2d_transpose: .*its last size", up, x, w)
    w = w.reshape(3, 3, 2, 4)
    raises(ValueError, "conv2d_transpose: padding is 'full'", up, x, w, padding="full")
    raises(ValueError, "output_padding is 2.*strides are", up, x, w, None, 2, output_padding=2)
    raises(ValueError, "Cut off less", up, x, w, padding=((4, 4), (0, 0)))
    with pytest.raises(TypeError, match="int32"):
        ops.conv2d(x.astype("int32"), w.reshape(3, 3, 4, 2).astype("int32"))


def test_wild_settings_of_the_kernels_are_refused():
    """Every setting at the edges of int64, alone and all together: sizes never overflow."""
    from fastnn import kernels

    x, w, y = np.ones((1, 5, 6, 4)), np.ones((3, 3, 4, 2)), np.ones((1, 3, 4, 2))
    plain = (1, 1, 0, 0, 0, 0, 1, 1, 1)
    wild = (-(2**63), -1, 0, 7, 2**29, 2**31, 2**32 + 1, 2**61, 2**62, 2**63 - 1)
    calls = {
        kernels.conv2d: (y, x, w, None),
        kernels.conv2d_transpose: (x, y, w, None),
        kernels.conv2d_backward_w: (w, y, x),
    }
    for (kernel, operands), number in itertools.product(calls.items(), wild):
        changed = [(*plain[:i], number, *plain[i + 1 :]) for i in range(9)]
        for settings in [*changed, (number,) * 9, (number, number, *plain[2:6], number, number, 1)]:
            if settings != plain:
                raises(ValueError, "conv2d", kernel, *operands, (*settings, "none"))


def test_claimed_sizes_are_refused():
    """Arrays whose shape says more than there is, in every axis."""
    from fastnn import kernels
    from numpy.lib.stride_tricks import as_strided

    arrays = [np.ones((1, 3, 4, 2)), np.ones((1, 5, 6, 4)), np.ones((3, 3, 4, 2))]
    settings = (1, 1, 0, 0, 0, 0, 1, 1, 1, "none")
    kernels.conv2d(*arrays, None, settings)
    for which, axis, size in itertools.product(range(3), range(4), (2**29, 2**31, 2**40, 2**54)):
        shape = list(arrays[which].shape)
        shape[axis] = size
        strides = [8 * int(np.prod(shape[i + 1 :], dtype=object)) for i in range(4)]
        if shape[0] * strides[0] >= 2**63:
            continue
        wrong = list(arrays)
        wrong[which] = as_strided(arrays[which], shape, strides)
        raises(ValueError, "conv2d", kernels.conv2d, *wrong, None, settings)
