"""Convolutions."""

import itertools

from . import case, numbers
from .layers import ask

PICTURES = (2, 7, 6, 4)


def options(**variants):
    """A case for each dict of a layer's arguments."""
    return case(**{name: (arguments,) for name, arguments in variants.items()})


@options(
    plain={},
    same={"padding": "same"},
    strides={"strides": 2},
    strides_same={"strides": (2, 3), "padding": "same"},
    dilated={"dilation_rate": (2, 1)},
    dilated_same={"dilation_rate": 2, "padding": "same"},
    groups={"groups": 2},
    groups_of_one={"groups": 4, "filters": 8},
    no_bias={"use_bias": False},
    relu={"activation": "relu"},
    softmax={"activation": "softmax"},
    even={"kernel_size": (2, 4), "padding": "same"},
    one={"kernel_size": 1},
)
def conv2d(k, arguments):
    layer = k.layers.Conv2D(**{"filters": 6, "kernel_size": 3, **arguments})
    return ask(layer, numbers(*PICTURES))


@options(
    **{
        f"{padding}_{kernel}_{stride}_{more}": {
            "kernel_size": (kernel, 2),
            "strides": (stride, 2),
            "padding": padding,
            "output_padding": None if more is None else (more, 1),
        }
        for padding, kernel, stride, more in itertools.product(
            ("valid", "same"), (2, 3), (1, 3), (None, 0)
        )
    },
    more={"strides": 3, "output_padding": 2, "padding": "same"},
    dilated={"dilation_rate": 2},
    dilated_same={"dilation_rate": (1, 2), "padding": "same"},
    relu={"activation": "relu", "use_bias": False},
)
def conv2d_transpose(k, arguments):
    layer = k.layers.Conv2DTranspose(3, **{"kernel_size": 3, **arguments})
    return ask(layer, numbers(2, 3, 4, 2))


@options(
    plain={},
    same={"padding": "same", "strides": 2},
    multiplier={"depth_multiplier": 3, "activation": "tanh"},
    dilated={"dilation_rate": 2, "padding": "same", "use_bias": False},
)
def depthwise_conv2d(k, arguments):
    return ask(k.layers.DepthwiseConv2D((3, 2), **arguments), numbers(*PICTURES))


@options(
    plain={},
    same={"padding": "same", "strides": 2},
    multiplier={"depth_multiplier": 2, "activation": "relu"},
    dilated={"dilation_rate": 2, "padding": "same", "use_bias": False},
)
def separable_conv2d(k, arguments):
    return ask(k.layers.SeparableConv2D(5, (3, 2), **arguments), numbers(*PICTURES))
