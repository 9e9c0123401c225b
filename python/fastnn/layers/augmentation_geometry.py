"""Pictures turned, zoomed, moved and sheared at random in training: one kernel, a matrix each."""

import math

from .. import ops
from ..ops._pictures import as_interpolation
from ..ops.affine_transform import FILL_MODES
from ._arguments import as_real
from .augmentation import Augmentation, as_range


class Geometric(Augmentation):
    """Base of the layers that draw a matrix a picture: those of ops.affine_transform are sums of
    constant ones, times numbers that a subclass draws, and a last one."""

    def __init__(self, fill_mode, interpolation, seed, fill_value, data_format, **arguments):
        super().__init__(seed, data_format, **arguments)
        kind = type(self).__name__
        if fill_mode not in FILL_MODES:
            raise ValueError(
                f"{kind}: fill_mode is {fill_mode!r}; one of {', '.join(FILL_MODES)} is wanted."
            )
        self.fill_mode = fill_mode
        self.interpolation = as_interpolation(interpolation, kind)
        self.fill_value = as_real(fill_value, kind, "fill_value")

    def transform_images(self, images, transformation):
        numbers, sizes = self._numbers(transformation), images.shape[1:3]
        rows = self.constant(images, sizes, lambda: self._matrices(*sizes)[:-1])
        last = self.constant(images, ("last", *sizes), lambda: self._matrices(*sizes)[-1])
        matrices = ops.dense(numbers, rows, last)
        return ops.affine_transform(
            images, matrices, self.interpolation, self.fill_mode, self.fill_value
        )

    def draw_columns(self, images, *limits):
        """(N, columns): uniform numbers within the limits of each column."""
        n = images.shape[0]
        return ops.concatenate([self.draw(images, (n, 1), one) for one in limits], axis=1)

    def _numbers(self, transformation):
        """(N, k): what the matrices are multiplied by."""
        raise NotImplementedError

    def _matrices(self, height, width):
        """k + 1 rows a0 a1 a2 b0 b1 b2 c0 c1; the last is added."""
        raise NotImplementedError


class RandomRotation(Geometric):
    """In training, each picture turned about its middle.

    Args:
        factor: the least and the largest angle, as parts of a full turn from -1 to 1, positive
            ones counterclockwise; a number stands for its negative and itself.
        fill_mode: what lies beyond a picture's edges: "constant", `fill_value`; "nearest", the
            outermost pixel; "reflect", the picture mirrored behind that pixel; "wrap", the picture
            from its other end.
        interpolation: "bilinear" or "nearest".
        seed: of this layer's draws; by default they follow from fastnn.utils.set_random_seed.
        fill_value: of fill_mode "constant".
        data_format: None or "channels_last".

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: the factor is outside, a mode is unknown, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> turn = fastnn.layers.RandomRotation((0.25, 0.25), seed=1)
    >>> turn(np.array([[1, 2], [3, 4]])[..., None], training=True).numpy()[..., 0].round(4)
    array([[2., 4.],
           [1., 3.]], dtype=float32)
    """

    def __init__(
        self,
        factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **arguments,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **arguments)
        self.factor = as_range(factor, "RandomRotation", "factor")

    def get_random_transformation(self, images):
        lower, upper = self.factor
        return {"angle": self.draw(images, (images.shape[0],), (360 * lower, 360 * upper))}

    def _numbers(self, transformation):
        angle = ops.expand_dims(ops.multiply(transformation["angle"], math.pi / 180), 1)
        return ops.concatenate([ops.cos(angle), ops.sin(angle)], axis=1)

    def _matrices(self, height, width):
        x, y = (width - 1) / 2, (height - 1) / 2
        return [[1, 0, -x, 0, 1, -y, 0, 0], [0, -1, y, 1, 0, -x, 0, 0], [0, 0, x, 0, 0, y, 0, 0]]


