"""Figures of what is inside a model: filters, and what layers make of a picture."""

import numpy as np

from ..layers import Conv2D
from ..ops._axes import as_integer
from ._figures import draw_weights, grid
from ._model import graph_of, image_of, maps_of, run


def first_layer_filters(model, figure=None, most=64):
    """The filters of a model's first `Conv2D`: those of pictures in colour in colours, others in
    red (positive) and blue. Each has colours of its own: else a few large ones would leave all
    others pale.

    Args:
        model: a model that is built.
        figure: to draw into; None: a new one.
        most: at most so many are drawn.

    Returns:
        The matplotlib Figure.

    Raises:
        ValueError: the model has no `Conv2D`, or is not built.

    >>> import fastnn
    >>> model = fastnn.Sequential([fastnn.Input((8, 8, 1)), fastnn.layers.Conv2D(4, 3)])
    >>> len(fastnn.visualize.first_layer_filters(model).axes)
    4
    """
    most = as_integer(most, "first_layer_filters", "most", 1)
    layer = next((one for one in _all_layers(model) if isinstance(one, Conv2D)), None)
    if layer is None or not layer.built:
        what = "has no Conv2D, whose kernel could be drawn" if layer is None else "is not built"
        cure = "" if layer is None else " Begin it with fastnn.Input, or call it once."
        raise ValueError(f"first_layer_filters: {model.name} {what}.{cure}")
    kernel = np.moveaxis(layer.kernel.numpy(), -1, 0)
    count, channels = len(kernel), kernel.shape[3]
    figure, places = grid(min(count, most), 8, figure)
    kinds = {1: "red: positive, blue: negative", 3: "grey: 0"}
    of = f"{len(places)} of {count} filters" if len(places) < count else f"{count} filters"
    how = kinds.get(channels, f"mean of {channels} channels; red: positive, blue: negative")
    figure.suptitle(f"{of} of {layer.name} ({how})")
    for axes, window in zip(places, kernel, strict=False):
        if channels == 3:
            axes.imshow(0.5 + 0.5 * window / (np.abs(window).max() or 1))
        else:
            draw_weights(axes, window.mean(axis=2))
    return figure


def activation_maps(model, image, layer=None, figure=None, most=64):
    """What a layer makes of one picture: a map for each of its channels.

    Args:
        model: functional or sequential, with one input of pictures.
        image: one picture of the model's input, (rows, columns) or (rows, columns, channels).
        layer: of the model, or its name, whose output is (batch, rows, columns, channels); None:
            the first `Conv2D`, or, without one, the first layer with such an output.
        figure: to draw into; None: a new one.
        most: at most so many are drawn.

    Returns:
        The matplotlib Figure. For the arrays: ``fastnn.Model(model.input, layer.output)``.

    Raises:
        ValueError: the picture does not fit the model, or the layer gives no maps.

    >>> import numpy as np, fastnn
    >>> model = fastnn.Sequential([fastnn.Input((8, 8, 1)), fastnn.layers.Conv2D(4, 3)])
    >>> figure = fastnn.visualize.activation_maps(model, np.ones((8, 8)))
    >>> figure.axes[0].images[0].get_array().shape
    (6, 6)
    """
    name = "activation_maps"
    most = as_integer(most, name, "most", 1)
    graph = graph_of(model, name)
    x = image_of(graph, image, model, name)
    maps = maps_of(graph, layer, model, name, first=True)
    made = run(graph.inputs, maps, [x]).numpy()[0]
    count = made.shape[2]
    figure, places = grid(min(count, most), 8, figure)
    of = f"{len(places)} of {count}" if len(places) < count else f"{count}"
    figure.suptitle(f"{of} maps of {maps.node.operation.name}, {made.shape[0]} x {made.shape[1]}")
    for axes, one in zip(places, np.moveaxis(made, 2, 0), strict=False):
        axes.imshow(one, cmap="viridis")
    return figure


def _all_layers(model):
    """The layers of a model, those of models inside in their places."""
    for layer in getattr(model, "layers", ()):
        yield layer
        yield from _all_layers(layer)
