"""Which pixels an answer rests on: saliency and Grad-CAM."""

import numpy as np

from .. import tape
from ..variable import Variable
from ._model import graph_of, image_of, maps_of, run, score


def saliency(model, image, class_index=None):
    """How much a class's score changes with each pixel: the gradient's absolute value, of the
    channels the largest.

    Args:
        model: functional or sequential, with one input of pictures; its output is (batch,
            classes). Scores are what comes before a last softmax or sigmoid.
        image: one picture of the model's input, (rows, columns) or (rows, columns, channels).
        class_index: the class; None: that of the highest score.

    Returns:
        An array (rows, columns) of the input's dtype; `overlay` draws it.

    Raises:
        ValueError: the picture does not fit the model, or there is no such class.

    Source: Simonyan, Vedaldi and Zisserman, Deep Inside Convolutional Networks (2014), section 3.

    >>> import numpy as np, fastnn
    >>> from fastnn.layers import Dense, Flatten
    >>> model = fastnn.Sequential([fastnn.Input((8, 8, 1)), Flatten(), Dense(3, "softmax")])
    >>> fastnn.visualize.saliency(model, np.ones((8, 8)), 2).shape
    (8, 8)
    """
    graph = graph_of(model, "saliency")
    x = image_of(graph, image, model, "saliency")
    y = score(graph.inputs, graph, [x], class_index, "saliency")
    [dx] = tape.gradients(y, [x])
    return np.abs(dx.numpy()[0]).max(axis=2)


def grad_cam(model, image, class_index=None, layer=None):
    """Where a model sees a class: the maps of a layer, each times the mean gradient of the class's
    score with respect to it, added up; what speaks for the class, enlarged to the picture.

    heat = relu(sum_k a_k A_k) with a_k = mean over the pixels of d score / d A_k, divided by its
    greatest number.

    Args:
        model: functional or sequential, with one input of pictures; its output is (batch,
            classes). Scores are what comes before a last softmax or sigmoid.
        image: one picture of the model's input, (rows, columns) or (rows, columns, channels).
        class_index: the class; None: that of the highest score.
        layer: of the model, or its name, whose output is (batch, rows, columns, channels); None:
            the last convolution, with the normalisation and activation behind it.

    Returns:
        An array (rows, columns) from 0 to 1, of the picture's size; all 0 where nothing speaks for
        the class. `overlay` draws it.

    Raises:
        ValueError: the picture does not fit the model, the layer gives no maps, or there is no such
            class.

    Source: Selvaraju et al., Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization (2017), section 3.

    >>> import numpy as np, fastnn
    >>> from fastnn.layers import Conv2D, Dense, Flatten
    >>> layers = [fastnn.Input((8, 8, 1)), Conv2D(4, 3, activation="relu"), Flatten(), Dense(3)]
    >>> model = fastnn.Sequential(layers)
    >>> image = np.random.default_rng(0).random((8, 8))
    >>> heat = fastnn.visualize.grad_cam(model, image, class_index=2)
    >>> heat.shape, heat.min() >= 0, heat.max() <= 1
    ((8, 8), np.True_, np.True_)
    >>> figure = fastnn.visualize.overlay(image, heat)
    """
    name = "grad_cam"
    graph = graph_of(model, name)
    x = image_of(graph, image, model, name)
    maps = maps_of(graph, layer, model, name)
    a = run(graph.inputs, maps, [x])
    a = Variable(a.numpy(), a.dtype, name="maps", device=a.device)
    x = x.detach()
    y = score([*graph.inputs, maps], graph, [x, a], class_index, name)
    [da] = tape.gradients(y, [a])
    weights = da.numpy()[0].mean(axis=(0, 1))
    heat = np.maximum(a.numpy()[0] @ weights, 0)
    heat = heat / (heat.max() or 1)
    rows, columns = (_enlargement(n, m) for n, m in zip(heat.shape, x.shape[1:3], strict=True))
    return (rows @ heat @ columns.T).clip(0, 1).astype(heat.dtype)


def _enlargement(n, size):
    """The matrix (size, n) that interpolates between n pixels, their centres where they are: a
    picture's border is repeated."""
    at = ((np.arange(size) + 0.5) * n / size - 0.5).clip(0, n - 1)
    return np.maximum(1 - np.abs(at[:, None] - np.arange(n)), 0)
