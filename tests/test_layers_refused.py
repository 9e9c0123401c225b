"""Arguments and inputs that layers refuse: which, and with what words."""

import fastnn
import numpy as np
import pytest
from fastnn import layers

# layer, its arguments, what the message says
ARGUMENTS = [
    ("Dense", {"units": 3, "activation": layers.ReLU}, "the class ReLU came; .*ReLU\\(\\)"),
    ("Dense", {"units": 3, "kernel_regularizer": "l7"}, "'l7' is unknown"),
    ("Dense", {"units": 3, "bias_constraint": "tiny"}, "'tiny' is unknown"),
    ("Conv2D", {"filters": 0, "kernel_size": 3}, "filters is 0; a positive integer"),
    ("Conv2D", {"filters": 4.0, "kernel_size": 3}, "filters is 4.0"),
    ("Conv2D", {"filters": 4, "kernel_size": 0}, "kernel_size is 0"),
    ("Conv2D", {"filters": 4, "kernel_size": (3, 3, 3)}, "kernel_size is \\(3, 3, 3\\)"),
    ("Conv2D", {"filters": 4, "kernel_size": "3"}, "kernel_size is '3'"),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": (1, 0)}, "strides is \\(1, 0\\)"),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "dilation_rate": -1}, "dilation_rate is -1"),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "full"}, "'full'.*ZeroPadding2D"),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": 1}, "padding is 1"),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 3}, "4 filters in 3 groups"),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 0}, "groups is 0"),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "output_padding": 1}, "output_padding"),
    ("Conv2DTranspose", {"filters": True, "kernel_size": 3}, "filters is True"),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 0}, "depth_multiplier is 0"),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 3, "depth_multiplier": -1}, "multiplier is"),
    ("MaxPooling2D", {"pool_size": 0}, "pool_size is 0"),
    ("AveragePooling2D", {"pool_size": 2, "strides": 1.5}, "strides is 1.5"),
    ("MaxPooling2D", {"padding": "causal"}, "padding is 'causal'"),
    ("Reshape", {"target_shape": 3}, "target_shape is 3"),
    ("Reshape", {"target_shape": (-1, -1)}, "one of which may be -1"),
    ("Reshape", {"target_shape": (-2,)}, "target_shape is"),
    ("Permute", {"dims": (0, 1)}, "dims is \\(0, 1\\); .* from 1 on"),
    ("Permute", {"dims": 2}, "dims is 2"),
    ("RepeatVector", {"n": 0}, "n is 0"),
    ("ZeroPadding2D", {"padding": -1}, "padding is -1"),
    ("ZeroPadding2D", {"padding": (1, 2, 3)}, "padding is \\(1, 2, 3\\)"),
    ("ZeroPadding2D", {"padding": ((1, 2, 3), 1)}, "\\(\\(top, bottom\\), \\(left, right\\)\\)"),
    ("Cropping2D", {"cropping": 1.5}, "cropping is 1.5"),
    ("UpSampling2D", {"size": 0}, "size is 0"),
    ("UpSampling2D", {"interpolation": "bicubic"}, '\'bicubic\'; "nearest" or "bilinear"'),
    ("ReLU", {"max_value": -1}, "max_value is -1"),
    ("ReLU", {"negative_slope": -0.1}, "negative_slope is -0.1; a finite number from 0 on"),
    ("ReLU", {"threshold": None}, "threshold is None"),
    ("LeakyReLU", {"negative_slope": float("nan")}, "negative_slope is nan"),
    ("ELU", {"alpha": "1"}, "alpha is '1'"),
    ("PReLU", {"shared_axes": 0}, "an axis of shared_axes is 0"),
    ("Softmax", {"axis": 1.5}, "axis is 1.5"),
    ("Maxout", {"num_units": 0}, "num_units is 0"),
    ("BatchNormalization", {"momentum": 1.1}, "momentum is 1.1; a finite number from 0 to 1"),
    ("BatchNormalization", {"epsilon": -1e-3}, "epsilon is -0.001"),
    ("BatchNormalization", {"axis": "last"}, "axis is 'last'"),
    ("BatchNormalization", {"renorm": True}, "renorm"),
    ("LayerNormalization", {"rms_scaling": True}, "rms_scaling"),
    ("LayerNormalization", {"axis": None}, "axis is None"),
    ("Rescaling", {"scale": "a"}, "real numbers"),
    ("Lambda", {"function": 3}, "function is 3"),
    ("Lambda", {"function": abs, "mask": abs}, "there are no masks"),
    ("Dot", {"axes": (1, 2, 3)}, "axes is \\(1, 2, 3\\)"),
    ("Dot", {"axes": "1"}, "axis is '1'"),
    ("Concatenate", {"axis": None}, "axis is None"),
    ("GaussianDropout", {"rate": 1}, "rate is 1"),
    ("AlphaDropout", {"rate": -0.1}, "rate is -0.1"),
    ("GaussianNoise", {"stddev": float("inf")}, "stddev is inf"),
    ("Dropout", {"rate": 0.5, "noise_shape": (1.5,)}, "noise_shape"),
]


