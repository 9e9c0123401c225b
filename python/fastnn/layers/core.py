"""Dense, Activation."""

import numbers

from .. import activations, initializers, ops
from .layer import Layer


class Dense(Layer):
    """activation(x kernel + bias), over the last axis.

    Args:
        units: size of the output's last axis.
        activation: a name that fastnn.activations knows, None, or a function of tensors.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: names or callables.

    Weights: kernel (inputs, units), bias (units,).

    >>> import fastnn
    >>> layer = fastnn.layers.Dense(3, activation="relu")
    >>> layer([[1.0, 2.0]]).shape, layer.count_params()
    ((1, 3), 9)
    """

    one_input = True

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        **arguments,
    ):
        super().__init__(**arguments)
        if isinstance(units, bool) or not isinstance(units, numbers.Integral) or units < 1:
            raise ValueError(f"Dense: units is {units!r}; a positive integer is wanted.")
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias = None

    def build(self, input_shape):
        inputs = input_shape[-1]
        if len(input_shape) < 2 or inputs is None:
            raise ValueError(
                f"Dense: the input has shape {tuple(input_shape)}; (batch, .., inputs) is wanted."
            )
        self.kernel = self.add_weight((inputs, self.units), self.kernel_initializer, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight((self.units,), self.bias_initializer, name="bias")

    def call(self, x):
        if x.ndim < 2 or x.shape[-1] != self.kernel.shape[0]:
            raise ValueError(
                f"{self.name}: the input has shape {x.shape}, but the layer was built for "
                f"{self.kernel.shape[0]} inputs, the last axis."
            )
        fused = activations.fused(self.activation)
        if fused is not None:
            return ops.dense(x, self.kernel, self.bias, fused)
        return self.activation(ops.dense(x, self.kernel, self.bias))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


class Activation(Layer):
    """An activation as a layer of its own.

    Args:
        activation: a name that fastnn.activations knows, None, or a function of tensors.

    >>> import fastnn
    >>> fastnn.layers.Activation("relu")([[-1.0, 2.0]]).numpy()
    array([[0., 2.]], dtype=float32)
    """

    one_input = True

    def __init__(self, activation, **arguments):
        super().__init__(**arguments)
        self.activation = activations.get(activation)

    def call(self, x):
        return self.activation(x)

    def compute_output_shape(self, input_shape):
        if self.activation in activations.KNOWN.values():
            return tuple(input_shape)
        return super().compute_output_shape(input_shape)
