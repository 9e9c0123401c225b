"""Calls of ops/conv2d.py."""

import numpy as np
from fastnn import ops

from . import call


def picture(channels=2):
    return np.ones((1, 4, 5, channels), "float32")


def steps():
    return {"strides": 1, "padding": "same", "dilation_rate": 1, "activation": "relu"}


CALLS = {
    "ops.conv2d": lambda: call(
        ops.conv2d,
        x=picture(),
        kernel=np.ones((3, 3, 2, 4), "float32"),
        bias=np.ones(4, "float32"),
        groups=1,
        **steps(),
    ),
    "ops.conv2d_transpose": lambda: call(
        ops.conv2d_transpose,
        x=picture(),
        kernel=np.ones((3, 3, 4, 2), "float32"),
        bias=np.ones(4, "float32"),
        output_padding=None,
        **steps(),
    ),
    "ops.depthwise_conv2d": lambda: call(
        ops.depthwise_conv2d,
        x=picture(),
        kernel=np.ones((3, 3, 2, 2), "float32"),
        bias=np.ones(4, "float32"),
        **steps(),
    ),
    "ops.separable_conv2d": lambda: call(
        ops.separable_conv2d,
        x=picture(),
        depthwise_kernel=np.ones((3, 3, 2, 2), "float32"),
        pointwise_kernel=np.ones((1, 1, 4, 3), "float32"),
        bias=np.ones(3, "float32"),
        **steps(),
    ),
}
