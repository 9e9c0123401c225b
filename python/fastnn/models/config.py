"""Configurations of models: their graphs as Keras writes them, copies, and JSON."""

import json

from .. import _nest, symbolic
from .._config import is_ours
from ..saving.deserialization import deserialize_keras_object, deserialize_value
from ..saving.operations import deserialize_operation, serialize_operation
from ..saving.registry import custom_object_scope
from ..saving.serialization import serialize_keras_object as serialize

GRAPH = ("layers", "input_layers", "output_layers")


def has_own_constructor(model):
    """Whether a class of the user's takes other arguments than models do: then these are its
    configuration."""
    return not is_ours(next(kind for kind in type(model).__mro__ if "__init__" in kind.__dict__))


# A graph as a dict


def graph_config(model):
    """{"layers", "input_layers", "output_layers"} of a functional model."""
    graph = model._graph
    inside = set(graph.nodes)
    calls = {one: [n for n in one.nodes if n in inside] for one in graph.operations}
    numbers = {node: i for nodes in calls.values() for i, node in enumerate(nodes)}

    def place(x, first=0):
        return [x.node.operation.name, numbers[x.node] + first, x.index]

    def tensor(nest):
        """A call's arguments, with dicts in the place of tensors."""
        if symbolic.is_symbolic(nest):
            config = {"shape": list(nest.shape), "dtype": nest.dtype, "keras_history": place(nest)}
            return {"class_name": "__keras_tensor__", "config": config}
        if isinstance(nest, dict):
            return {key: tensor(value) for key, value in nest.items()}
        if isinstance(nest, (list, tuple)):
            return list(map(tensor, nest))
        return serialize(nest)

    def ends(nest):
        def end(x):  # a model inside counts its own beginning as a call, as in Keras
            return place(x, int(type(x.node.operation).__name__ == "Functional"))

        return _nest.map(end, nest)

    layers = []
    for one in graph.operations:
        if isinstance(one, symbolic.Operation):
            entry, *call = serialize_operation(one, tensor)
            nodes = [call]
        else:
            entry = serialize(one)
            extra = {"mask": None} if hasattr(one, "train_step") else {}
            nodes = [
                (tensor(n.arguments), extra | tensor(n.keywords)) for n in calls[one] if n.inputs
            ]
        called = [{"args": args, "kwargs": kwargs} for args, kwargs in nodes]
        layers.append({**entry, "name": one.name, "inbound_nodes": called})
    return {
        "layers": layers,
        "input_layers": ends(graph.form),
        "output_layers": ends(graph.outputs_form),
    }


# And back


class _NotYet(Exception):
    """A tensor that a layer's call needs is not made yet."""


class _Graph:
    """Layers and calls in the making."""

    def __init__(self, entries, make):
        self.made, self.results = {}, {}  # by name: the layer; the outputs of each of its calls
        self.pending = []
        for entry in entries:
            name, nodes = entry["name"], list(entry["inbound_nodes"])
            operation = isinstance(entry["module"], str) and (
                entry["module"].startswith("keras.src.ops.") or entry["module"] == "fastnn.ops"
            )
            layer = entry if operation else make(entry)
            if not operation and not hasattr(layer, "_call_symbolically"):
                raise TypeError(f"{name!r} is a {type(layer).__name__}, no layer.")
            if name in self.made:
                raise ValueError(f"two layers are named {name!r}.")
            self.made[name], self.results[name] = layer, []
            if not nodes and not operation:
                self.results[name] = [node.outputs for node in layer.nodes]
            self.pending.append((name, nodes))

    def call_all(self):
        """Make every call whose tensors are there, until none is left."""
        while self.pending:
            left, count = [], sum(len(nodes) for _, nodes in self.pending)
            for name, nodes in self.pending:
                while nodes:
                    try:
                        self._call(name, nodes[0])
                    except _NotYet:
                        left.append((name, nodes))
                        break
                    nodes.pop(0)
            if left and sum(len(nodes) for _, nodes in left) == count:
                raise ValueError(f"the calls of {left[0][0]!r} form a circle, or lack a layer.")
            self.pending = left

    def _call(self, name, node):
        args, kwargs = self._filled(list(node["args"])), self._filled(dict(node["kwargs"]))
        layer = self.made[name]
        if isinstance(layer, dict):
            outputs = deserialize_operation(layer, args, kwargs)
        else:
            kwargs = {key: x for key, x in kwargs.items() if key != "mask" or x is not None}
            outputs = layer(*args, **kwargs)
        self.results[name].append(_nest.flatten(outputs))

    def _filled(self, nest):
        if isinstance(nest, dict):
            if nest.get("class_name") == "__keras_tensor__":
                name, number, index = nest["config"]["keras_history"]
                return self.tensor(name, number, index)
            if "class_name" in nest:
                return deserialize_value(nest)
            return {key: self._filled(value) for key, value in nest.items()}
        if isinstance(nest, (list, tuple)):
            return type(nest)(map(self._filled, nest))
        return nest

    def tensor(self, name, number, index):
        if name not in self.results:
            raise ValueError(f"there is no layer {name!r}.")
        calls = self.results[name]
        if type(number) is not int or not 0 <= number < len(calls):
            raise _NotYet
        return calls[number][index]

    def ends(self, nest):
        """The tensors of "input_layers" or "output_layers"."""
        if isinstance(nest, dict):
            return {key: self.ends(value) for key, value in nest.items()}
        if not isinstance(nest, (list, tuple)):
            raise ValueError(f"{nest!r} came among the inputs or outputs; [layer, 0, 0] is wanted.")
        if len(nest) == 3 and isinstance(nest[0], str):
            name, number, index = nest
            is_model = type(self.made.get(name)).__name__ == "Functional"
            return self.tensor(name, number - is_model, index)
        return [self.ends(one) for one in nest]


