"""Dense, Activation, Identity, Lambda, ActivityRegularization."""

import inspect

from .. import activations, ops, regularizers
from ._arguments import as_count, build_activation, keep, new_weight
from .layer import Layer


class Dense(Layer):
    """activation(x kernel + bias), over the last axis.

    Args:
        units: size of the output's last axis.
        activation: a name that fastnn.activations knows, None, or a function of tensors.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: names or callables.
        kernel_regularizer, bias_regularizer, activity_regularizer: what training adds to the loss
            for the weights and for the output: names, callables or None.
        kernel_constraint, bias_constraint: what takes a weight's place after an update.

    Shapes: (batch, .., inputs) gives (batch, .., units).
    Weights: kernel (inputs, units), bias (units,).

    Raises:
        ValueError: the last axis is not what the layer was built for.

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
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **arguments,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **arguments)
        self.units = as_count(units, "Dense", "units")
        self.use_bias = bool(use_bias)
        keep(self, activation=activation)
        keep(self, kernel_initializer=kernel_initializer, bias_initializer=bias_initializer)
        keep(self, kernel_regularizer=kernel_regularizer, bias_regularizer=bias_regularizer)
        keep(self, kernel_constraint=kernel_constraint, bias_constraint=bias_constraint)
        self.bias = self._inputs = None

    def build(self, input_shape):
        inputs = input_shape[-1] if input_shape else None
        if len(input_shape) < 2 or inputs is None:
            raise ValueError(
                f"{self.name}: the input has shape {tuple(input_shape)}; (batch, .., inputs) is "
                "wanted. Reshape((-1, 1)) makes each number of a row an input of its own."
            )
        self.kernel = new_weight(self, "kernel", (inputs, self.units))
        if self.use_bias:
            self.bias = new_weight(self, "bias", (self.units,))
        self._inputs = inputs
        build_activation(self, self.compute_output_shape(input_shape))

    def _check(self, shape):
        if len(shape) < 2 or shape[-1] != self._inputs:
            raise ValueError(
                f"{self.name}: the input has shape {tuple(shape)}, but the layer was built for "
                f"{self._inputs} inputs, the last axis. Pictures want a Flatten before it."
            )

    def call(self, inputs):
        self._check(inputs.shape)
        fused = activations.fused(self.activation)
        if fused is not None:
            return ops.dense(inputs, self.kernel, self.bias, fused)
        return self.activation(ops.dense(inputs, self.kernel, self.bias))

    def compute_output_shape(self, input_shape):
        if self._inputs is not None:
            self._check(input_shape)
        return (*input_shape[:-1], self.units)


class Activation(Layer):
    """An activation as a layer of its own.

    Args:
        activation: a name that fastnn.activations knows, None, a function of tensors, or a layer.

    Shapes: any; unchanged but by "glu" and by functions that do so.

    >>> import fastnn
    >>> fastnn.layers.Activation("relu")([[-1.0, 2.0]]).numpy()
    array([[0., 2.]], dtype=float32)
    """

    one_input = True

    def __init__(self, activation, **arguments):
        super().__init__(**arguments)
        keep(self, activation=activation)

    def build(self, input_shape):
        build_activation(self, input_shape)

    def call(self, inputs):
        return self.activation(inputs)

    def compute_output_shape(self, input_shape):
        if isinstance(self.activation, Layer):
            return self.activation.compute_output_shape(input_shape)
        if self.activation in activations.KNOWN.values() and self.activation != activations.glu:
            return tuple(input_shape)
        return super().compute_output_shape(input_shape)


class Identity(Layer):
    """The input as it is: a place for a layer that is switched off, or a name in a model.

    Shapes: any; unchanged.

    >>> import fastnn
    >>> fastnn.layers.Identity()([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape


class Lambda(Layer):
    """A function of tensors as a layer. Weights that it uses are not the layer's: for those, write
    a class of your own.

    Args:
        function: of the input, with `training` if it has such an argument.
        output_shape: of one sample, or a function of the input's shape with the batch that gives
            the output's; by default found out by a run on zeros.
        mask: None; there are no masks.
        arguments: a dict of more keywords for the function.

    Shapes: what the function makes of them.

    >>> import fastnn
    >>> fastnn.layers.Lambda(lambda x: x * x)([[1.0, 3.0]]).numpy()
    array([[1., 9.]], dtype=float32)
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **keywords):
        super().__init__(**keywords)
        if not callable(function):
            raise TypeError(f"Lambda: function is {function!r}; a function of tensors is wanted.")
        if mask is not None:
            raise ValueError(f"Lambda: mask is {mask!r}; None is wanted, for there are no masks.")
        if not (output_shape is None or callable(output_shape)):
            output_shape = tuple(output_shape)
        self.function = function
        self.arguments = dict(arguments or {})
        self._shape = output_shape
        try:
            self._trains = "training" in inspect.signature(function).parameters
        except (TypeError, ValueError):  # some functions written in C do not say
            self._trains = False

    def _config_value(self, name):
        return self._shape if name == "output_shape" else super()._config_value(name)

    def call(self, inputs, training=False):
        more = {"training": training} if self._trains else {}
        return self.function(inputs, **self.arguments, **more)

    def compute_output_shape(self, input_shape):
        if self._shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._shape):
            return tuple(self._shape(input_shape))
        several = isinstance(input_shape, list)
        return ((input_shape[0] if several else input_shape)[0], *self._shape)


class ActivityRegularization(Layer):
    """The input as it is, whose size training adds to the loss: l1 sum(abs(x)) + l2 sum(x^2),
    divided by the batch.

    Args:
        l1, l2: numbers >= 0.

    Shapes: any; unchanged.

    >>> import fastnn
    >>> fastnn.layers.ActivityRegularization(l2=0.1)([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    one_input = True

    def __init__(self, l1=0.0, l2=0.0, **arguments):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **arguments)
        self.l1, self.l2 = float(l1), float(l2)

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape
