"""Activations that have settings or weights: ReLU, LeakyReLU, ELU, PReLU, Softmax, Maxout."""

from .. import ops
from ._arguments import as_axes, as_axis, as_count, as_real, keep, new_weight
from .layer import Layer


class Elementwise(Layer):
    """Base of the layers that leave the shape as it is."""

    one_input = True

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


class ReLU(Elementwise):
    """max(x, 0), and its generalisations.

    Args:
        max_value: the largest result, a number >= 0, or None.
        negative_slope: >= 0: what x - threshold is multiplied by below the threshold.
        threshold: >= 0: at or below it, x counts as negative.

    Shapes: any; unchanged.

    >>> import fastnn
    >>> fastnn.layers.ReLU(max_value=1.0, negative_slope=0.5)([[-2.0, 0.5, 3.0]]).numpy()
    array([[-1. ,  0.5,  1. ]], dtype=float32)
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **arguments):
        super().__init__(**arguments)
        self.max_value = None if max_value is None else as_real(max_value, "ReLU", "max_value", 0)
        self.negative_slope = as_real(negative_slope, "ReLU", "negative_slope", 0)
        self.threshold = as_real(threshold, "ReLU", "threshold", 0)

    def call(self, inputs):
        return ops.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(Elementwise):
    """x where it is positive, else negative_slope x.

    Args:
        negative_slope: a number >= 0.

    Shapes: any; unchanged.

    Source: Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models
    (2013).

    >>> import fastnn
    >>> fastnn.layers.LeakyReLU(0.5)([[-2.0, 3.0]]).numpy()
    array([[-1.,  3.]], dtype=float32)
    """

    def __init__(self, negative_slope=0.3, **arguments):
        super().__init__(**arguments)
        self.negative_slope = as_real(negative_slope, "LeakyReLU", "negative_slope", 0)

    def call(self, inputs):
        return ops.leaky_relu(inputs, self.negative_slope)


class ELU(Elementwise):
    """x where it is positive, else alpha (exp(x) - 1).

    Args:
        alpha: a number >= 0.

    Shapes: any; unchanged.

    Source: Clevert, Unterthiner and Hochreiter, Fast and Accurate Deep Network Learning by
    Exponential Linear Units (2016).

    >>> import fastnn
    >>> fastnn.layers.ELU(0.5)([[-100.0, 3.0]]).numpy()
    array([[-0.5,  3. ]], dtype=float32)
    """

    def __init__(self, alpha=1.0, **arguments):
        super().__init__(**arguments)
        self.alpha = as_real(alpha, "ELU", "alpha", 0)

    def call(self, inputs):
        return ops.elu(inputs, self.alpha)


class PReLU(Elementwise):
    """x where it is positive, else alpha x, where alpha is learned.

    Args:
        alpha_initializer: a name or callable.
        alpha_regularizer: what training adds to the loss.
        alpha_constraint: what takes alpha's place after an update.
        shared_axes: axes of the input, from 1 on, along which there is one alpha: [1, 2] gives
            each channel of a picture its own.

    Shapes: (batch, ..); unchanged.
    Weights: alpha, of the shape of a sample, with 1 for the shared axes.

    Raises:
        ValueError: the input has no such axis, or a size that is not known or not as before.

    Source: He, Zhang, Ren and Sun, Delving Deep into Rectifiers (2015).

    >>> import fastnn
    >>> fastnn.layers.PReLU("ones")([[-2.0, 3.0]]).numpy()
    array([[-2.,  3.]], dtype=float32)
    """

    def __init__(
        self,
        alpha_initializer="Zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **arguments,
    ):
        super().__init__(**arguments)
        keep(self, alpha_initializer=alpha_initializer, alpha_regularizer=alpha_regularizer)
        keep(self, alpha_constraint=alpha_constraint)
        if shared_axes is not None:
            axes = shared_axes if isinstance(shared_axes, (tuple, list)) else (shared_axes,)
            shared_axes = tuple(as_count(n, "PReLU", "an axis of shared_axes") for n in axes)
        self.shared_axes = shared_axes
        self._sizes = None  # of a sample, None where any will do

    def build(self, input_shape):
        shared, rank = self.shared_axes or (), len(input_shape)
        sizes = tuple(None if axis in shared else input_shape[axis] for axis in range(1, rank))
        if max(shared, default=0) >= rank or sizes.count(None) > len(set(shared)):
            raise ValueError(
                f"{self.name}: the input has shape {tuple(input_shape)}; axes {shared} and known "
                "sizes of the others are wanted. shared_axes=[1, 2] leaves a picture's open."
            )
        self.alpha = new_weight(self, "alpha", tuple(1 if n is None else n for n in sizes))
        self._sizes = sizes

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)
        below = ops.relu(ops.negative(inputs))
        return ops.subtract(ops.relu(inputs), ops.multiply(below, self.alpha))

    def compute_output_shape(self, input_shape):
        sizes = self._sizes
        if sizes is not None and not (
            len(input_shape) == len(sizes) + 1
            and all(m in (None, n) for n, m in zip(input_shape[1:], sizes, strict=True))
        ):
            raise ValueError(
                f"{self.name}: the input has shape {tuple(input_shape)}, but the layer was built "
                f"for {(None, *sizes)}, an alpha for each of its numbers."
            )
        return tuple(input_shape)


class Softmax(Elementwise):
    """exp(x) / sum(exp(x)) along an axis, or several together.

    Args:
        axis: an axis, or a tuple of them.

    Shapes: any; unchanged.

    >>> import fastnn
    >>> fastnn.layers.Softmax()([[0.0, 0.0]]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """

    def __init__(self, axis=-1, **arguments):
        super().__init__(**arguments)
        self.axis = as_axes(axis, "Softmax")

    def call(self, inputs):
        return ops.softmax(inputs, self.axis)


class Maxout(Layer):
    """The maximum of each group of features: a learned activation behind a Dense or a Conv2D.

    Args:
        num_units: how many groups. Of m * num_units features, group j has j, j + num_units,
            j + 2 num_units .., as TensorFlow Addons has it.
        axis: of the features.

    Shapes: (batch, .., features) gives (batch, .., num_units).

    Raises:
        ValueError: the features are no multiple of num_units.

    Source: Goodfellow, Warde-Farley, Mirza, Courville and Bengio, Maxout Networks (2013).

    >>> import fastnn
    >>> fastnn.layers.Maxout(2)([[1.0, 2.0, 3.0, 0.0]]).numpy()
    array([[3., 2.]], dtype=float32)
    """

    one_input = True

    def __init__(self, num_units, axis=-1, **arguments):
        super().__init__(**arguments)
        self.num_units = as_count(num_units, "Maxout", "num_units")
        self.axis = as_axis(axis, "Maxout")

    def call(self, inputs):
        shape = self.compute_output_shape(inputs.shape)
        axis = self.axis % inputs.ndim
        each = inputs.shape[axis] // self.num_units
        groups = ops.reshape(inputs, (*shape[:axis], each, *shape[axis:]))
        return ops.max(groups, axis)

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        features = shape[self.axis] if -len(shape) <= self.axis < len(shape) else None
        if features is None or features % self.num_units:
            raise ValueError(
                f"{self.name}: the input has shape {tuple(shape)}; a multiple of {self.num_units} "
                f"features is wanted along axis {self.axis}."
            )
        shape[self.axis] = self.num_units
        return tuple(shape)