def graph_from_config(config, make=deserialize_keras_object):
    """(inputs, outputs) of a functional model; `make` gives the layer of an entry."""
    try:
        graph = _Graph(config["layers"], make)
        graph.call_all()
        return graph.ends(config["input_layers"]), graph.ends(config["output_layers"])
    except _NotYet:
        raise ValueError("Model.from_config: an output is of a call that is not there.") from None
    except (AttributeError, IndexError, KeyError) as error:
        raise ValueError(f"Model.from_config: the configuration is broken: {error!r}.") from error
    except (TypeError, ValueError) as error:
        raise type(error)(f"Model.from_config: {error}") from error


# Functions of models


def model_from_json(json_string, custom_objects=None):
    """The model of what `to_json` has given, here or in Keras, with new weights.

    Args:
        json_string: the text.
        custom_objects: a dict from names to classes and functions of one's own.

    Raises:
        TypeError, ValueError: it is no JSON, or no model.

    >>> import fastnn
    >>> model = fastnn.Sequential([fastnn.Input((4,)), fastnn.layers.Dense(2)])
    >>> fastnn.models.model_from_json(model.to_json()).count_params()
    10
    """
    try:
        config = json.loads(json_string)
    except ValueError as error:
        raise ValueError(f"model_from_json: no JSON came: {error}.") from None
    made = deserialize_keras_object(config, custom_objects)
    if not hasattr(made, "train_step"):
        raise TypeError(f"model_from_json: a {type(made).__name__} came out, no model.")
    return made


def model_from_config(config, custom_objects=None):
    """The model of a dict, as `model_from_json` makes it of a text.

    >>> import fastnn
    >>> model = fastnn.Sequential([fastnn.Input((4,)), fastnn.layers.Dense(2)])
    >>> config = fastnn.utils.serialize_keras_object(model)
    >>> fastnn.models.model_from_config(config).count_params()
    10
    """
    return model_from_json(json.dumps(config), custom_objects)


def clone_model(model, input_tensors=None, clone_function=None):
    """A model of the same layers, with new weights.

    Args:
        model: what to copy.
        input_tensors: None; the copy has inputs of its own.
        clone_function: makes a new layer of each layer but the inputs; by default
            `layer.__class__.from_config(layer.get_config())`.

    Raises:
        TypeError, ValueError: there is no configuration of it, or something else came.

    >>> import fastnn
    >>> model = fastnn.Sequential([fastnn.Input((4,)), fastnn.layers.Dense(2)])
    >>> fastnn.models.clone_model(model).count_params()
    10
    """
    if not hasattr(model, "train_step"):
        raise TypeError(f"clone_model: a {type(model).__name__} came; a model is wanted.")
    if input_tensors is not None:
        raise ValueError("clone_model: input_tensors came; None is wanted. Call the copy on them.")
    kind = type(model)
    if clone_function is None:
        own = {layer.__class__.__name__: layer.__class__ for layer in _all_layers(model)}
        own = {name: kind for name, kind in own.items() if not is_ours(kind)}
        with custom_object_scope(own):
            return kind.from_config(model.get_config())
    if has_own_constructor(model) or model._graph is None or not callable(clone_function):
        raise ValueError(
            f"clone_model: {kind.__name__} is a class of its own, whose layers only it can make; "
            "clone_function, a function of a layer, is for functional and sequential models that "
            "are built."
        )
    return model._copied(clone_function)


def _all_layers(layer):
    return [layer, *(one for inner in layer._inner() for one in _all_layers(inner))]
