"""Sequential, a model of layers one after the other."""

from . import symbolic
from ._checks import as_list
from .changes import structure_changed
from .layers import Layer


class Sequential(Layer):
    """Layers one after the other; itself a layer.

    Args:
        layers: layers, the first of which may be a ``fastnn.Input``, which builds the weights at
            once.

    >>> import fastnn
    >>> from fastnn.layers import Dense
    >>> model = fastnn.Sequential([fastnn.Input((4,)), Dense(8, "relu"), Dense(2)])
    >>> model.count_params()
    58
    """

    def __init__(self, layers=(), **arguments):
        super().__init__(**arguments)
        self.layers = []
        self._input = None
        for layer in as_list(layers, "Sequential", "layers"):
            self.add(layer)

    def add(self, layer):
        """Append a layer."""
        if symbolic.is_symbolic(layer):
            if self.layers or self._input is not None:
                raise ValueError("Sequential: an Input can only come first.")
            self._input = layer
            return
        if not isinstance(layer, Layer):
            raise TypeError(f"Sequential: {layer!r} is no layer.")
        if layer is self:
            raise ValueError("Sequential: a model cannot contain itself.")
        self.layers.append(layer)
        self._changed()

    def pop(self):
        """Remove the last layer and return it."""
        if not self.layers:
            raise ValueError("Sequential: there is no layer to pop.")
        layer = self.layers.pop()
        self._changed()
        return layer

    def _changed(self):
        if self._called:  # else no recorded step has it
            structure_changed()
        if self._input is not None:
            self.built = False
            self._build_for(self._input.shape)
        else:
            self.built = False

    def build(self, input_shape):
        x = symbolic.SymbolicTensor(input_shape, self.dtype)
        for layer in self.layers:
            x = layer(x)

    def call(self, x, training=False):
        for layer in self.layers:
            x = layer(x, training=training)
        return x

    def compute_output_shape(self, input_shape):
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return tuple(input_shape)

    @property
    def output_shape(self):
        """With None where the batch is; the model must be built."""
        if not self.built:
            raise ValueError(f"{self.name} is not built: call it once, or begin with fastnn.Input.")
        return self.compute_output_shape(self.input_shape)
