"""Figures of how a training went, of a classifier's answers, and of a map over a picture."""

import numpy as np

from .. import ops
from .._checks import as_number, as_numbers
from ..ops._axes import as_integer
from ._figures import as_picture, grid, new_figure


def curves(history, names=None, figure=None):
    """What was measured epoch by epoch, in training and validation: axes for each metric.

    Args:
        history: what `fit` returned, or a dict of lists of numbers by name.
        names: of the metrics, one or a list; None: all, the loss first.
        figure: to draw into; None: a new one.

    Returns:
        The matplotlib Figure.

    Raises:
        ValueError: nothing was measured, or a name is unknown.

    >>> import fastnn
    >>> known = {"loss": [0.9, 0.5], "val_loss": [1.0, 0.7], "accuracy": [0.5, 0.8]}
    >>> figure = fastnn.visualize.curves(known)
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss', 'accuracy']
    """
    known, epochs = getattr(history, "history", history), getattr(history, "_epochs", {})
    if not isinstance(known, dict) or not known:
        came = "an empty one" if isinstance(known, dict) else f"a {type(known).__name__}"
        raise ValueError(
            f"curves: {came} came as the history; one with measured epochs is wanted, as fit "
            "returns it."
        )
    metrics = list(dict.fromkeys(name.removeprefix("val_") for name in known))
    metrics.sort(key=lambda name: name != "loss")
    if names is not None:
        chosen = [names] if isinstance(names, str) else list(names)
        unknown = [name for name in chosen if name not in metrics]
        if unknown or not chosen:
            raise ValueError(
                f"curves: names is {names!r}; of {', '.join(metrics)} at least one is wanted."
            )
        metrics = chosen
    figure = figure or new_figure(6.5, 0.8 + 2.4 * len(metrics))
    places = figure.subplots(len(metrics), 1, sharex=True, squeeze=False)[:, 0]
    for axes, metric in zip(places, metrics, strict=True):
        for name, label in ((metric, "training"), (f"val_{metric}", "validation")):
            if name in known:
                at = epochs.get(name, range(1, len(known[name]) + 1))
                axes.plot(at, known[name], ".-", label=label)
        axes.set_ylabel(metric)
        axes.grid(alpha=0.3)
        axes.legend()
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    return figure


