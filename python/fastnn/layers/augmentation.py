"""Pictures changed at random in training: the base of these layers, RandomFlip, RandomCrop."""

from .. import ops
from ..tensor import as_tensor
from ._arguments import as_count, as_real, want_channels_last
from .dropout import Noise
from .image_sizes import resized_to_aspect


class Augmentation(Noise):
    """Base of the layers that change pictures at random in training, and else leave them.

    A subclass draws in `get_random_transformation(images)`, and `transform_images(images,
    transformation)` is what follows from the draws: both for batches. Called outside of a model
    such a layer changes its input, as Keras's do; training=False keeps it from that.
    """

    _trains_alone = True

    def __init__(self, seed=None, data_format=None, **arguments):
        super().__init__(seed, **arguments)
        self.seed = seed
        self.data_format = want_channels_last(data_format, type(self).__name__)
        self._constants = {}

    def call(self, inputs, training=True):
        want_picture_or_batch(self, inputs.shape)
        one = inputs.ndim == 3
        images = ops.expand_dims(inputs, 0) if one else inputs
        images = self._in_training(images) if training else self._at_inference(images)
        return ops.squeeze(images, 0) if one else images

    def _in_training(self, images):
        return self.transform_images(images, self.get_random_transformation(images))

    def _at_inference(self, images):
        return images

    def get_random_transformation(self, images):
        """What is drawn for a batch, by name."""
        raise NotImplementedError

    def transform_images(self, images, transformation):
        """A batch, changed as drawn."""
        raise NotImplementedError

    def draw(self, images, shape, limits=(0.0, 1.0)):
        """Uniform numbers between two limits."""
        state = self.drawing(images.device)
        return ops.uniform(shape, state, *limits, self._stream, images.dtype)

    def draw_each(self, images, limits=(0.0, 1.0)):
        """A uniform number for each picture, (N, 1, 1, 1)."""
        return self.draw(images, (images.shape[0], 1, 1, 1), limits)

    def constant(self, images, key, values):
        """The numbers that `values()` gives, as a tensor beside `images`, made once for a key: what
        is recorded cannot make them."""
        key = (key, images.dtype, images.device)
        if key not in self._constants:
            with images.device:
                self._constants[key] = as_tensor(values(), self.name, dtype=images.dtype)
        return self._constants[key]

    def compute_output_shape(self, input_shape):
        want_picture_or_batch(self, input_shape)
        return tuple(input_shape)


def want_picture_or_batch(layer, shape, channels=None):
    """Refuses what is neither (height, width, channels) nor a batch of these."""
    if len(shape) not in (3, 4):
        raise ValueError(
            f"{layer.name}: the input has shape {tuple(shape)}; (batch, height, width, channels), "
            "or (height, width, channels) for one picture, is wanted."
        )
    if channels is not None and shape[-1] not in channels:
        wanted = " or ".join(map(str, channels))
        raise ValueError(
            f"{layer.name}: the input has shape {tuple(shape)}, {shape[-1]} channels; {wanted} are "
            "wanted."
        )


def as_range(value, kind, name, low=-1.0, high=1.0):
    """(lower, upper) of a pair, or of a number: from its negative, or `low`, up to it."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(
                f"{kind}: {name} is {value!r}; a number, or two from {low} to {high}, is wanted."
            )
        return tuple(sorted(as_real(one, kind, name, low, high) for one in value))
    number = abs(as_real(value, kind, name, low, high))
    return max(-number, low), number


def as_value_range(value, kind):
    """(lowest, highest) of the pictures' values."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(
            f"{kind}: value_range is {value!r}; two numbers, the lowest and the highest value of a "
            "picture, are wanted, such as (0, 255)."
        )
    low, high = sorted(as_real(one, kind, "value_range") for one in value)
    if low == high:
        raise ValueError(f"{kind}: value_range is {value!r}; two different numbers are wanted.")
    return low, high


class RandomFlip(Augmentation):
    """In training, half of the pictures mirrored.

    Args:
        mode: "horizontal", left and right change places; "vertical", top and bottom do;
            "horizontal_and_vertical", both at once.
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.
        data_format: None or "channels_last".

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: the mode is unknown, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> x = np.array([1, 2, 3]).reshape(1, 1, 3, 1)
    >>> flip = fastnn.layers.RandomFlip("horizontal", seed=1)
    >>> {tuple(flip(x, training=True).numpy().ravel().tolist()) for _ in range(20)} == {
    ...     (1.0, 2.0, 3.0), (3.0, 2.0, 1.0)}
    True
    """

    def __init__(self, mode="horizontal_and_vertical", seed=None, data_format=None, **arguments):
        super().__init__(seed, data_format, **arguments)
        if mode not in _AXES:
            raise ValueError(f"RandomFlip: mode is {mode!r}; one of {', '.join(_AXES)} is wanted.")
        self.mode = mode

    def get_random_transformation(self, images):
        return {"flips": ops.less_equal(self.draw_each(images), 0.5)}

    def transform_images(self, images, transformation):
        return ops.where(transformation["flips"], ops.flip(images, _AXES[self.mode]), images)


_AXES = {"horizontal": (2,), "vertical": (1,), "horizontal_and_vertical": (1, 2)}


class RandomCrop(Augmentation):
    """In training, a window of the pictures at a random place, the same for the whole batch.

    At inference, and where a picture is no larger than the window, the largest part of it in the
    middle that has the window's aspect ratio, resized: what Keras documents. (Keras 3.15 itself
    leaves pictures as they are at inference, whatever its output shape says.)

    Args:
        height, width: of the window.
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.
        data_format: None or "channels_last".

    Shapes: (batch, H, W, channels) gives (batch, height, width, channels); or without the batch.

    Raises:
        ValueError: the input is no pictures.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.RandomCrop(4, 3)(np.ones((2, 8, 8, 3)), training=True).shape
    (2, 4, 3, 3)
    """

    def __init__(self, height, width, seed=None, data_format=None, **arguments):
        super().__init__(seed, data_format, **arguments)
        self.height = as_count(height, "RandomCrop", "height")
        self.width = as_count(width, "RandomCrop", "width")

    def _in_training(self, images):
        if images.shape[1] > self.height and images.shape[2] > self.width:
            return super()._in_training(images)
        return self._at_inference(images)

    def _at_inference(self, images):
        if images.shape[1:3] == (self.height, self.width):
            return images
        return resized_to_aspect(images, (self.height, self.width), "bilinear")

    def get_random_transformation(self, images):
        _, height, width, _ = images.shape
        return {
            "h_start": self._start(images, height - self.height),
            "w_start": self._start(images, width - self.width),
        }

    def _start(self, images, most):
        drawn = ops.floor(self.draw(images, (1,), (0.0, most + 1.0)))
        return ops.minimum(drawn, float(most))  # a number just below most + 1 may round to it

    def transform_images(self, images, transformation):
        starts = [transformation[name] for name in ("w_start", "h_start")]
        rows = [[0, 0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 0, 0]]
        moves = self.constant(images, "moves", lambda: rows)
        unmoved = self.constant(images, "unmoved", lambda: [1, 0, 0, 0, 1, 0, 0, 0])
        matrix = ops.dense(ops.reshape(ops.concatenate(starts), (1, 2)), moves, unmoved)
        matrix = ops.reshape(matrix, (8,))
        size = (self.height, self.width)
        return ops.affine_transform(images, matrix, "nearest", "nearest", size=size)

    def compute_output_shape(self, input_shape):
        want_picture_or_batch(self, input_shape)
        return (*input_shape[:-3], self.height, self.width, input_shape[-1])
