"""Resizing, CenterCrop: pictures brought to one size."""

from .. import ops
from ..ops._pictures import as_interpolation
from ._arguments import as_count, as_real, want_channels_last
from .layer import Layer


def aspect_window(sizes, target):
    """(rows, columns) of the largest window of pictures of `sizes` in the aspect ratio of
    `target`, rounded down as Keras does."""
    (height, width), (rows, columns) = sizes, target
    fitted = int(float(width * rows) / columns), int(float(height * columns) / rows)
    return tuple(max(min(n, m), 1) for n, m in zip(sizes, fitted, strict=True))


def centered_crop(images, size):
    """The middle of a batch."""
    batch, height, width, channels = images.shape
    starts = (0, (height - size[0]) // 2, (width - size[1]) // 2, 0)
    return ops.slice(images, starts, (batch, *size, channels))


def resized_to_aspect(images, size, interpolation):
    """The largest part in the middle that has the aspect ratio of `size`, resized to it."""
    window = aspect_window(images.shape[1:3], size)
    return ops.resize(centered_crop(images, window), size, interpolation)


class Sized(Layer):
    """Base of the layers that give pictures of one size, of batches or of one picture."""

    one_input = True

    def __init__(self, height, width, data_format=None, **arguments):
        super().__init__(**arguments)
        kind = type(self).__name__
        self.height = as_count(height, kind, "height")
        self.width = as_count(width, kind, "width")
        self.data_format = want_channels_last(data_format, kind)

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)
        if inputs.ndim == 4:
            return self._batch(inputs)
        return ops.squeeze(self._batch(ops.expand_dims(inputs, 0)), 0)

    def compute_output_shape(self, input_shape):
        if len(input_shape) not in (3, 4):
            raise ValueError(
                f"{self.name}: the input has shape {tuple(input_shape)}; (batch, height, width, "
                "channels), or (height, width, channels) for one picture, is wanted."
            )
        return (*input_shape[:-3], self.height, self.width, input_shape[-1])


class Resizing(Sized):
    """Pictures stretched or shrunk to a size.

    Args:
        height, width: of the result.
        interpolation: "bilinear" or "nearest".
        crop_to_aspect_ratio: first cut pictures to the result's aspect ratio, around their middle.
        pad_to_aspect_ratio: first put margins on two sides, up to the result's aspect ratio.
        fill_mode: "constant", of margins.
        fill_value: of margins.
        antialias: False. An AveragePooling2D before this layer averages.
        data_format: None or "channels_last".

    Shapes: (batch, H, W, channels) gives (batch, height, width, channels); or without the batch.

    Raises:
        ValueError: the input is no pictures, or an argument is none of these.

    >>> import numpy as np, fastnn
    >>> x = np.arange(4.0).reshape(1, 1, 4, 1)
    >>> fastnn.layers.Resizing(1, 2)(x).numpy().ravel()
    array([0.5, 2.5], dtype=float32)
    """

    def __init__(
        self,
        height,
        width,
        interpolation="bilinear",
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        fill_value=0.0,
        antialias=False,
        data_format=None,
        **arguments,
    ):
        super().__init__(height, width, data_format, **arguments)
        self.interpolation = as_interpolation(interpolation, "Resizing")
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError(
                "Resizing: crop_to_aspect_ratio and pad_to_aspect_ratio are both true; one of them "
                "is wanted."
            )
        if fill_mode != "constant":
            raise ValueError(f'Resizing: fill_mode is {fill_mode!r}; "constant" is wanted.')
        if antialias:
            raise ValueError(
                "Resizing: antialias is true; False is wanted. An AveragePooling2D before this "
                "layer averages over pixels that would be left out."
            )
        self.crop_to_aspect_ratio = bool(crop_to_aspect_ratio)
        self.pad_to_aspect_ratio = bool(pad_to_aspect_ratio)
        self.fill_mode = fill_mode
        self.fill_value = as_real(fill_value, "Resizing", "fill_value")
        self.antialias = False

    def _batch(self, images):
        size = (self.height, self.width)
        if self.crop_to_aspect_ratio:
            return resized_to_aspect(images, size, self.interpolation)
        if self.pad_to_aspect_ratio:
            images = self._padded(images)
        return ops.resize(images, size, self.interpolation)

    def _padded(self, images):
        """With margins alike on two sides, as Keras puts them."""
        _, height, width, _ = images.shape
        rows = max(0, int(float(width * self.height) / self.width) - height) // 2
        columns = max(0, int(float(height * self.width) / self.height) - width) // 2
        widths = ((0, 0), (rows, rows), (columns, columns), (0, 0))
        return ops.pad(images, widths, constant_values=self.fill_value)


class CenterCrop(Sized):
    """The middle of pictures; of pictures that are smaller, the largest part in the middle that has
    the result's aspect ratio, resized.

    Args:
        height, width: of the result.
        data_format: None or "channels_last".

    Shapes: (batch, H, W, channels) gives (batch, height, width, channels); or without the batch.

    Raises:
        ValueError: the input is no pictures.

    >>> import numpy as np, fastnn
    >>> x = np.arange(5.0).reshape(1, 1, 5, 1)
    >>> fastnn.layers.CenterCrop(1, 3)(x).numpy().ravel()
    array([1., 2., 3.], dtype=float32)
    """

    def _batch(self, images):
        size = (self.height, self.width)
        if images.shape[1] >= self.height and images.shape[2] >= self.width:
            return centered_crop(images, size)
        return resized_to_aspect(images, size, "bilinear")
