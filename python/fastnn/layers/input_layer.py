"""Where data come in: Input and InputLayer."""

from .. import symbolic
from .._checks import as_dtype, as_shape
from .layer import Layer


class InputLayer(Layer):
    """The layer behind `fastnn.Input`: passes on what it gets.

    Args:
        shape: of one sample, without the batch axis; None where a size may vary.
        batch_size: fixed, or None for any.
        dtype: of the values; fastnn.config.floatx() if None.
        batch_shape: the shape with the batch axis, instead of the other two.
        name: by which data and weights in dicts find it.

    >>> import fastnn
    >>> fastnn.layers.InputLayer((4,)).output.shape
    (None, 4)
    """

    def __init__(self, shape=None, batch_size=None, dtype=None, batch_shape=None, name=None):
        if (shape is None) == (batch_shape is None):
            came = "neither" if shape is None else "both"
            raise TypeError(f"Input: shape or batch_shape is wanted; {came} came.")
        if batch_shape is None:
            batch_shape = (batch_size, *_sizes(shape))
        elif batch_size is not None:
            raise TypeError("Input: batch_size came beside batch_shape, which has it.")
        batch_shape = _sizes(batch_shape)
        known = [n for n in batch_shape if n is not None]
        if any(n < 0 for n in as_shape(known, "Input")):
            raise ValueError(f"Input: shape {batch_shape} has a negative size.")
        super().__init__(name=name, dtype=as_dtype(dtype, "Input"), any_dtype=True)
        self.batch_shape = batch_shape
        self.input_shape = batch_shape
        self.built = True
        tensor = symbolic.SymbolicTensor(batch_shape, self.dtype, self.name)
        symbolic.Node(self, (), {}, tensor)

    def get_build_config(self):
        return None

    def _config_value(self, name):
        return getattr(self, name)  # a dtype is its name

    def call(self, x):
        return x

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


def _sizes(shape):
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"Input: shape is {shape!r}; a tuple is wanted, such as (28, 28).")
    return tuple(shape)


def Input(shape=None, batch_size=None, dtype=None, batch_shape=None, name=None):
    """A symbolic tensor to build a model on; its arguments are InputLayer's.

    Args:
        shape: of one sample, without the batch axis; None where a size may vary.
        batch_size: fixed, or None for any.
        dtype: of the values; fastnn.config.floatx() if None.
        batch_shape: the shape with the batch axis, instead of the other two.
        name: by which data in dicts find it.

    >>> import fastnn
    >>> fastnn.Input((28, 28)).shape
    (None, 28, 28)
    """
    return InputLayer(shape, batch_size, dtype, batch_shape, name).output