class RandomZoom(Geometric):
    """In training, each picture zoomed about its middle.

    Args:
        height_factor: the least and the largest zoom, above -1 and up to 1: 0.2 shrinks a picture
            so that 1.2 times its height is seen, -0.2 enlarges it; a number stands for its
            negative and itself.
        width_factor: the same for the width; None keeps the aspect ratio.
        fill_mode, interpolation, seed, fill_value, data_format: as RandomRotation's.

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: a factor is outside, a mode is unknown, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> zoom = fastnn.layers.RandomZoom((-0.5, -0.5), (0, 0), interpolation="nearest")
    >>> zoom(np.array([1, 2, 3, 4]).reshape(4, 1, 1), training=True).numpy().ravel()
    array([2., 2., 3., 3.], dtype=float32)
    """

    def __init__(
        self,
        height_factor,
        width_factor=None,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **arguments,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **arguments)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = _zooms(height_factor, "height_factor")
        self._width = None if width_factor is None else _zooms(width_factor, "width_factor")

    def get_random_transformation(self, images):
        height = self.draw_columns(images, self._height)
        width = height if self._width is None else self.draw_columns(images, self._width)
        return {"height_zoom": height, "width_zoom": width}

    def _numbers(self, transformation):
        return ops.concatenate([transformation["width_zoom"], transformation["height_zoom"]], 1)

    def _matrices(self, height, width):
        x, y = (width - 1) / 2, (height - 1) / 2
        return [[1, 0, -x, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, -y, 0, 0], [0, 0, x, 0, 0, y, 0, 0]]


def _zooms(factor, name):
    lower, upper = as_range(factor, "RandomZoom", name)
    if lower <= -1:
        raise ValueError(
            f"RandomZoom: {name} is {factor!r}; more than -1 is wanted: there nothing of a picture "
            "would be seen."
        )
    return 1 + lower, 1 + upper


class RandomTranslation(Geometric):
    """In training, each picture moved.

    Args:
        height_factor: by which least and largest part of the height, from -1 to 1, positive ones
            down; a number stands for its negative and itself.
        width_factor: the same for the width, positive ones to the right.
        fill_mode, interpolation, seed, fill_value, data_format: as RandomRotation's.

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: a factor is outside, a mode is unknown, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> move = fastnn.layers.RandomTranslation((0, 0), (0.5, 0.5), "constant")
    >>> move(np.array([1, 2, 3, 4]).reshape(1, 4, 1), training=True).numpy().ravel()
    array([0., 0., 1., 2.], dtype=float32)
    """

    def __init__(
        self,
        height_factor,
        width_factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **arguments,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **arguments)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = as_range(height_factor, "RandomTranslation", "height_factor")
        self._width = as_range(width_factor, "RandomTranslation", "width_factor")

    def get_random_transformation(self, images):
        _, height, width, _ = images.shape
        limits = [width * f for f in self._width], [height * f for f in self._height]
        return {"translations": self.draw_columns(images, *limits)}

    def _numbers(self, transformation):
        return transformation["translations"]

    def _matrices(self, height, width):
        return [[0, 0, -1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, -1, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0]]


class RandomShear(Geometric):
    """In training, each picture's rows moved the further the lower they lie, and its columns the
    further to the right; half of the pictures the other way.

    Args:
        x_factor: by which least and largest part of a pixel from row to row, from -1 to 1; a
            number from 0 to 1 stands for its negative and itself.
        y_factor: the same from column to column.
        interpolation, fill_mode, fill_value, data_format, seed: as RandomRotation's.

    Shapes: (batch, height, width, channels), or one picture without the batch; unchanged.

    Raises:
        ValueError: a factor is outside, a mode is unknown, or the input is no pictures.

    >>> import numpy as np, fastnn
    >>> shear = fastnn.layers.RandomShear(0.2, seed=1)
    >>> shear(np.ones((2, 8, 8, 3)), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        x_factor=0.0,
        y_factor=0.0,
        interpolation="bilinear",
        fill_mode="reflect",
        fill_value=0.0,
        data_format=None,
        seed=None,
        **arguments,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **arguments)
        self.x_factor, self.y_factor = _shears(x_factor, "x_factor"), _shears(y_factor, "y_factor")

    def get_random_transformation(self, images):
        turned = ops.greater(self.draw(images, (images.shape[0], 1)), 0.5)
        signs = ops.subtract(1.0, ops.multiply(ops.cast(turned, images.dtype), 2.0))
        drawn = self.draw_columns(images, self.x_factor, self.y_factor)
        return {"shear_factor": ops.multiply(drawn, signs)}

    def _numbers(self, transformation):
        return transformation["shear_factor"]

    def _matrices(self, height, width):
        return [[0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0]]


def _shears(factor, name):
    """As Keras keeps them, which takes a pair of what it has kept, too."""
    pair = isinstance(factor, (tuple, list))
    lower, upper = as_range(factor, "RandomShear", name, -1.0 if pair else 0.0)
    return (lower, upper) if pair else (-upper, upper)
