"""DepthwiseConv2D and SeparableConv2D."""

from .. import ops
from ._arguments import as_count, keep, new_weight
from ._convolving import Convolving


class DepthwiseConv2D(Convolving):
    """A convolution of each channel by itself.

    Args:
        kernel_size, strides: of the window: a number, or (down, across).
        padding: "valid" for none, or "same" for ceil(size / stride) pixels.
        depth_multiplier: filters of each channel.
        data_format: None or "channels_last".
        dilation_rate: the distance of the window's taps.
        activation: a name that fastnn.activations knows, None, or a function of tensors.
        use_bias: whether there is a bias.
        depthwise_initializer, bias_initializer: names or callables.
        depthwise_regularizer, bias_regularizer, activity_regularizer: what training adds to the
            loss for the weights and for the output: names, callables or None.
        depthwise_constraint, bias_constraint: what takes a weight's place after an update.

    Shapes: (batch, height, width, channels) gives (batch, rows, columns, channels *
    depth_multiplier), a channel's filters side by side.
    Weights: kernel (rows, columns, channels, depth_multiplier), bias (channels *
    depth_multiplier,).

    Raises:
        ValueError: as Conv2D.

    >>> import numpy as np, fastnn
    >>> layer = fastnn.layers.DepthwiseConv2D(3, depth_multiplier=2)
    >>> layer(np.ones((2, 8, 8, 5))).shape, layer.count_params()
    ((2, 6, 6, 10), 100)
    """

    def __init__(
        self,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=(1, 1),
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **arguments,
    ):
        arguments["activity_regularizer"] = activity_regularizer
        windows = (kernel_size, strides, padding, data_format, dilation_rate)
        super().__init__(*windows, activation, use_bias, **arguments)
        self.depth_multiplier = as_count(depth_multiplier, "DepthwiseConv2D", "depth_multiplier")
        keep(self, depthwise_initializer=depthwise_initializer, bias_initializer=bias_initializer)
        keep(self, depthwise_regularizer=depthwise_regularizer, bias_regularizer=bias_regularizer)
        keep(self, depthwise_constraint=depthwise_constraint, bias_constraint=bias_constraint)

    def _make_weights(self, channels):
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = new_weight(self, "kernel", shape, "depthwise")
        if self.use_bias:
            self.bias = new_weight(self, "bias", (channels * self.depth_multiplier,))

    def call(self, inputs):
        return self._convolve(ops.depthwise_conv2d, inputs, self.kernel)

    def compute_output_shape(self, input_shape):
        channels = input_shape[-1] if input_shape else None
        filters = None if channels is None else channels * self.depth_multiplier
        return self._output_shape(input_shape, filters)


class SeparableConv2D(Convolving):
    """A depthwise convolution, then one of 1 x 1 that mixes the channels.

    Args:
        filters: channels of the result.
        kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier: of the
            depthwise convolution, as DepthwiseConv2D.
        activation: a name that fastnn.activations knows, None, or a function of tensors.
        use_bias: whether there is a bias.
        depthwise_initializer, pointwise_initializer, bias_initializer: names or callables.
        depthwise_regularizer, pointwise_regularizer, bias_regularizer, activity_regularizer: what
            training adds to the loss for the weights and for the output: names, callables or None.
        depthwise_constraint, pointwise_constraint, bias_constraint: what takes a weight's place
            after an update.

    Shapes: (batch, height, width, channels) gives (batch, rows, columns, filters).
    Weights: depthwise_kernel (rows, columns, channels, depth_multiplier), pointwise_kernel (1, 1,
    channels * depth_multiplier, filters), bias (filters,).

    Raises:
        ValueError: as Conv2D.

    Source: F. Chollet, Xception: Deep Learning with Depthwise Separable Convolutions (2017).

    >>> import numpy as np, fastnn
    >>> layer = fastnn.layers.SeparableConv2D(4, 3, padding="same")
    >>> layer(np.ones((2, 8, 8, 5))).shape, layer.count_params()
    ((2, 8, 8, 4), 69)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        **arguments,
    ):
        arguments["activity_regularizer"] = activity_regularizer
        windows = (kernel_size, strides, padding, data_format, dilation_rate)
        super().__init__(*windows, activation, use_bias, **arguments)
        self.filters = as_count(filters, "SeparableConv2D", "filters")
        self.depth_multiplier = as_count(depth_multiplier, "SeparableConv2D", "depth_multiplier")
        keep(self, depthwise_initializer=depthwise_initializer)
        keep(self, pointwise_initializer=pointwise_initializer, bias_initializer=bias_initializer)
        keep(self, depthwise_regularizer=depthwise_regularizer)
        keep(self, pointwise_regularizer=pointwise_regularizer, bias_regularizer=bias_regularizer)
        keep(self, depthwise_constraint=depthwise_constraint)
        keep(self, pointwise_constraint=pointwise_constraint, bias_constraint=bias_constraint)

    def _make_weights(self, channels):
        inner = channels * self.depth_multiplier
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = new_weight(self, "depthwise_kernel", shape, "depthwise")
        shape = (1, 1, inner, self.filters)
        self.pointwise_kernel = new_weight(self, "pointwise_kernel", shape, "pointwise")
        if self.use_bias:
            self.bias = new_weight(self, "bias", (self.filters,))

    def call(self, inputs):
        kernels = (self.depthwise_kernel, self.pointwise_kernel)
        return self._convolve(ops.separable_conv2d, inputs, *kernels)

    def compute_output_shape(self, input_shape):
        return self._output_shape(input_shape, self.filters)
