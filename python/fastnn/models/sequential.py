"""Sequential: layers one after the other."""

from .. import symbolic
from .._checks import as_list
from ..changes import structure_changed
from ..layers._calls import contains
from ..layers.input_layer import InputLayer
from ..layers.layer import Layer
from ..ops._axes import as_bool
from ..saving.deserialization import deserialize_keras_object, deserialize_value
from ..saving.registry import custom_object_scope
from ..saving.serialization import serialize_keras_object as serialize
from .config import has_own_constructor
from .graph import Graph
from .model import Model


class Sequential(Model):
    """Layers one after the other; itself a layer.

    Args:
        layers: layers, the first of which may be a ``fastnn.Input``, which builds the weights at
            once.
        trainable: whether its weights are trained.
        name: unique by default.

    >>> import fastnn
    >>> from fastnn.layers import Dense
    >>> model = fastnn.Sequential([fastnn.Input((4,)), Dense(8, "relu"), Dense(2)])
    >>> model.count_params()
    58
    """

    def __init__(self, layers=None, trainable=True, name=None, **arguments):
        super().__init__(name=name, trainable=True, **arguments)
        self._layers = []
        self._tensors = []  # the symbolic input, and what each layer makes of it
        for layer in as_list(() if layers is None else layers, "Sequential", "layers"):
            self.add(layer)
        if not as_bool(trainable, self.name, "trainable"):
            self.trainable = False

    def get_config(self):
        if has_own_constructor(self):
            return super().get_config()
        config = Layer.get_config(self)
        first = [self._tensors[0].node.operation] if self._tensors else []
        config["layers"] = [serialize(layer) for layer in (*first, *self._layers)]
        if first:
            config["build_input_shape"] = self._tensors[0].shape
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        layers = config.get("layers") if isinstance(config, dict) else None
        if not isinstance(layers, (list, tuple)):
            return super().from_config(config, custom_objects)
        with custom_object_scope(custom_objects):
            named = {key: config[key] for key in ("name", "trainable", "dtype") if key in config}
            model = cls(**deserialize_value(named))
            for layer in deserialize_value(layers):
                model.add(layer)
            if config.get("build_input_shape") and not model.built and layers:
                model.build(tuple(config["build_input_shape"]))
            return model

    def _copied(self, clone_function):
        layers = [deserialize_keras_object(serialize(self._tensors[0].node.operation))]
        return type(self)([*layers, *map(clone_function, self._layers)], name=self.name)

    def get_build_config(self):
        return Layer.get_build_config(self)

    @property
    def layers(self):
        return list(self._layers)

    @property
    def operations(self):
        return self.layers  # what summary() shows: the Input is no layer, as in Keras

    @property
    def one_input(self):
        """Whether a list is an array: as the first layer takes it."""
        return not self._layers or self._layers[0].one_input

    def _inner(self):
        return [*self._layers, *(x for x in self._parts(Layer) if x not in self._layers)]

    def add(self, layer):
        """Append a layer."""
        if symbolic.is_symbolic(layer) and isinstance(layer.node.operation, InputLayer):
            layer = layer.node.operation
        if isinstance(layer, InputLayer):
            if self._layers or self._tensors:
                raise ValueError("Sequential: an Input can only come first.")
            self._tensors = [layer.output]
            return
        if not isinstance(layer, Layer):
            cure = f"{layer.__name__}(..)" if isinstance(layer, type) else "layers.Dense(10)"
            raise TypeError(f"Sequential: {layer!r} is no layer; one is wanted, such as {cure}.")
        if layer is self or contains(layer, self):
            raise ValueError("Sequential: a model cannot contain itself.")
        if any(layer.name == other.name and layer is not other for other in self._layers):
            raise ValueError(
                f"Sequential: there is a layer named {layer.name!r} already; give one of them "
                "another name=."
            )
        before = self._tensors
        if not self._layers and not self._tensors:
            self._begin_as(layer)
        self._layers.append(layer)
        try:
            self._extend()
        except BaseException:
            self._layers.pop()
            self._tensors = before
            raise
        self._changed()

    def _begin_as(self, layer):
        """Take the input from a first layer that knows it."""
        if layer._first_shape is not None:
            self._tensors = [InputLayer(layer._first_shape).output]
        elif isinstance(layer, Model) and layer._graph is not None:
            shape = layer.input_shape
            if isinstance(shape, tuple):
                dtype = layer.inputs[0].dtype
                self._tensors = [InputLayer(batch_shape=shape, dtype=dtype).output]

    def pop(self):
        """Remove the last layer and return it."""
        if not self._layers:
            raise ValueError("Sequential: there is no layer to pop.")
        layer = self._layers.pop()
        self._changed()
        if self._tensors:
            self._tensors = self._tensors[: len(self._layers) + 1]
            self._extend()
        return layer

    def _changed(self):
        if self._called:  # else no recorded step has it
            structure_changed()
        self._forget_outputs()

    def _extend(self):
        """Call the layers symbolically that were not yet; the graph is what comes of it."""
        if not self._tensors:
            self.built = False
            return
        tensors = list(self._tensors)
        for layer in self._layers[len(tensors) - 1 :]:
            tensors.append(layer(tensors[-1]))
        self._tensors = tensors
        if self._layers:
            self._set_graph(Graph(self._tensors[0], self._tensors[-1], self.name))
        else:
            self._graph, self.built = None, False

    def _mark_built(self, shape):
        """Its graph says so."""

    def build(self, input_shape):
        """Make the weights for an input's shape, the batch first."""
        if not self._tensors:
            self._tensors = [InputLayer(batch_shape=input_shape, dtype=self.dtype).output]
            try:
                self._extend()
            except BaseException:
                self._tensors = []
                raise
        elif tuple(input_shape) != self._tensors[0].shape:
            raise ValueError(
                f"{self.name}: build got {tuple(input_shape)}; the model's input has shape "
                f"{self._tensors[0].shape} already."
            )

    def call(self, x, training=False):
        for layer in self._layers:
            x = layer(x)
        return x

    def compute_output_shape(self, input_shape):
        for layer in self._layers:
            input_shape = layer.compute_output_shape(input_shape)
        return tuple(input_shape)
