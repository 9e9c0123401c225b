"""Ten training steps through each layer: its gradients, to its weights and to the layer before."""

from . import case, numbers, set_weights, train

ROWS, STEPS, PICTURES = (4, 6), (3, 4, 6), (3, 6, 5, 2)


def trained(k, model, *shapes, adam=False):
    """What training towards numbers leaves."""
    inputs = [numbers(*shape, seed=seed) for seed, shape in enumerate(shapes)]
    optimizer = k.optimizers.Adam(0.01) if adam else k.optimizers.SGD(0.1)
    model.compile(optimizer=optimizer, loss="mse")
    y = numbers(shapes[0][0], *model.output_shape[1:], seed=9)
    return train(set_weights(model), inputs[0] if len(inputs) == 1 else inputs, y)


def behind(k, shape, *layers, adam=False):
    """The layers behind one that has weights, so that they must hand gradients back."""
    pictures = len(shape) == 4
    first = k.layers.Conv2D(4, 2, padding="same") if pictures else k.layers.Dense(6)
    model = k.Sequential([k.Input(shape[1:]), first, *layers])
    return trained(k, model, shape, adam=adam)


@case(
    dense=(ROWS, "Dense", {"units": 3}),
    dense_tanh=(STEPS, "Dense", {"units": 3, "activation": "tanh"}),
    dense_gelu=(ROWS, "Dense", {"units": 3, "activation": "gelu"}),
    dense_softmax=(ROWS, "Dense", {"units": 3, "activation": "softmax"}),
    relu=(ROWS, "ReLU", {"max_value": 0.8, "negative_slope": 0.1, "threshold": 0.1}),
    leaky_relu=(ROWS, "LeakyReLU", {}),
    elu=(ROWS, "ELU", {"alpha": 0.7}),
    prelu=(ROWS, "PReLU", {}),
    prelu_shared=(PICTURES, "PReLU", {"shared_axes": (1, 2)}),
    softmax=(STEPS, "Softmax", {"axis": 1}),
    softmax_several=(STEPS, "Softmax", {"axis": (1, 2)}),
    flatten=(PICTURES, "Flatten", {}),
    reshape=(PICTURES, "Reshape", {"target_shape": (-1, 8)}),
    permute=(PICTURES, "Permute", {"dims": (3, 1, 2)}),
    repeat=(ROWS, "RepeatVector", {"n": 3}),
    rescaling=(ROWS, "Rescaling", {"scale": 0.5, "offset": 1.0}),
    rescaling_channels=(ROWS, "Rescaling", {"scale": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}),
    padding=(PICTURES, "ZeroPadding2D", {"padding": ((0, 1), (2, 0))}),
    cropping=(PICTURES, "Cropping2D", {"cropping": ((0, 1), (2, 0))}),
    up=(PICTURES, "UpSampling2D", {"size": (2, 3)}),
    max_pooling=(PICTURES, "MaxPooling2D", {"padding": "same"}),
    max_pooling_overlap=(PICTURES, "MaxPooling2D", {"pool_size": 3, "strides": 1}),
    average_pooling=(PICTURES, "AveragePooling2D", {"pool_size": 2, "padding": "same"}),
    average_pooling_overlap=(PICTURES, "AveragePooling2D", {"pool_size": 3, "strides": 1}),
    global_average=(PICTURES, "GlobalAveragePooling2D", {}),
    global_max=(PICTURES, "GlobalMaxPooling2D", {"keepdims": True}),
    batch_normalization=(PICTURES, "BatchNormalization", {"momentum": 0.8}),
    batch_normalization_rows=(ROWS, "BatchNormalization", {"center": False}),
    batch_normalization_scale=(ROWS, "BatchNormalization", {"scale": False}),
    batch_normalization_frozen=(ROWS, "BatchNormalization", {"trainable": False}),
    layer_normalization=(STEPS, "LayerNormalization", {}),
    layer_normalization_axes=(STEPS, "LayerNormalization", {"axis": [-2, -1]}),
    layer_normalization_scale=(ROWS, "LayerNormalization", {"scale": False}),
    conv=(PICTURES, "Conv2D", {"filters": 3, "kernel_size": 3, "strides": 2}),
    conv_dilated=(PICTURES, "Conv2D", {"filters": 3, "kernel_size": 2, "dilation_rate": 2}),
    conv_groups=(PICTURES, "Conv2D", {"filters": 4, "kernel_size": 3, "groups": 2}),
    transpose=(PICTURES, "Conv2DTranspose", {"filters": 2, "kernel_size": 3, "strides": 2}),
    transpose_same=(
        PICTURES,
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"},
    ),
    depthwise=(PICTURES, "DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2}),
    separable=(PICTURES, "SeparableConv2D", {"filters": 3, "kernel_size": 3, "activation": "tanh"}),
)
def layer(k, shape, kind, arguments):
    return behind(k, shape, getattr(k.layers, kind)(**arguments))


@case(
    rows=(ROWS, ["Dense", "BatchNormalization", "ReLU", "Dense"]),
    steps=(STEPS, ["LayerNormalization", "Dense", "PReLU"]),
)
def adam(k, shape, kinds):
    layers = [getattr(k.layers, kind)(*([4] if kind == "Dense" else [])) for kind in kinds]
    return behind(k, shape, *layers, adam=True)


@case(
    l1=({"kernel_regularizer": "l1"},),
    l2=({"bias_regularizer": "l2", "activity_regularizer": "l2"},),
    constraint=({"kernel_constraint": "non_neg", "bias_constraint": "non_neg"},),
)
def held(k, arguments):
    dense = k.layers.Dense(3, activation="tanh", **arguments)
    conv = k.layers.Conv2D(3, 2, **arguments)
    return behind(k, PICTURES, conv, k.layers.Flatten(), dense)


@case
def activity(k):
    return behind(k, ROWS, k.layers.ActivityRegularization(0.01, 0.02), k.layers.Dense(2))


@case(
    **{kind.lower(): (kind, {}, 2) for kind in ("Add", "Multiply", "Average", "Concatenate")},
    maximum=("Maximum", {}, 3),
    minimum=("Minimum", {}, 3),
    subtract=("Subtract", {}, 2),
    dot=("Dot", {"axes": 1}, 2),
    dot_cosine=("Dot", {"axes": -1, "normalize": True}, 2),
)
def merged(k, kind, arguments, count):
    inputs = [k.Input((4,)) for _ in range(count)]
    rows = [k.layers.Dense(5)(x) for x in inputs]
    y = k.layers.Dense(2)(getattr(k.layers, kind)(**arguments)(rows))
    return trained(k, k.Model(inputs, y), *[(3, 4)] * count)
