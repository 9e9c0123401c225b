"""The pixels of pictures changed at random in training: RandomErasing, RandomGaussianBlur,
RandomSharpness."""

import numbers

from .. import ops
from ._arguments import as_real
from .augmentation import Augmentation, as_range, as_value_range, want_picture_or_batch


class RandomErasing(Augmentation):
    """In training, a rectangle of each picture overwritten.

    Args:
        factor: the limits of a number, drawn from 0 to 1, with whose probability it is: a number
            stands for (0, itself).
        scale: the limits, from 0 to 1, of the squares of the rectangle's sides as parts of the
            picture's: a number stands for (0, itself).
        fill_value: a number, three for pictures of three channels, or None for normal numbers
            times the highest value; clipped to the range of values.
        value_range: the lowest and the highest value of a picture.
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.
        data_format: None or "channels_last".

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: an argument is outside, or the input is no pictures.

    Source: Zhong et al., Random Erasing Data Augmentation (2020).

    >>> import numpy as np, fastnn
    >>> erase = fastnn.layers.RandomErasing((1, 1), (0.25, 0.25), fill_value=0, seed=1)
    >>> erase(np.ones((8, 8, 1)), training=True).numpy().sum()
    np.float32(48.0)
    """

    def __init__(
        self,
        factor=1.0,
        scale=(0.02, 0.33),
        fill_value=None,
        value_range=(0, 255),
        seed=None,
        data_format=None,
        **arguments,
    ):
        super().__init__(seed, data_format, **arguments)
        self.factor = as_range(factor, "RandomErasing", "factor", 0.0)
        self.scale = as_range(scale, "RandomErasing", "scale", 0.0)
        self.value_range = as_value_range(value_range, "RandomErasing")
        self.fill_value = fill_value
        if fill_value is not None:
            several = isinstance(fill_value, (tuple, list))
            if several and len(fill_value) != 3:
                raise ValueError(
                    f"RandomErasing: fill_value is {fill_value!r}; a number, three numbers or None "
                    "is wanted."
                )
            low, high = self.value_range
            values = fill_value if several else (fill_value,)
            values = (as_real(one, "RandomErasing", "fill_value") for one in values)
            self._fill = [min(max(one, low), high) for one in values]

    def get_random_transformation(self, images):
        batch, height, width, _ = images.shape
        # The sides' parts, their squares being uniform; then places where the rectangle is inside.
        across, down = (ops.sqrt(self.draw_each(images, self.scale)) for _ in range(2))
        columns = self._inside(images, width, across, (1, 1, width, 1))
        rows = self._inside(images, height, down, (1, height, 1, 1))
        probability = self.draw(images, (batch,), self.factor)
        return {
            "apply_erasing": ops.less(self.draw(images, (batch,)), probability),
            "batch_masks": ops.greater(ops.multiply(rows, columns), 0.5),
            "fill_value": self._filling(images),
        }

    def _inside(self, images, n, part, shape):
        """1.0 where a place along an axis of n lies in the rectangle, else 0.0."""
        length = ops.multiply(part, float(n))
        start = ops.multiply(self.draw_each(images), ops.subtract(float(n), length))
        place = ops.reshape(self.constant(images, n, lambda: list(range(n))), shape)
        before_end = ops.cast(ops.less(place, ops.add(start, length)), images.dtype)
        return ops.where(ops.greater_equal(place, start), before_end, 0.0)

    def _filling(self, images):
        if self.fill_value is not None:
            if len(self._fill) == 3:
                want_picture_or_batch(self, images.shape, (3,))
            return self.constant(images, "fill", lambda: self._fill)
        low, high = self.value_range
        state, shape = self.drawing(images.device), images.shape
        drawn = ops.normal(shape, state, 0.0, abs(high), self._stream, images.dtype)
        return ops.clip(drawn, low, high)

    def transform_images(self, images, transformation):
        erased = ops.where(transformation["batch_masks"], transformation["fill_value"], images)
        apply = ops.reshape(transformation["apply_erasing"], (-1, 1, 1, 1))
        return ops.where(apply, erased, images)


