"""Pooling: MaxPooling2D, AveragePooling2D and the global ones."""

from .. import ops
from ..ops._windows import as_pair, known_sizes, windows
from ._arguments import as_padding, want_channels_last, want_pictures
from .layer import Layer


class Pooling(Layer):
    """Base of the layers whose windows have no weights."""

    one_input = True

    def __init__(
        self, pool_size, strides=None, padding="valid", data_format=None, name=None, **arguments
    ):
        super().__init__(name=name, **arguments)
        kind = type(self).__name__
        self.pool_size = as_pair(pool_size, kind, "pool_size")
        self.strides = self.pool_size if strides is None else as_pair(strides, kind, "strides")
        self.padding = as_padding(padding, kind)
        self.data_format = want_channels_last(data_format, kind)

    def call(self, inputs):
        want_pictures(self, inputs.shape)
        return self._pool(inputs, self.pool_size, self.strides, self.padding)

    def compute_output_shape(self, input_shape):
        want_pictures(self, input_shape)
        geometry = (self.pool_size, self.strides, (1, 1), self.padding)
        sizes = known_sizes(windows, self.name, input_shape[1:3], *geometry)
        return (input_shape[0], *sizes, input_shape[3])


class MaxPooling2D(Pooling):
    """The maximum of each window, channel by channel.

    Args:
        pool_size: of the window: a number, or (down, across).
        strides: from one window to the next; pool_size if None.
        padding: "valid" for windows inside of the picture only, or "same" for ceil(size / stride)
            of them.
        data_format: None or "channels_last".

    Shapes: (batch, height, width, channels) gives (batch, rows, columns, channels).

    Raises:
        ValueError: the input is no pictures, or smaller than a window.

    >>> import numpy as np, fastnn
    >>> x = np.array([[1, 5, 2], [7, 3, 4]]).reshape(1, 2, 3, 1)
    >>> fastnn.layers.MaxPooling2D(padding="same")(x).numpy().ravel()
    array([7., 4.], dtype=float32)
    """

    _pool = staticmethod(ops.max_pool)

    def __init__(
        self,
        pool_size=(2, 2),
        strides=None,
        padding="valid",
        data_format=None,
        name=None,
        **arguments,
    ):
        super().__init__(pool_size, strides, padding, data_format, name, **arguments)


class AveragePooling2D(Pooling):
    """The average of each window, channel by channel, over the cells that lie in the picture.

    Args:
        pool_size, strides, padding, data_format: as MaxPooling2D.

    Shapes: (batch, height, width, channels) gives (batch, rows, columns, channels).

    Raises:
        ValueError: the input is no pictures, or smaller than a window.

    >>> import numpy as np, fastnn
    >>> x = np.array([[1, 5, 2], [7, 3, 4]]).reshape(1, 2, 3, 1)
    >>> fastnn.layers.AveragePooling2D(2, padding="same")(x).numpy().ravel()
    array([4., 3.], dtype=float32)
    """

    _pool = staticmethod(ops.average_pool)


class GlobalPooling(Layer):
    """Base of the layers that make one pixel of a picture."""

    one_input = True

    def __init__(self, data_format=None, keepdims=False, **arguments):
        super().__init__(**arguments)
        self.data_format = want_channels_last(data_format, type(self).__name__)
        self.keepdims = bool(keepdims)

    def call(self, inputs):
        want_pictures(self, inputs.shape)
        return self._reduce(inputs, (1, 2), self.keepdims)

    def compute_output_shape(self, input_shape):
        want_pictures(self, input_shape)
        batch, _, _, channels = input_shape
        return (batch, 1, 1, channels) if self.keepdims else (batch, channels)


class GlobalAveragePooling2D(GlobalPooling):
    """The average of each channel over the whole picture.

    Args:
        data_format: None or "channels_last".
        keepdims: whether rows and columns stay, with size 1.

    Shapes: (batch, height, width, channels) gives (batch, channels), or (batch, 1, 1, channels).

    Raises:
        ValueError: the input is no pictures.

    Source: Lin, Chen and Yan, Network In Network (2014).

    >>> import numpy as np, fastnn
    >>> x = np.array([[1, 5], [7, 3]]).reshape(1, 2, 2, 1)
    >>> fastnn.layers.GlobalAveragePooling2D()(x).numpy()
    array([[4.]], dtype=float32)
    """

    _reduce = staticmethod(ops.mean)


class GlobalMaxPooling2D(GlobalPooling):
    """The maximum of each channel over the whole picture.

    Args:
        data_format: None or "channels_last".
        keepdims: whether rows and columns stay, with size 1.

    Shapes: (batch, height, width, channels) gives (batch, channels), or (batch, 1, 1, channels).

    Raises:
        ValueError: the input is no pictures.

    >>> import numpy as np, fastnn
    >>> x = np.array([[1, 5], [7, 3]]).reshape(1, 2, 2, 1)
    >>> fastnn.layers.GlobalMaxPooling2D()(x).numpy()
    array([[7.]], dtype=float32)
    """

    _reduce = staticmethod(ops.max)
