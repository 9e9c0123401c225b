"""What the convolutions share."""

from .. import activations
from ..ops._windows import as_pair, known_sizes, windows
from ._arguments import as_padding, build_activation, keep, want_channels_last, want_pictures
from .layer import Layer


class Convolving(Layer):
    """Base of the convolutions: windows over pictures, and an activation where the sums are."""

    one_input = True

    def __init__(
        self,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        activation,
        use_bias,
        **arguments,
    ):
        super().__init__(**arguments)
        kind = type(self).__name__
        self.kernel_size = as_pair(kernel_size, kind, "kernel_size")
        self.strides = as_pair(strides, kind, "strides")
        self.padding = as_padding(padding, kind)
        self.data_format = want_channels_last(data_format, kind)
        self.dilation_rate = as_pair(dilation_rate, kind, "dilation_rate")
        self.use_bias = bool(use_bias)
        keep(self, activation=activation)
        self.bias = self._channels = None

    def build(self, input_shape):
        shape = self.compute_output_shape(input_shape)  # refuses what cannot be convolved
        if input_shape[3] is None:
            raise ValueError(
                f"{self.name}: the input has shape {tuple(input_shape)}; channels of a known "
                "number are wanted."
            )
        self._make_weights(input_shape[3])
        self._channels = input_shape[3]
        build_activation(self, shape)

    def _convolve(self, operation, inputs, *weights, **settings):
        """activation(operation(..)), in one kernel if it ends in that activation."""
        want_pictures(self, inputs.shape, self._channels)
        operands = (inputs, *weights, self.bias, self.strides, self.padding)
        settings["dilation_rate"] = self.dilation_rate
        fused = activations.fused(self.activation)
        if fused is not None:
            return operation(*operands, activation=fused, **settings)
        return self.activation(operation(*operands, **settings))

    def _output_shape(self, input_shape, filters, function=windows, *more):
        """(batch, rows, columns, filters), with None where a size of the input is."""
        want_pictures(self, input_shape, self._channels)
        geometry = (self.kernel_size, self.strides, self.dilation_rate, self.padding)
        sizes = known_sizes(function, self.name, input_shape[1:3], *geometry, *more)
        return (input_shape[0], *sizes, filters)
