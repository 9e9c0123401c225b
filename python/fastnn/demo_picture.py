"""The demo's picture: how it learnt, the filters that it learnt, and what it still got wrong."""

from .visualize import curves, first_layer_filters, mistakes
from .visualize._figures import new_figure


def draw(title, history, model, x, y, probabilities, names):
    """A matplotlib Figure.

    Args:
        title: above all.
        history: lists of numbers by name, one an epoch, as `fit` measures them.
        model: whose first layer with a kernel has filters (rows, columns, 1, n).
        x, y: images (n, rows, columns, 1) and their classes.
        probabilities: what the model makes of x.
        names: of the classes.
    """
    figure = new_figure(13, 8)
    figure.suptitle(title, fontsize=16)
    left, right = figure.subfigures(1, 2, width_ratios=(2, 3))
    above, below = right.subfigures(2, 1, height_ratios=(4, 5))
    for axes in curves(history, ["loss", "accuracy"], left).axes:
        axes.lines[0].set_label("training, with dropout")
        axes.legend()
    first_layer_filters(model, above)
    mistakes(x, y, probabilities, names, below)
    return figure