def confusion_matrix(y_true, y_pred, names=None, figure=None):
    """How often each class was taken for each: rows are true classes, columns predicted ones.

    Colours are shares of the row, so that rare classes are seen; the numbers are counts.

    Args:
        y_true: class numbers, (n,).
        y_pred: class numbers, (n,); or what a model gives, (n, classes), of which the largest
            counts.
        names: of the classes; None: their numbers.
        figure: to draw into; None: a new one.

    Returns:
        The matplotlib Figure.

    Raises:
        ValueError: the two differ in length, a class has no name, or nothing came.

    >>> import fastnn
    >>> figure = fastnn.visualize.confusion_matrix([0, 1, 1], [0, 0, 1], ["cat", "dog"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1', '.', '1', '1']
    """
    name = "confusion_matrix"
    labels, predicted = _as_classes(y_true, name, "y_true"), _as_classes(y_pred, name, "y_pred")
    if labels.shape != predicted.shape or not labels.size:
        raise ValueError(
            f"{name}: y_true has {labels.size} classes and y_pred {predicted.size}; as many of "
            "both, and at least one, are wanted."
        )
    classes = max(labels.max(), predicted.max(), _columns(y_pred) - 1) + 1
    names = _as_names(names, classes, name)
    counts = ops.confusion_matrix(labels, predicted, len(names)).numpy()
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    if figure is None:
        figure = new_figure(1.6 + 0.55 * len(names), 1.4 + 0.55 * len(names))
    axes = figure.subplots()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for i, row in enumerate(counts):
        for j, n in enumerate(row):
            colour = "white" if share[i, j] > 0.5 else "black"
            axes.text(j, i, str(n) if n else ".", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    return figure


def mistakes(x, y_true, y_pred, names=None, figure=None, most=32):
    """Pictures that a classifier got wrong, those first of which it was surest.

    Args:
        x: pictures, (n, rows, columns) or (n, rows, columns, channels).
        y_true: class numbers, (n,).
        y_pred: what the model made of x, (n, classes).
        names: of the classes; None: their numbers.
        figure: to draw into; None: a new one.
        most: at most so many are drawn.

    Returns:
        The matplotlib Figure.

    >>> import numpy as np, fastnn
    >>> x, y_pred = np.zeros((2, 8, 8)), np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> figure = fastnn.visualize.mistakes(x, [1, 1], y_pred, ["cat", "dog"])
    >>> figure.axes[0].get_title()
    'dog\\n→ cat'
    """
    most = as_integer(most, "mistakes", "most", 1)
    pictures, scores = as_numbers(x, "mistakes"), as_numbers(y_pred, "mistakes")
    labels = _as_classes(y_true, "mistakes", "y_true")
    if scores.ndim != 2 or len({len(pictures), len(labels), len(scores)}) > 1:
        raise ValueError(
            f"mistakes: x has shape {pictures.shape}, y_true {labels.shape} and y_pred "
            f"{scores.shape}; (n, rows, columns, channels), (n,) and (n, classes) are wanted."
        )
    names = _as_names(names, max(labels.max(initial=0) + 1, scores.shape[1]), "mistakes")
    classes, sure = scores.argmax(axis=1), scores.max(axis=1)
    wrong = np.flatnonzero(classes != labels)
    wrong = wrong[np.argsort(-sure[wrong], kind="stable")]
    shown = wrong[:most]
    figure, places = grid(max(len(shown), 1), 8, figure, inches=1.2)
    figure.suptitle(f"{len(shown)} of {len(wrong)} mistakes: true class → predicted class")
    for axes, i in zip(places, shown, strict=False):
        axes.imshow(as_picture(pictures[i], "mistakes"), cmap="gray")
        axes.set_title(f"{names[labels[i]]}\n→ {names[classes[i]]}", fontsize=8)
    return figure


def overlay(image, heat, alpha=0.5, figure=None):
    """A picture under a map of the same size, blue to red, such as `grad_cam` gives.

    Args:
        image: (rows, columns) or (rows, columns, channels).
        heat: (rows, columns); from 0 to 1, or other numbers from the least to the greatest.
        alpha: how much of the map is seen: 0 is nothing, 1 hides the picture.
        figure: to draw into; None: a new one.

    Returns:
        The matplotlib Figure.

    >>> import numpy as np, fastnn
    >>> figure = fastnn.visualize.overlay(np.zeros((8, 8)), np.eye(8))
    >>> len(figure.axes[0].images)
    2
    """
    pixels, heat = as_picture(image, "overlay"), as_numbers(heat, "overlay", "float64")
    alpha = as_number(alpha, "overlay", "alpha")
    if not 0 <= alpha <= 1:
        raise ValueError(f"overlay: alpha is {alpha}; a number from 0 to 1 is wanted.")
    if heat.shape != pixels.shape[:2]:
        raise ValueError(
            f"overlay: the map has shape {heat.shape}, the image {pixels.shape[:2]} pixels; they "
            "must be equal."
        )
    low, high = min(heat.min(), 0), max(heat.max(), 0)
    share = (heat - low) / ((high - low) or 1)
    figure = figure or new_figure(4, 4)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.imshow(pixels, cmap="gray")
    axes.imshow(share, cmap="turbo", alpha=alpha, vmin=0, vmax=1)
    return figure


def _as_classes(y, name, what):
    """Class numbers, int64, of class numbers or of scores."""
    y = as_numbers(y, f"{name}: {what}")
    if y.ndim == 2:
        y = y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0]
    if y.ndim != 1 or (y != np.floor(y)).any() or y.min(initial=0) < 0:
        raise ValueError(
            f"{name}: {what} has shape {y.shape}; class numbers, (n,), from 0 are wanted"
            f"{', or scores (n, classes)' if what == 'y_pred' else ''}."
        )
    return y.astype("int64")


def _columns(y):
    shape = np.shape(y)
    return shape[1] if len(shape) == 2 else 0


def _as_names(names, classes, name):
    names = [str(i) for i in range(classes)] if names is None else [str(n) for n in names]
    if len(names) < classes:
        raise ValueError(f"{name}: {len(names)} names came for {classes} classes.")
    return names
