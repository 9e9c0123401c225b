"""The colours of pictures changed at random in training: RandomBrightness, RandomContrast,
RandomGrayscale, Solarization."""

from .. import ops
from ._arguments import as_real
from .augmentation import Augmentation, as_range, as_value_range, want_picture_or_batch


class RandomBrightness(Augmentation):
    """In training, a number added to each picture.

    Args:
        factor: the least and the largest number, as parts of the range of values from -1 to 1; a
            number stands for its negative and itself.
        value_range: the lowest and the highest value of a picture, to which results are clipped.
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: the factor is outside, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> lighter = fastnn.layers.RandomBrightness((0.2, 0.2))
    >>> lighter(np.array([10, 250]).reshape(1, 2, 1), training=True).numpy().ravel()
    array([ 61., 255.], dtype=float32)
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, **arguments):
        super().__init__(seed, **arguments)
        self.factor = as_range(factor, "RandomBrightness", "factor")
        self.value_range = as_value_range(value_range, "RandomBrightness")

    def get_random_transformation(self, images):
        low, high = self.value_range
        limits = [f * (high - low) for f in self.factor]
        return {"rgb_delta": self.draw_each(images, limits)}

    def transform_images(self, images, transformation):
        return ops.clip(ops.add(images, transformation["rgb_delta"]), *self.value_range)


class RandomContrast(Augmentation):
    """In training, each channel of each picture stretched about its mean: (x - mean) f + mean.

    Args:
        factor: (a, b) from 0 to 1 for an f from 1 - a to 1 + b; a number b stands for (0, b), as in
            Keras 3.15.
        value_range: the lowest and the highest value of a picture, to which results are clipped.
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: the factor is outside, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> contrast = fastnn.layers.RandomContrast(0.2, seed=1)
    >>> contrast(np.full((2, 8, 8, 3), 7), training=True).numpy().mean().round(3)
    np.float32(7.0)
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, **arguments):
        super().__init__(seed, **arguments)
        self.factor = as_range(factor, "RandomContrast", "factor", 0.0)
        self.value_range = as_value_range(value_range, "RandomContrast")

    def get_random_transformation(self, images):
        lower, upper = self.factor
        return {"contrast_factor": self.draw_each(images, (1 - lower, 1 + upper))}

    def transform_images(self, images, transformation):
        factor = transformation["contrast_factor"]
        mean = ops.mean(images, (1, 2), keepdims=True)
        # x f + (mean - mean f): two passes over the pictures and the clipping.
        shift = ops.subtract(mean, ops.multiply(mean, factor))
        return ops.clip(ops.add(ops.multiply(images, factor), shift), *self.value_range)


class RandomGrayscale(Augmentation):
    """In training, some pictures made gray: 0.2989 red + 0.5870 green + 0.1140 blue.

    Args:
        factor: with which probability, from 0 to 1.
        data_format: None or "channels_last".
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.

    Shapes: (batch, height, width, 3), or one picture without the batch; unchanged. Pictures of one
    channel are gray.

    Raises:
        ValueError: the factor is outside, or the input is no pictures of 3 or 1 channels.

    >>> import numpy as np, fastnn
    >>> gray = fastnn.layers.RandomGrayscale(1.0)
    >>> gray(np.array([[[100.0, 0, 0]]]), training=True).numpy().round(2)
    array([[[29.89, 29.89, 29.89]]], dtype=float32)
    """

    def __init__(self, factor=0.5, data_format=None, seed=None, **arguments):
        super().__init__(seed, data_format, **arguments)
        self.factor = as_real(factor, "RandomGrayscale", "factor", 0, 1)

    def get_random_transformation(self, images):
        want_picture_or_batch(self, images.shape, (1, 3))
        return ops.less(self.draw_each(images), self.factor)

    def transform_images(self, images, transformation):
        if images.shape[3] == 1:
            return images
        shares = self.constant(images, "shares", lambda: [[0.2989], [0.5870], [0.1140]])
        return ops.where(transformation, ops.dense(images, shares), images)


class Solarization(Augmentation):
    """In training, a number added to each picture, and what is then above a threshold turned about:
    in a range of 0 to 255, x becomes 255 - x.

    Args:
        addition_factor: the least and the largest number, from 0 to 1; a number stands for (0,
            itself). In the range 0 to 255 the largest counts 255 fold, the least, as in Keras 3.15,
            as it is.
        threshold_factor: the same for the threshold.
        value_range: the lowest and the highest value of a picture, to which results are clipped.
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: a factor is outside, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> turned = fastnn.layers.Solarization()
    >>> turned(np.array([0, 100, 255]).reshape(1, 3, 1), training=True).numpy().ravel()
    array([255., 155.,   0.], dtype=float32)
    """

    def __init__(
        self,
        addition_factor=0.0,
        threshold_factor=0.0,
        value_range=(0, 255),
        seed=None,
        **arguments,
    ):
        super().__init__(seed, **arguments)
        self.addition_factor = as_range(addition_factor, "Solarization", "addition_factor", 0.0)
        self.threshold_factor = as_range(threshold_factor, "Solarization", "threshold_factor", 0.0)
        self.value_range = as_value_range(value_range, "Solarization")

    def get_random_transformation(self, images):
        factors = {"additions": self.addition_factor, "thresholds": self.threshold_factor}
        return {
            name: self.draw_each(images, (low, 255 * high)) for name, (low, high) in factors.items()
        }

    def transform_images(self, images, transformation):
        low, high = self.value_range
        scale = 255 / (high - low)
        x = ops.multiply(ops.subtract(images, low), scale)
        x = ops.clip(ops.add(x, transformation["additions"]), 0, 255)
        x = ops.where(ops.less(x, transformation["thresholds"]), x, ops.subtract(255.0, x))
        return ops.add(ops.multiply(x, 1 / scale), low)
