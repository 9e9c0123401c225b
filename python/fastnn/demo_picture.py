"""The demo's picture: how it learnt, the filters that it learnt, and what it still got wrong.

A `Figure` by itself, without pyplot, needs no screen and leaves the user's settings alone.
"""

import numpy as np

COLUMNS, ROWS = 8, 4  # of the filters, and of the mistakes


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
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 8), dpi=110, layout="constrained")
    figure.suptitle(title, fontsize=16)
    left, right = figure.subfigures(1, 2, width_ratios=(2, 3))
    above, below = right.subfigures(2, 1, height_ratios=(4, 5))
    curves(left, history)
    filters(above, next(layer.kernel for layer in model.layers if hasattr(layer, "kernel")))
    mistakes(below, x, y, probabilities, names)
    return figure


def curves(figure, history):
    """Loss and accuracy of training and validation, epoch by epoch."""
    places = (("loss", "upper right"), ("accuracy", "lower right"))
    for axes, (name, place) in zip(figure.subplots(2, 1, sharex=True), places, strict=True):
        for key, label in ((name, "training, with dropout"), (f"val_{name}", "validation")):
            axes.plot(range(1, len(history[key]) + 1), history[key], ".-", label=label)
        axes.set_ylabel(name)
        axes.grid(alpha=0.3)
        axes.legend(loc=place)
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)


def filters(figure, kernel):
    """The first layer's filters, each with colours of its own: else a few large ones would leave
    all others pale."""
    kernel = np.moveaxis(kernel.numpy()[:, :, 0], -1, 0)
    figure.suptitle("filters of the first layer (red: positive, blue: negative weights)")
    for axes, window in zip(grid(figure), kernel, strict=False):
        most = np.abs(window).max()
        axes.imshow(window, cmap="RdBu_r", vmin=-most, vmax=most)


def mistakes(figure, x, y, probabilities, names):
    """Images that it got wrong, those first of which it was surest."""
    classes, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(classes != y)
    wrong = wrong[np.argsort(-sure[wrong], kind="stable")]
    shown = wrong[: COLUMNS * ROWS]
    figure.suptitle(f"{len(shown)} of {len(wrong)} mistakes: true class → predicted class")
    for axes, i in zip(grid(figure), shown, strict=False):
        axes.imshow(x[i, :, :, 0], cmap="gray")
        axes.set_title(f"{names[y[i]]}\n→ {names[classes[i]]}", fontsize=8)


def grid(figure):
    """Places for pictures, without ticks and frames."""
    places = figure.subplots(ROWS, COLUMNS).ravel()
    for axes in places:
        axes.set_axis_off()
    return places
