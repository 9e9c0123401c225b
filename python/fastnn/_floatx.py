"""The dtype of what names none: weights, inputs, lists of numbers. And Keras's small number."""

_floatx = "float32"
_epsilon = 1e-7


def floatx() -> str:
    """The dtype of layers, of inputs, and of numbers that come in no array.

    >>> import fastnn
    >>> fastnn.config.floatx()
    'float32'
    """
    return _floatx


def set_floatx(dtype: str) -> None:
    """Make "float32" or "float64" the dtype of what is made from now on and names none.

    >>> import fastnn
    >>> fastnn.config.set_floatx("float64")
    >>> fastnn.layers.Dense(2).dtype
    'float64'
    >>> fastnn.config.set_floatx("float32")
    """
    global _floatx
    if dtype not in ("float32", "float64"):
        raise ValueError(f"set_floatx: {dtype!r} came; 'float32' or 'float64' is wanted.")
    _floatx = dtype


def epsilon() -> float:
    """The number by which losses keep away from log 0 and divisions from 0, as in Keras.

    >>> import fastnn
    >>> fastnn.config.epsilon()
    1e-07
    """
    return _epsilon


def image_data_format() -> str:
    """ "channels_last": pictures are (batch, height, width, channels), and only so.

    >>> import fastnn
    >>> fastnn.config.image_data_format()
    'channels_last'
    """
    return "channels_last"
