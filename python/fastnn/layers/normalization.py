"""BatchNormalization and LayerNormalization."""

from .. import ops
from ._arguments import as_axes, as_axis, as_real, keep, new_weight
from .layer import Layer


class BatchNormalization(Layer):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, over all but the last axis.

    In training, mean and variance are the batch's, and moving averages follow them; in inference,
    and in a layer whose `trainable` is False, they are the moving ones.

    Args:
        axis: of the channels; the last one.
        momentum: moving = moving momentum + batch (1 - momentum), the variance biased.
        epsilon: a number >= 0.
        center, scale: whether there is a beta, and a gamma.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer:
            names or callables.
        beta_regularizer, gamma_regularizer: what training adds to the loss.
        beta_constraint, gamma_constraint: what takes a weight's place after an update.
        renorm, renorm_clipping, renorm_momentum, synchronized: Keras's; only their defaults.

    Shapes: (.., channels); unchanged.
    Weights: gamma, beta, moving_mean, moving_variance, each (channels,); the last two are not
    trained.

    Raises:
        ValueError: the axis is not the last, or of another size than before.

    Source: Ioffe and Szegedy, Batch Normalization (2015).

    >>> import numpy as np, fastnn
    >>> layer = fastnn.layers.BatchNormalization(epsilon=0.0)
    >>> layer([[1.0], [3.0]], training=True).numpy().ravel(), layer.moving_mean.numpy().round(4)
    (array([-1.,  1.], dtype=float32), array([0.02], dtype=float32))
    """

    one_input = True

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **arguments,
    ):
        super().__init__(**arguments)
        kind = "BatchNormalization"
        if renorm or synchronized:
            raise ValueError(f"{kind}: renorm and synchronized are not there; False is wanted.")
        self.renorm = self.synchronized = False
        self.renorm_clipping, self.renorm_momentum = renorm_clipping, renorm_momentum
        self.axis = as_axis(axis, kind)
        self.momentum = as_real(momentum, kind, "momentum", 0, 1)
        self.epsilon = as_real(epsilon, kind, "epsilon", 0)
        self.center, self.scale = bool(center), bool(scale)
        keep(self, beta_initializer=beta_initializer, gamma_initializer=gamma_initializer)
        keep(self, moving_mean_initializer=moving_mean_initializer)
        keep(self, moving_variance_initializer=moving_variance_initializer)
        keep(self, beta_regularizer=beta_regularizer, gamma_regularizer=gamma_regularizer)
        keep(self, beta_constraint=beta_constraint, gamma_constraint=gamma_constraint)
        self.gamma = self.beta = self._channels = None

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        shape = (input_shape[-1],)
        if self.scale:
            self.gamma = new_weight(self, "gamma", shape)
        if self.center:
            self.beta = new_weight(self, "beta", shape)
        self.moving_mean, self.moving_variance = (
            self.add_weight(shape, getattr(self, f"{name}_initializer"), trainable=False, name=name)
            for name in ("moving_mean", "moving_variance")
        )
        self._channels = shape[0]

    def call(self, inputs, training=False):
        self.compute_output_shape(inputs.shape)
        moving = (self.moving_mean, self.moving_variance)
        learns = bool(training) and self.trainable
        return ops.batch_norm(
            inputs, self.gamma, self.beta, *moving, learns, self.momentum, self.epsilon
        )

    def compute_output_shape(self, input_shape):
        if len(input_shape) < 2 or self.axis not in (-1, len(input_shape) - 1):
            raise ValueError(
                f"{self.name}: axis {self.axis} of an input {tuple(input_shape)}; the last of at "
                "least two axes is wanted, -1. A Permute before it brings an axis to the end."
            )
        if input_shape[-1] is None or self._channels not in (None, input_shape[-1]):
            built = f"the layer was built for {self._channels} channels"
            raise ValueError(
                f"{self.name}: the input has shape {tuple(input_shape)}, but "
                f"{built if self._channels else 'a known number of channels is wanted'}, the last "
                "axis."
            )
        return tuple(input_shape)


class LayerNormalization(Layer):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance of each sample along
    the last axes.

    Args:
        axis: the last one, or a list of the last ones.
        epsilon: a number >= 0.
        center, scale: whether there is a beta, and a gamma.
        beta_initializer, gamma_initializer: names or callables.
        beta_regularizer, gamma_regularizer: what training adds to the loss.
        beta_constraint, gamma_constraint: what takes a weight's place after an update.

    Shapes: any; unchanged.
    Weights: gamma, beta, each of the shape of the normalised axes.

    Raises:
        ValueError: an axis is not among the last, or of another size than before.

    Source: Ba, Kiros and Hinton, Layer Normalization (2016).

    >>> import fastnn
    >>> fastnn.layers.LayerNormalization(epsilon=0.0)([[1.0, 3.0]]).numpy()
    array([[-1.,  1.]], dtype=float32)
    """

    one_input = True

    def __init__(
        self,
        axis=-1,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **arguments,
    ):
        kind = "LayerNormalization"
        if arguments.pop("rms_scaling", False):
            raise ValueError(f"{kind}: rms_scaling is not there; Keras has given it up as well.")
        super().__init__(**arguments)
        self.axis = as_axes(axis, kind)
        self.epsilon = as_real(epsilon, kind, "epsilon", 0)
        self.center, self.scale = bool(center), bool(scale)
        keep(self, beta_initializer=beta_initializer, gamma_initializer=gamma_initializer)
        keep(self, beta_regularizer=beta_regularizer, gamma_regularizer=gamma_regularizer)
        keep(self, beta_constraint=beta_constraint, gamma_constraint=gamma_constraint)
        self.gamma = self.beta = self._sizes = None

    def build(self, input_shape):
        sizes = self._normalised(input_shape)
        if self.scale:
            self.gamma = new_weight(self, "gamma", sizes)
        if self.center:
            self.beta = new_weight(self, "beta", sizes)
        self._sizes = sizes

    def call(self, inputs):
        sizes = self._normalised(inputs.shape)
        axes = tuple(range(-len(sizes), 0))
        return ops.layer_norm(inputs, self.gamma, self.beta, axes, self.epsilon)

    def compute_output_shape(self, input_shape):
        self._normalised(input_shape)
        return tuple(input_shape)

    def _normalised(self, shape):
        """The sizes of the axes that are normalised."""
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        rank, count = len(shape), len(axes)
        last = list(range(rank - count, rank))
        if not 0 < count < rank or sorted(a + rank if a < 0 else a for a in axes) != last:
            raise ValueError(
                f"{self.name}: axis {self.axis} of an input {tuple(shape)}; the last axes are "
                "wanted, such as -1 or (-2, -1). A Permute before it brings axes to the end."
            )
        sizes = tuple(shape[-count:])
        if None in sizes or self._sizes not in (None, sizes):
            raise ValueError(
                f"{self.name}: the input has shape {tuple(shape)}, but for its last axes "
                f"{self._sizes or 'known sizes'} is wanted."
            )
        return sizes