class RandomGaussianBlur(Augmentation):
    """In training, some pictures blurred, with zeros around them.

    Args:
        factor: the limits of a number, drawn from 0 to 1 for each picture, with whose probability
            it is: a number stands for (0, itself).
        kernel_size: columns and rows of the window, odd: a number or (columns, rows).
        sigma: the limits, from 0 to 1, of the standard deviations in pixels along both axes, drawn
            once for a batch: a number stands for (0, itself).
        value_range: the lowest and the highest value of a picture, to which results are clipped.
        data_format: None or "channels_last".
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: an argument is outside, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> blur = fastnn.layers.RandomGaussianBlur((1, 1), (3, 1), (1, 1))
    >>> x = np.array([0, 0, 10, 0, 0]).reshape(1, 5, 1)
    >>> blur(x, training=True).numpy().ravel().round(3)
    array([0.   , 2.741, 4.519, 2.741, 0.   ], dtype=float32)
    """

    def __init__(
        self,
        factor=1.0,
        kernel_size=3,
        sigma=1.0,
        value_range=(0, 255),
        data_format=None,
        seed=None,
        **arguments,
    ):
        super().__init__(seed, data_format, **arguments)
        self.factor = as_range(factor, "RandomGaussianBlur", "factor", 0.0)
        self.sigma = as_range(sigma, "RandomGaussianBlur", "sigma", 0.0)
        self.value_range = as_value_range(value_range, "RandomGaussianBlur")
        pair = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size,) * 2
        if len(pair) != 2 or any(
            not isinstance(n, numbers.Integral) or isinstance(n, bool) or n < 1 or n % 2 == 0
            for n in pair
        ):
            raise ValueError(
                f"RandomGaussianBlur: kernel_size is {kernel_size!r}; a positive odd number, or "
                "(columns, rows) of such, is wanted."
            )
        self.kernel_size = tuple(map(int, pair))

    def get_random_transformation(self, images):
        n = images.shape[0]
        probability = self.draw(images, (n,), self.factor)
        return {
            "should_apply_blur": ops.less(self.draw(images, (n,)), probability),
            "blur_factor": ops.add(self.draw(images, (2,), self.sigma), 1e-6),
        }

    def transform_images(self, images, transformation):
        channels = images.shape[3]
        columns, rows = self.kernel_size
        across = self._shares(images, columns, transformation["blur_factor"][0:1])
        down = self._shares(images, rows, transformation["blur_factor"][1:2])
        window = ops.multiply(ops.reshape(down, (rows, 1, 1, 1)), ops.reshape(across, (-1, 1, 1)))
        window = ops.broadcast_to(window, (rows, columns, channels, 1))
        blurred = ops.depthwise_conv2d(images, window, padding="same")
        apply = ops.reshape(transformation["should_apply_blur"], (-1, 1, 1, 1))
        return ops.clip(ops.where(apply, blurred, images), *self.value_range)

    def _shares(self, images, n, sigma):
        """Of a window of n: the bell curve at whole distances, with a sum of 1."""
        distances = self.constant(images, n, lambda: [i - (n - 1) / 2 for i in range(n)])
        return ops.softmax(ops.multiply(ops.square(ops.divide(distances, sigma)), -0.5))


class RandomSharpness(Augmentation):
    """In training, each picture between its smoothed self and one as much sharper: x + (1 - 2 f)
    (smoothed - x), where smoothed is the average of 3 x 3 pixels, the middle one counting 5 fold.

    Args:
        factor: the limits of f, from 0, smooth, by 0.5, unchanged, to 1, sharp; a number stands for
            (0, itself).
        value_range: the lowest and the highest value of a picture, to which results are clipped.
        data_format: None or "channels_last".
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: the factor is outside, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> sharper = fastnn.layers.RandomSharpness((1, 1))
    >>> x = np.full((3, 3, 1), 13.0); x[1, 1] = 26
    >>> sharper(x, training=True).numpy()[1, 1]
    array([34.], dtype=float32)
    """

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **arguments):
        super().__init__(seed, data_format, **arguments)
        self.factor = as_range(factor, "RandomSharpness", "factor", 0.0)
        self.value_range = as_value_range(value_range, "RandomSharpness")

    def get_random_transformation(self, images):
        return {"factor": self.draw(images, (images.shape[0],), self.factor)}

    def transform_images(self, images, transformation):
        window = self.constant(images, "window", lambda: [1 / 13] * 4 + [5 / 13] + [1 / 13] * 4)
        window = ops.reshape(window, (3, 3, 1, 1))
        window = ops.broadcast_to(window, (3, 3, images.shape[3], 1))
        smoothed = ops.depthwise_conv2d(images, window, padding="same")
        share = ops.subtract(1.0, ops.multiply(transformation["factor"], 2.0))
        share = ops.reshape(share, (-1, 1, 1, 1))
        moved = ops.multiply(ops.subtract(smoothed, images), share)
        return ops.clip(ops.add(images, moved), *self.value_range)
