"""Parts of a model's graph: from the picture to a layer's maps, and on to the scores of classes."""

import copy

from .. import activations, tape
from .._checks import as_numbers
from ..layers import Conv2D, Layer, Softmax
from ..layers._convolving import Convolving
from ..models.graph import Graph
from ..models.inputs import _fitting
from ..ops._axes import as_integer
from ..variable import Variable

# What turns scores into probabilities. Gradients are those of the scores: of probabilities they
# would also say what speaks against the other classes, and vanish where the model is sure.
_SQUASHING = (activations.softmax, activations.log_softmax, activations.sigmoid)
_SQUASHING_KINDS = ("Softmax", "LogSoftmax", "Sigmoid")


def graph_of(model, name):
    """The graph of a model with one input and one output."""
    graph = getattr(model, "_graph", None)
    if graph is None:
        raise ValueError(
            f"{name}: {getattr(model, 'name', model)!r} has no graph; a functional or sequential "
            "model is wanted, which begins with fastnn.Input or was called once."
        )
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise ValueError(
            f"{name}: {model.name} has {len(graph.inputs)} inputs and {len(graph.outputs)} "
            "outputs; a model with one of each is wanted."
        )
    return graph


def image_of(graph, image, model, name):
    """One picture as a Variable of the shape and dtype of the model's input, so that there is a
    gradient to it."""
    [wanted] = graph.inputs
    pixels = as_numbers(image, f"{name}: image")
    rank = len(wanted.shape)
    if rank != 4 or not wanted.dtype.startswith("float"):
        raise ValueError(
            f"{name}: {model.name} takes {wanted.dtype} {wanted.shape}; a model of pictures, float "
            "(batch, rows, columns, channels), is wanted."
        )
    shape = pixels.shape if pixels.ndim == rank else (1, *pixels.shape)
    shape = _fitting(shape, wanted.shape)
    fits = len(shape) == rank and shape[0] == 1
    if not fits or any(
        w not in (None, n) for n, w in zip(shape, (1, *wanted.shape[1:]), strict=True)
    ):
        raise ValueError(
            f"{name}: the image has shape {pixels.shape}; one picture {wanted.shape[1:]} is wanted."
        )
    return Variable(pixels.reshape(shape), wanted.dtype, name="image", device=model.device)


def maps_of(graph, layer, model, name, first=False):
    """The symbolic output of a layer that gives maps, (batch, rows, columns, channels).

    Without a layer: of the first Conv2D; or of the last layer with maps of the size that the last
    convolution has: normalisation and activation behind it count as its own.
    """
    nodes = [node for node in graph.nodes if node.inputs and len(node.outputs[0].shape) == 4]
    if layer is None:
        kind = Conv2D if first else Convolving
        convolutions = [node for node in nodes if isinstance(node.operation, kind)]
        if first:
            chosen = (convolutions or nodes)[:1]
        else:
            size = (convolutions or nodes)[-1].outputs[0].shape[1:3] if nodes else None
            chosen = [node for node in nodes if node.outputs[0].shape[1:3] == size][-1:]
        if not chosen:
            raise ValueError(f"{name}: no layer of {model.name} gives maps.")
        return chosen[0].outputs[0]
    if not isinstance(layer, (str, Layer)):
        raise TypeError(
            f"{name}: layer is a {type(layer).__name__}; a layer or its name is wanted."
        )
    layer = model.get_layer(layer) if isinstance(layer, str) else layer
    calls = [node for node in graph.nodes if node.operation is layer]
    if not calls:
        names = ", ".join(repr(one.name) for one in model.layers)
        raise ValueError(
            f"{name}: the layer {layer.name!r} is not in {model.name}, whose layers are {names}."
        )
    [output, *more] = calls[-1].outputs
    if more or len(output.shape) != 4:
        raise ValueError(
            f"{name}: the layer {layer.name!r} gives {output.shape}; a layer that gives maps, "
            "(batch, rows, columns, channels), is wanted."
        )
    return output


def run(inputs, output, tensors):
    """What a part of a graph makes of tensors, without a tape."""
    with tape.no_grad():
        return Graph(inputs, output, "part").run(tensors)


def scores(inputs, output, tensors):
    """What a part of a graph makes of tensors: the scores before a last softmax or sigmoid."""
    node = output.node
    operation = node.operation
    before = Graph(inputs, list(node.inputs), "part").run(tensors)
    inside = getattr(operation, "_graph", None)
    if inside is not None:
        return scores(inside.inputs, inside.outputs[0], before)
    if len(before) != 1:
        return Graph(inputs, output, "part").run(tensors)
    kind = getattr(operation, "kind", type(operation).__name__)
    activation = getattr(operation, "activation", None)
    squashes = activation in _SQUASHING or isinstance(activation, Softmax)
    if kind in _SQUASHING_KINDS or (kind == "Activation" and squashes):
        return before[0]
    if squashes:
        operation = copy.copy(operation)  # with the same weights
        operation.__dict__["activation"] = activations.linear
        return operation(*before)
    return Graph(inputs, output, "part").run(tensors)


def score(inputs, graph, tensors, class_index, name):
    """The score of a class, or of the highest one, as a tensor with a tape."""
    [output] = graph.outputs
    if len(output.shape) != 2:
        raise ValueError(f"{name}: the model gives {output.shape}; (batch, classes) is wanted.")
    found = scores(inputs, output, tensors)
    if class_index is None:
        class_index = int(found.numpy()[0].argmax())
    class_index = as_integer(class_index, name, "class_index")
    if class_index >= found.shape[1]:
        raise ValueError(
            f"{name}: class_index is {class_index}; a class of the model, 0 to "
            f"{found.shape[1] - 1}, is wanted."
        )
    chosen = found[0, class_index]
    if chosen._node is None:
        raise ValueError(
            f"{name}: the score of class {class_index} does not depend on it; nothing on the way "
            "has a gradient."
        )
    return chosen
