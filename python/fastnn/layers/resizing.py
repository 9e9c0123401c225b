"""ZeroPadding2D, Cropping2D, UpSampling2D."""

from .. import ops
from ..ops._pictures import as_interpolation
from ..ops._windows import as_pair
from ._arguments import as_margins, want_channels_last, want_pictures
from .layer import Layer


class ZeroPadding2D(Layer):
    """Zeros around pictures.

    Args:
        padding: rows and columns of zeros on every side: a number, (rows, columns), or ((top,
            bottom), (left, right)).
        data_format: None or "channels_last".

    Shapes: (batch, height, width, channels) gives (batch, height + top + bottom, width + left +
    right, channels).

    Raises:
        ValueError: the input is no pictures.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.ZeroPadding2D((1, 2))(np.ones((2, 8, 8, 3))).shape
    (2, 10, 12, 3)
    """

    one_input = True

    def __init__(self, padding=(1, 1), data_format=None, **arguments):
        super().__init__(**arguments)
        self.padding = as_margins(padding, "ZeroPadding2D", "padding")
        self.data_format = want_channels_last(data_format, "ZeroPadding2D")

    def call(self, inputs):
        want_pictures(self, inputs.shape)
        return ops.pad(inputs, ((0, 0), *self.padding, (0, 0)))

    def compute_output_shape(self, input_shape):
        want_pictures(self, input_shape)
        batch, *sizes, channels = input_shape
        sizes = [
            None if n is None else n + sum(m) for n, m in zip(sizes, self.padding, strict=True)
        ]
        return (batch, *sizes, channels)


class Cropping2D(Layer):
    """Pictures without their margins.

    Args:
        cropping: rows and columns to cut off on every side: a number, (rows, columns), or ((top,
            bottom), (left, right)).
        data_format: None or "channels_last".

    Shapes: (batch, height, width, channels) gives (batch, height - top - bottom, width - left -
    right, channels).

    Raises:
        ValueError: the input is no pictures, or nothing would be left of them.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Cropping2D((1, 2))(np.ones((2, 8, 8, 3))).shape
    (2, 6, 4, 3)
    """

    one_input = True

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **arguments):
        super().__init__(**arguments)
        self.cropping = as_margins(cropping, "Cropping2D", "cropping")
        self.data_format = want_channels_last(data_format, "Cropping2D")

    def call(self, inputs):
        (top, _), (left, _) = self.cropping
        return ops.slice(inputs, (0, top, left, 0), self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape):
        want_pictures(self, input_shape)
        batch, *sizes, channels = input_shape
        left = [
            None if n is None else n - sum(m) for n, m in zip(sizes, self.cropping, strict=True)
        ]
        if any(n is not None and n < 1 for n in left):
            raise ValueError(
                f"{self.name}: the input has shape {tuple(input_shape)}, of which cropping "
                f"{self.cropping} would leave {tuple(left)} rows and columns. Cut off less."
            )
        return (batch, *left, channels)


class UpSampling2D(Layer):
    """Pictures enlarged: each pixel becomes a block, of its own value or between its neighbours'.

    Args:
        size: of the block: a number, or (rows, columns).
        data_format: None or "channels_last".
        interpolation: "nearest" or "bilinear".

    Shapes: (batch, height, width, channels) gives (batch, height * rows, width * columns,
    channels).

    Raises:
        ValueError: the input is no pictures.

    >>> import numpy as np, fastnn
    >>> x = np.array([1, 2]).reshape(1, 1, 2, 1)
    >>> fastnn.layers.UpSampling2D((1, 2))(x).numpy().ravel()
    array([1., 1., 2., 2.], dtype=float32)
    """

    one_input = True

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **arguments):
        super().__init__(**arguments)
        self.size = as_pair(size, "UpSampling2D", "size")
        self.data_format = want_channels_last(data_format, "UpSampling2D")
        self.interpolation = as_interpolation(interpolation, "UpSampling2D")

    def call(self, inputs):
        want_pictures(self, inputs.shape)
        batch, height, width, channels = inputs.shape
        rows, columns = self.size
        if self.interpolation == "bilinear":
            return ops.resize(inputs, (height * rows, width * columns), "bilinear")
        pixels = ops.reshape(inputs, (batch, height, 1, width, 1, channels))
        blocks = ops.broadcast_to(pixels, (batch, height, rows, width, columns, channels))
        return ops.reshape(blocks, (batch, height * rows, width * columns, channels))

    def compute_output_shape(self, input_shape):
        want_pictures(self, input_shape)
        batch, *sizes, channels = input_shape
        sizes = [None if n is None else n * m for n, m in zip(sizes, self.size, strict=True)]
        return (batch, *sizes, channels)