@pytest.mark.parametrize(("kind", "arguments", "says"), ARGUMENTS)
def test_arguments(kind, arguments, says):
    with pytest.raises((ValueError, TypeError), match=says):
        getattr(layers, kind)(**arguments)


PICTURED = {
    "Conv2D": {"filters": 4, "kernel_size": 3},
    "Conv2DTranspose": {"filters": 4, "kernel_size": 3},
    "DepthwiseConv2D": {"kernel_size": 3},
    "SeparableConv2D": {"filters": 4, "kernel_size": 3},
    "MaxPooling2D": {},
    "AveragePooling2D": {"pool_size": 2},
    "GlobalMaxPooling2D": {},
    "GlobalAveragePooling2D": {},
    "ZeroPadding2D": {},
    "Cropping2D": {},
    "UpSampling2D": {},
    "SpatialDropout2D": {"rate": 0.5},
}


@pytest.mark.parametrize("kind", [*PICTURED, "Flatten"])
def test_channels_first(kind):
    make = getattr(layers, kind)
    with pytest.raises(ValueError, match=f"{kind}: data_format is 'channels_first'.*Permute"):
        make(**PICTURED.get(kind, {}), data_format="channels_first")
    assert make(**PICTURED.get(kind, {}), data_format="channels_last").data_format


@pytest.mark.parametrize("kind", PICTURED)
def test_pictures_without_channels(kind):
    """Before the layer is built, when it is, and of a symbolic input; with the cure."""
    layer = getattr(layers, kind)(**PICTURED[kind], name="mine")
    says = r"mine: the input has shape \(.*8, 9\); .*channels\) is wanted.*Reshape\(\(8, 9, 1\)\)"
    for _ in range(2):
        with pytest.raises(ValueError, match=says):
            layer(np.ones((2, 8, 9)), training=True)
        with pytest.raises(ValueError, match=says):
            layer(fastnn.Input((8, 9)))
        layer(np.ones((2, 8, 9, 4)))
    with pytest.raises(ValueError, match=r"mine: the input has shape \(3,\)"):
        layer(np.ones(3))


@pytest.mark.parametrize("kind", [kind for kind in PICTURED if "Conv" in kind])
def test_other_channels(kind):
    layer = getattr(layers, kind)(**PICTURED[kind])
    layer(np.ones((2, 8, 8, 3)))
    says = (
        rf"{layer.name}: the input has shape \((2|None), 8, 8, 1\), 1 channels, but the layer was "
        r"built for \(batch, height, width, 3\).*Give it pictures of 3 channels, or make a new"
    )
    for x in (np.ones((2, 8, 8, 1)), fastnn.Input((8, 8, 1))):
        with pytest.raises(ValueError, match=says):
            layer(x)


def ones(*shape):
    return np.ones(shape)


