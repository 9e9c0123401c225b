"""Model: layers between inputs and outputs, with a training loop."""

import json

from .. import _nest, devices, symbolic
from ..layers.layer import Layer
from ..ops._axes import as_bool
from ..saving.deserialization import deserialize_keras_object, deserialize_value
from ..saving.registry import custom_object_scope
from ..saving.serialization import serialize_keras_object as serialize
from ..training.trainer import Trainer
from .config import GRAPH, graph_config, graph_from_config, has_own_constructor
from .graph import Graph
from .inputs import Inputs


class Model(Trainer, Inputs, Layer):
    """Layers between symbolic inputs and outputs; or, as a base class, whatever `call` does.

    Args:
        inputs: a symbolic tensor (`fastnn.Input`), or a list or dict of them.
        outputs: symbolic tensors that layers have made of them, one, a list or a dict.
        name: unique by default.
        trainable: whether its weights are trained.

    Data come in the form of `inputs`: one array, a list, or a dict; a dict by the inputs' names
    always fits. Results have the form of `outputs`.

    Raises:
        TypeError, ValueError: something else than symbolic tensors came, an output does not follow
            from the inputs, or two layers have one name.

    >>> import fastnn
    >>> from fastnn.layers import Concatenate, Dense
    >>> a, b = fastnn.Input((3,), name="a"), fastnn.Input((2,), name="b")
    >>> y = Dense(4)(Concatenate()([Dense(5, "relu")(a), b]))
    >>> model = fastnn.Model([a, b], y)
    >>> model.count_params(), model.output_shape
    (52, (None, 4))
    """

    _takes_tensors = False

    def __new__(cls, *arguments, **keywords):
        if cls is Model and (arguments or "inputs" in keywords):
            cls = Functional
        return super().__new__(cls, *arguments, **keywords)

    def __init__(self, inputs=None, outputs=None, name=None, trainable=True, **arguments):
        super().__init__(name=name, trainable=True, **arguments)
        self._begin_training()
        self._graph = None
        if (inputs is None) != (outputs is None):
            raise TypeError(f"{self.name}: inputs and outputs are wanted, both or neither.")
        if inputs is not None:
            self._set_graph(Graph(inputs, outputs, self.name))
        if not as_bool(trainable, self.name, "trainable"):
            self.trainable = False

    def _set_graph(self, graph):
        self._graph = graph
        self.built = True
        self.device = next((layer.device for layer in self.layers if layer.device), None)
        self.input_shape = _nest.map(lambda x: x.shape, graph.form)

    def _build_for(self, shape, device=None):
        if type(self).build is not Model.build:
            super()._build_for(shape, device)
        elif not self.built:  # the call that follows makes the weights
            self.device = device or devices.default()
            self._mark_built(shape)

    def build(self, input_shape):
        """Make the weights, by a call on zeros of this shape, the batch first."""
        if self._graph is None:
            self._mark_built(input_shape)
            try:
                x = _nest.map_shapes(
                    lambda shape: symbolic.SymbolicTensor(shape, self.dtype), input_shape
                )
                symbolic.infer(self, (x,), {})
            except BaseException:
                self.built = False
                raise

    @property
    def layers(self):
        """The layers directly inside."""
        if self._graph is None:
            return self._parts(Layer)
        return [layer for layer in self._graph.operations if isinstance(layer, Layer)]

    @property
    def operations(self):
        """The layers, and the functions that were called on symbolic tensors."""
        return self.layers if self._graph is None else list(self._graph.operations)

    def _inner(self):
        if self._graph is None:
            return self._parts(Layer)
        graph = self._graph.operations
        inside = [layer for layer in graph if isinstance(layer, Layer)]
        return [*inside, *(x for x in self._parts(Layer) if x not in inside)]

    def get_layer(self, name=None, index=None):
        """The layer of a name, or at a place."""
        if (name is None) == (index is None):
            raise ValueError(f"{self.name}: get_layer wants a name or an index, one of them.")
        layers = self.layers
        if index is not None:
            if type(index) is not int or not -len(layers) <= index < len(layers):
                raise ValueError(f"{self.name}: there is no layer {index!r} of {len(layers)}.")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        names = ", ".join(repr(layer.name) for layer in layers)
        raise ValueError(f"{self.name}: there is no layer {name!r}; there are {names}.")

    # The call

    def call(self, inputs, training=False):
        if self._graph is None:
            raise TypeError(
                f"{type(self).__name__} defines no call(); give the model inputs and outputs, or a "
                "call() of its own."
            )
        return self._graph.run(_nest.flatten(inputs))

    def _converted(self, x):
        if self._graph is None:
            return super()._converted(x)
        return self._fitted(x)

    def _call_symbolically(self, arguments, keywords, training):
        if self._graph is not None and len(arguments) == 1:
            arguments = (_nest.pack(self._graph.form, self._matched(arguments[0], self.name)),)
        return super()._call_symbolically(arguments, keywords, training)

    def compute_output_shape(self, input_shape):
        if self._graph is None:
            return super().compute_output_shape(input_shape)
        return self._graph.output_shape(_nest.flatten_shapes(input_shape))

    # Configurations

    def get_config(self):
        """What makes another model like it: of a functional one its graph, of one of one's own the
        arguments of its constructor, as `Layer.get_config`."""
        config = super().get_config()
        if self._graph is None or has_own_constructor(self):
            return config
        return {"name": self.name, "trainable": self.trainable, **graph_config(self)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A model from `get_config`'s dict, or Keras's, with new weights.

        Args:
            config: the dict.
            custom_objects: a dict from names to classes and functions of one's own.

        Raises:
            TypeError, ValueError: it is broken, or names what is not there.
        """
        with custom_object_scope(custom_objects):
            if not isinstance(config, dict) or any(key not in config for key in GRAPH):
                return super().from_config(config)
            inputs, outputs = graph_from_config(config)
            more = {key: value for key, value in config.items() if key not in GRAPH}
            return cls(inputs, outputs, **deserialize_value(more))

    def _copied(self, clone_function):
        """A model of this graph with other layers: `clone_function` of each but the inputs."""
        named = {layer.name: layer for layer in self._graph.operations}

        def make(entry):
            layer = named[entry["name"]]
            return (
                clone_function(layer) if layer.nodes[0].inputs else deserialize_keras_object(entry)
            )

        inputs, outputs = graph_from_config(graph_config(self), make)
        return type(self)(inputs, outputs, name=self.name)

    def build_from_config(self, config):
        if self._graph is None and config.get("input_shape"):
            self.build(_nest.map_shapes(tuple, config["input_shape"]))

    def get_build_config(self):
        if self._graph is None:
            return super().get_build_config()
        return {"input_shape": None}

    def to_json(self, **arguments):
        """The configuration as a text, which `fastnn.models.model_from_json` takes, and Keras's.

        Args:
            arguments: of json.dumps.
        """
        return json.dumps(serialize(self), **arguments)

    @property
    def inputs(self):
        """The symbolic inputs, as a list."""
        return list(self._wanted_graph().inputs)

    @property
    def outputs(self):
        """The symbolic outputs, as a list."""
        return list(self._wanted_graph().outputs)

    @property
    def input(self):
        """The symbolic inputs, as the model got them."""
        return self._wanted_graph().form

    @property
    def output(self):
        """The symbolic outputs, as the model got them."""
        return self._wanted_graph().outputs_form

    @property
    def output_shape(self):
        """With None where the batch is; the model must be built."""
        return _nest.map(lambda x: x.shape, self._wanted_graph().outputs_form)

    @property
    def output_names(self):
        """The names of the layers that give the outputs: by which losses and metrics find them."""
        return [x.node.operation.name for x in self._wanted_graph().outputs]

    def _wanted_graph(self):
        if self._graph is None:
            raise ValueError(f"{self.name} is not built: call it once, or begin with fastnn.Input.")
        return self._graph

    @property
    def is_chain(self):
        """Whether each layer follows the one before it, and nothing else."""
        if self._graph is None:
            return True
        nodes = self._graph.nodes
        return len(self._graph.inputs) == 1 and all(
            len(node.outputs) == 1 and [x.node for x in node.inputs] == before
            for node, before in zip(nodes, [[], *([node] for node in nodes)], strict=False)
        )

    def connections(self, layer):
        """What a layer gets, in a functional model: names with the number of the call and of the
        output, such as "dense[0][0]"."""
        nodes = [] if self._graph is None else self._graph.nodes
        return [
            f"{x.node.operation.name}[{x.node.index}][{x.index}]"
            for node in nodes
            if node.operation is layer
            for x in node.inputs
        ]

    def save_weights(self, filepath, overwrite=True):
        """Write the weights into a file, each by its name: layers/dense/kernel, .. (layers are
        counted by class within the model, whatever their names are).

        Args:
            filepath: ends in .npz, which np.load reads, too, or in .safetensors.
            overwrite: whether a file that is there may be replaced.

        The file is there whole or, on an error or a crash, as it was before.

        Raises:
            ValueError: the model is not built; the ending is another one.
            FileExistsError: the file is there, and is not to be replaced.
            OSError: it cannot be written.

        >>> import os, tempfile, fastnn
        >>> layers = [fastnn.Input((3,)), fastnn.layers.Dense(2)]
        >>> a, b = fastnn.Sequential(layers), fastnn.Sequential([fastnn.Input((3,))])
        >>> b.add(fastnn.layers.Dense(2))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     a.save_weights(os.path.join(folder, "a.safetensors"))
        ...     b.load_weights(os.path.join(folder, "a.safetensors"))
        >>> bool((a.get_weights()[0] == b.get_weights()[0]).all())
        True
        """
        from ..saving.weights import save_weights

        save_weights(self, filepath, overwrite)

    def load_weights(self, filepath, skip_mismatch=False):
        """Read the weights from a file of `save_weights`, or of `fastnn.callbacks.ModelCheckpoint`,
        of which random numbers and a compiled model's optimizer go on, too. All are read, or
        nothing is changed.

        Args:
            filepath: ends in .npz or .safetensors.
            skip_mismatch: whether layers whose weights do not fit are left as they are, with a
                warning, instead of an error.

        float32 and float64 are converted into one another; other dtypes must be the same.

        Raises:
            ValueError: the model is not built; the file is damaged, or is that of another model:
                the message names weights that are missing, unexpected, or of another shape.
            OSError: the file cannot be read.
        """
        from ..saving.weights import load_weights

        load_weights(self, filepath, skip_mismatch)

    def summary(self, *arguments, **keywords):
        """Print the layers, the shapes of their outputs and how many weights they have, as Keras.

        Args:
            line_length, positions: widths of the table and ends of its columns.
            print_fn: takes the text, instead of print.
            expand_nested: whether layers of models inside are listed too.
            show_trainable: whether a column says what is trained.
            layer_range: names of the first and the last layer to show.
        """
        from ..utils.summary import summary

        summary(self, *arguments, **keywords)


class Functional(Model):
    """What ``fastnn.Model(inputs, outputs)`` gives."""
