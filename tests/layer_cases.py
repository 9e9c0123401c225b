"""Every layer, in its options that change shapes, with inputs that it takes: what holds of all of
them is in test_layers_all.py."""

from fastnn import layers

ROWS, STEPS, PICTURES = [(4, 6)], [(4, 3, 6)], [(4, 7, 6, 4)]

# name -> (what makes the layer, shapes of inputs with a batch of 4)
CASES = {
    "Dense": (lambda: layers.Dense(5, "relu"), ROWS),
    "Dense of steps": (lambda: layers.Dense(5, use_bias=False), STEPS),
    "Dense with a PReLU": (lambda: layers.Dense(5, layers.PReLU("ones")), ROWS),
    "Dense with a softmax": (lambda: layers.Dense(5, "softmax"), ROWS),
    "Activation": (lambda: layers.Activation("gelu"), STEPS),
    "Activation glu": (lambda: layers.Activation("glu"), STEPS),
    "Activation of a layer": (lambda: layers.Activation(layers.LeakyReLU()), STEPS),
    "Activation of a function": (lambda: layers.Activation(lambda x: x * 2.0), STEPS),
    "ActivityRegularization": (lambda: layers.ActivityRegularization(0.1, 0.1), ROWS),
    "Identity": (lambda: layers.Identity(), STEPS),
    "Lambda": (lambda: layers.Lambda(lambda x: x[:, 1:]), STEPS),
    "Lambda with a shape": (lambda: layers.Lambda(lambda x: x[:, 1:], (2, 6)), STEPS),
    "Lambda with a function of shapes": (
        lambda: layers.Lambda(lambda x: x[:, 1:], lambda s: (s[0], s[1] - 1, *s[2:])),
        STEPS,
    ),
    "Flatten": (lambda: layers.Flatten(), PICTURES),
    "Flatten of numbers": (lambda: layers.Flatten(), [(4,)]),
    "Reshape": (lambda: layers.Reshape((3, -1)), ROWS),
    "Reshape whole": (lambda: layers.Reshape((2, 3)), ROWS),
    "Permute": (lambda: layers.Permute((3, 1, 2)), PICTURES),
    "RepeatVector": (lambda: layers.RepeatVector(3), ROWS),
    "Conv2D": (lambda: layers.Conv2D(5, (3, 2), (2, 1), activation="relu"), PICTURES),
    "Conv2D same": (lambda: layers.Conv2D(4, 3, 2, "same", groups=2), PICTURES),
    "Conv2D dilated": (lambda: layers.Conv2D(5, 3, dilation_rate=2, activation="silu"), PICTURES),
    "Conv2D with a PReLU": (
        lambda: layers.Conv2D(5, 3, activation=layers.PReLU(shared_axes=[1, 2])),
        PICTURES,
    ),
    "Conv2DTranspose": (lambda: layers.Conv2DTranspose(5, 3, 2), PICTURES),
    "Conv2DTranspose same": (
        lambda: layers.Conv2DTranspose(5, (3, 2), 3, "same", 2, activation="tanh"),
        PICTURES,
    ),
    "Conv2DTranspose dilated": (lambda: layers.Conv2DTranspose(5, 3, dilation_rate=2), PICTURES),
    "DepthwiseConv2D": (lambda: layers.DepthwiseConv2D(3, 2, depth_multiplier=3), PICTURES),
    "SeparableConv2D": (lambda: layers.SeparableConv2D(5, 3, padding="same"), PICTURES),
    "MaxPooling2D": (lambda: layers.MaxPooling2D(), PICTURES),
    "MaxPooling2D same": (lambda: layers.MaxPooling2D(3, 2, "same"), PICTURES),
    "AveragePooling2D": (lambda: layers.AveragePooling2D((2, 3), 1), PICTURES),
    "GlobalAveragePooling2D": (lambda: layers.GlobalAveragePooling2D(), PICTURES),
    "GlobalMaxPooling2D": (lambda: layers.GlobalMaxPooling2D(keepdims=True), PICTURES),
    "ZeroPadding2D": (lambda: layers.ZeroPadding2D(((0, 1), (2, 0))), PICTURES),
    "Cropping2D": (lambda: layers.Cropping2D(((0, 1), (2, 0))), PICTURES),
    "UpSampling2D": (lambda: layers.UpSampling2D((2, 3)), PICTURES),
    "ReLU": (lambda: layers.ReLU(2.0, 0.1, 0.5), STEPS),
    "LeakyReLU": (lambda: layers.LeakyReLU(), STEPS),
    "ELU": (lambda: layers.ELU(), STEPS),
    "PReLU": (lambda: layers.PReLU(), STEPS),
    "Softmax": (lambda: layers.Softmax(1), STEPS),
    "Maxout": (lambda: layers.Maxout(2), STEPS),
    "Maxout of an axis": (lambda: layers.Maxout(1, axis=1), STEPS),
    "BatchNormalization": (lambda: layers.BatchNormalization(), PICTURES),
    "LayerNormalization": (lambda: layers.LayerNormalization((1, 2)), STEPS),
    "Rescaling": (lambda: layers.Rescaling(0.5, 1), PICTURES),
    "Rescaling of channels": (lambda: layers.Rescaling([0.5, 1, 2, 3]), PICTURES),
    "Dropout": (lambda: layers.Dropout(0.5, seed=3), STEPS),
    "SpatialDropout2D": (lambda: layers.SpatialDropout2D(0.5, seed=3), PICTURES),
    "AlphaDropout": (lambda: layers.AlphaDropout(0.5, (None, 1, None), seed=3), STEPS),
    "GaussianDropout": (lambda: layers.GaussianDropout(0.5, seed=3), STEPS),
    "GaussianNoise": (lambda: layers.GaussianNoise(0.5, seed=3), STEPS),
    "Add": (lambda: layers.Add(), STEPS * 3),
    "Add of ranks": (lambda: layers.Add(), STEPS + ROWS),
    "Subtract": (lambda: layers.Subtract(), [(4, 3, 1), (4, 1, 6)]),
    "Multiply": (lambda: layers.Multiply(), ROWS * 2),
    "Average": (lambda: layers.Average(), ROWS * 3),
    "Maximum": (lambda: layers.Maximum(), ROWS * 2),
    "Minimum": (lambda: layers.Minimum(), ROWS * 2),
    "Concatenate": (lambda: layers.Concatenate(1), [(4, 3, 6), (4, 5, 6)]),
    "Dot": (lambda: layers.Dot((2, 1)), [(4, 3, 6), (4, 6, 2)]),
    "Dot of rows": (lambda: layers.Dot(1, normalize=True), ROWS * 2),
}

# What is not a layer with weights or settings of its own, and the second names.
APART = {"Input", "InputLayer", "Layer", "AvgPool2D", "Convolution2D", "Convolution2DTranspose"}
APART |= {"GlobalAvgPool2D", "GlobalMaxPool2D", "MaxPool2D", "SeparableConvolution2D"}

WEIGHTS = {
    "Dense": "kernel bias",
    "Conv2D": "kernel bias",
    "Conv2DTranspose": "kernel bias",
    "DepthwiseConv2D": "kernel bias",
    "SeparableConv2D": "depthwise_kernel pointwise_kernel bias",
    "PReLU": "alpha",
    "BatchNormalization": "gamma beta moving_mean moving_variance",
    "LayerNormalization": "gamma beta",
}