# a layer, the shape it is built for or None, what comes then, what the message says
INPUTS = [
    (layers.Dense(3), None, ones(3), r"\(batch, .., inputs\) is wanted.*Reshape"),
    (layers.Dense(3), (2, 4), ones(2, 5), "built for 4 inputs"),
    (layers.Dense(3), (2, 4), fastnn.Input((5,)), "built for 4 inputs.*Flatten"),
    (layers.Dense(3), None, fastnn.Input((None,)), "is wanted"),
    (layers.Conv2D(3, 3), None, ones(2, 2, 8, 1), "smaller than a window"),
    (layers.Conv2D(3, 3, dilation_rate=4), None, fastnn.Input((8, 8, 1)), "smaller than a window"),
    (layers.Conv2D(4, 3, groups=2), None, ones(2, 8, 8, 3), "3 channels came for 2 groups"),
    (layers.Conv2D(4, 3), None, fastnn.Input((8, 8, None)), "channels of a known number"),
    (layers.MaxPooling2D(5), None, ones(2, 4, 8, 1), "smaller than a window"),
    (layers.Cropping2D(4), None, ones(2, 8, 9, 1), r"would leave \(0, 1\).*Cut off less"),
    (layers.Reshape((4,)), None, ones(2, 3), r"sample of shape \(3,\), 3 numbers, .* \(4,\)"),
    (layers.Reshape((2, -1)), None, ones(2, 3), "does not fit"),
    (layers.Permute((2, 1)), None, ones(2, 3), "2 axes after the batch"),
    (layers.RepeatVector(2), None, ones(2, 3, 4), r"\(batch, features\) is wanted"),
    (layers.Flatten(), None, np.float64(3), "is wanted"),
    (layers.PReLU(), (2, 3), ones(2, 4), r"built for \(None, 3\)"),
    (layers.PReLU(shared_axes=3), None, ones(2, 4), "axes"),
    (layers.PReLU(), None, fastnn.Input((None, 3)), "shared_axes"),
    (layers.Softmax(2), None, ones(2, 3), "axis is 2"),
    (layers.Maxout(2), None, ones(2, 3), "a multiple of 2 features"),
    (layers.Maxout(2, axis=4), None, ones(2, 4), "along axis 4"),
    (layers.BatchNormalization(1), None, ones(2, 3, 4), "axis 1 of an input.*Permute"),
    (layers.BatchNormalization(), (2, 3), ones(2, 4), "built for 3 channels"),
    (layers.BatchNormalization(), None, fastnn.Input((None,)), "known number of channels"),
    (layers.LayerNormalization(1), None, ones(2, 3, 4), "axis 1 of an input.*Permute"),
    (layers.LayerNormalization((0, 1)), None, ones(2, 3), "the last axes"),
    (layers.LayerNormalization(), (2, 3), ones(2, 4), r"\(3,\) is wanted"),
    (layers.Dropout(0.5, (3, 3, 4)), (2, 3, 4), ones(2, 3, 4), "noise_shape"),
    (layers.AlphaDropout(0.5, (1, 1)), (2, 3, 4), ones(2, 3, 4), "noise_shape"),
    (layers.Add(), None, ones(2, 3), r"add.*one input came.*layer\(\[a, b\]\)"),
    (layers.Add(), ((2, 3), (2, 3)), ones(2, 3), "one input came"),
    (layers.Add(), None, [ones(2, 3), ones(2, 4)], "sizes that are equal, or 1"),
    (layers.Add(), None, [ones(2, 3), ones(3, 3)], "one size of the batch|do not broadcast"),
    (layers.Subtract(), None, [ones(2, 3)] * 3, "3 inputs came; a list of 2 "),
    (layers.Concatenate(), None, [ones(2, 3), ones(2, 3, 4)], "as many axes"),
    (layers.Concatenate(), None, [ones(2, 3, 4), ones(2, 5, 4)], "along axis -1 only"),
    (layers.Concatenate(3), None, [ones(2, 3), ones(2, 3)], "as many axes"),
    (layers.Dot(1), None, [ones(2, 3), ones(2, 4)], "equal sizes along axes"),
    (layers.Dot(0), None, [ones(2, 3), ones(2, 3)], "not the batch's"),
    (layers.Dot((2, 1)), None, [ones(2, 3), ones(2, 3)], "axes of theirs"),
    (layers.Dot(1), None, [ones(2, 3)] * 3, "a list of 2 "),
]


@pytest.mark.parametrize(("layer", "built", "x", "says"), INPUTS)
def test_inputs(layer, built, x, says):
    if built is not None:
        layer([ones(*s) for s in built] if isinstance(built[0], tuple) else ones(*built))
    with pytest.raises(ValueError, match=says):
        layer(x, training=True)


def test_another_size_of_pictures_is_fine():
    layer = layers.Conv2D(3, 3)
    assert layer(ones(2, 8, 8, 1)).shape == (2, 6, 6, 3)
    assert layer(ones(1, 5, 9, 1)).shape == (1, 3, 7, 3)
    assert layer(np.ones((1, 3, 3, 1), "uint8")).shape == (1, 1, 1, 3)


def test_activations_by_name_function_and_layer():
    from fastnn import activations

    x = np.array([[-1.0, 2.0]])
    prelu = layers.PReLU(fastnn.initializers.Constant(0.5))
    for given in ("leaky_relu", lambda y: fastnn.ops.leaky_relu(y, 0.2)):
        assert activations.get(given)(x).numpy().tolist() == [[np.float64(-0.2), 2.0]]
    dense = layers.Dense(2, prelu, kernel_initializer="identity")
    assert dense(x).numpy().tolist() == [[-0.5, 2.0]]
    assert [w.name.rpartition("/")[2] for w in dense.weights] == ["kernel", "bias", "alpha"]
    dense.activation = activations.linear
    assert dense(x).numpy().tolist() == [[-1.0, 2.0]] and len(dense.weights) == 2
    with pytest.raises(ValueError, match=r"'rleu' is unknown.*Did you mean 'relu'"):
        activations.get("rleu")
    with pytest.raises(ValueError, match=r"\[1\] is unknown"):
        activations.get([1])
    assert activations.get(None) is activations.linear
