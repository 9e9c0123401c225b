"""Conv2D and Conv2DTranspose."""

from .. import ops
from ..ops._windows import as_output_padding, transposed_windows
from ._arguments import as_count, keep, new_weight
from ._convolving import Convolving


class Conv2D(Convolving):
    """activation(x * kernel + bias): each pixel of the result is a window of x times the kernel.

    Args:
        filters: channels of the result.
        kernel_size, strides: of the window: a number, or (down, across).
        padding: "valid" for none, or "same" for ceil(size / stride) pixels.
        data_format: None or "channels_last".
        dilation_rate: the distance of the window's taps: a number, or (down, across).
        groups: the filters of a group see the channels of that group only.
        activation: a name that fastnn.activations knows, None, or a function of tensors.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: names or callables.
        kernel_regularizer, bias_regularizer, activity_regularizer: what training adds to the loss
            for the weights and for the output: names, callables or None.
        kernel_constraint, bias_constraint: what takes a weight's place after an update.

    Shapes: (batch, height, width, channels) gives (batch, rows, columns, filters).
    Weights: kernel (rows, columns, channels / groups, filters), bias (filters,).

    Raises:
        ValueError: the input is no pictures, has other channels than before, is smaller than a
            window, or its channels or the filters are no multiple of the groups.

    Source: V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning (2016).

    >>> import numpy as np, fastnn
    >>> layer = fastnn.layers.Conv2D(8, 3, padding="same", activation="relu")
    >>> layer(np.ones((2, 28, 28, 1))).shape, layer.count_params()
    ((2, 28, 28, 8), 80)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        groups=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **arguments,
    ):
        arguments["activity_regularizer"] = activity_regularizer
        windows = (kernel_size, strides, padding, data_format, dilation_rate)
        super().__init__(*windows, activation, use_bias, **arguments)
        self.filters = as_count(filters, "Conv2D", "filters")
        self.groups = as_count(groups, "Conv2D", "groups")
        if self.filters % self.groups:
            raise ValueError(
                f"Conv2D: {self.filters} filters in {self.groups} groups; a multiple of the groups "
                "is wanted."
            )
        keep(self, kernel_initializer=kernel_initializer, bias_initializer=bias_initializer)
        keep(self, kernel_regularizer=kernel_regularizer, bias_regularizer=bias_regularizer)
        keep(self, kernel_constraint=kernel_constraint, bias_constraint=bias_constraint)

    def _make_weights(self, channels):
        if channels % self.groups:
            raise ValueError(
                f"{self.name}: {channels} channels came for {self.groups} groups; a multiple of "
                "the groups is wanted."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = new_weight(self, "kernel", shape)
        if self.use_bias:
            self.bias = new_weight(self, "bias", (self.filters,))

    def call(self, inputs):
        return self._convolve(ops.conv2d, inputs, self.kernel, groups=self.groups)

    def compute_output_shape(self, input_shape):
        return self._output_shape(input_shape, self.filters)


class Conv2DTranspose(Convolving):
    """The transposed convolution, which enlarges pictures: each pixel of x adds itself, times the
    kernel, to a window of the result.

    Args:
        filters: channels of the result.
        kernel_size: of the window: a number, or (down, across).
        strides: from one pixel's window to the next one's.
        padding: "valid" for size * stride + max(kernel - stride, 0) pixels; "same" for size *
            stride.
        output_padding: None, or pixels to add at the end, less than the strides: "valid" gives
            (size - 1) * stride + kernel of them, "same" (size - 1) * stride + kernel % 2, and
            these.
        data_format: None or "channels_last".
        dilation_rate: the distance of the window's taps.
        activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
            bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint: as Conv2D.

    Shapes: (batch, height, width, channels) gives (batch, rows, columns, filters).
    Weights: kernel (rows, columns, filters, channels), bias (filters,).

    Raises:
        ValueError: the input is no pictures, or has other channels than before.

    Source: V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning (2016).

    >>> import numpy as np, fastnn
    >>> layer = fastnn.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
    >>> layer(np.ones((2, 7, 7, 8))).shape, layer.count_params()
    ((2, 14, 14, 4), 292)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate=(1, 1),
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **arguments,
    ):
        arguments["activity_regularizer"] = activity_regularizer
        windows = (kernel_size, strides, padding, data_format, dilation_rate)
        super().__init__(*windows, activation, use_bias, **arguments)
        kind = "Conv2DTranspose"
        self.filters = as_count(filters, kind, "filters")
        self.output_padding = as_output_padding(output_padding, kind, self.strides)
        keep(self, kernel_initializer=kernel_initializer, bias_initializer=bias_initializer)
        keep(self, kernel_regularizer=kernel_regularizer, bias_regularizer=bias_regularizer)
        keep(self, kernel_constraint=kernel_constraint, bias_constraint=bias_constraint)

    def _make_weights(self, channels):
        self.kernel = new_weight(self, "kernel", (*self.kernel_size, self.filters, channels))
        if self.use_bias:
            self.bias = new_weight(self, "bias", (self.filters,))

    def call(self, inputs):
        more = self.output_padding
        return self._convolve(ops.conv2d_transpose, inputs, self.kernel, output_padding=more)

    def compute_output_shape(self, input_shape):
        more = self.output_padding
        return self._output_shape(input_shape, self.filters, transposed_windows, more)
