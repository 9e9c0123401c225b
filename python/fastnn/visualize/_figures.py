"""What drawings share: figures, places for small pictures, pictures as matplotlib wants them."""

import math

import numpy as np

from .._checks import as_numbers


def new_figure(width, height):
    """A matplotlib Figure of so many inches."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            'fastnn.visualize draws with matplotlib, which is not here: pip install "fastnn[plot]"'
        ) from None
    return Figure(figsize=(width, height), dpi=110, layout="constrained")


def grid(count, columns, figure=None, inches=1.0):
    """(figure, axes of `count` pictures in rows), without ticks and frames."""
    if figure is None:
        columns = min(columns, count)
    rows = math.ceil(count / columns)
    if figure is None:
        figure = new_figure(max(inches * columns, 4), inches * rows + 0.6)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for one in axes:
        one.set_axis_off()
    return figure, axes[:count]


def as_picture(image, name):
    """A picture as (rows, columns), or (rows, columns, 3 or 4) from 0 to 1 or of bytes."""
    pixels = as_numbers(image, name)
    if pixels.ndim == 4 and len(pixels) == 1:
        pixels = pixels[0]
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim != 2 and not (pixels.ndim == 3 and pixels.shape[2] in (3, 4)):
        raise ValueError(
            f"{name}: the image has shape {np.shape(image)}; (rows, columns), or (rows, columns, "
            "channels) with 1, 3 or 4 channels is wanted."
        )
    if pixels.ndim == 3 and pixels.dtype != "uint8":
        low, high = min(pixels.min(), 0), max(pixels.max(), 1)
        pixels = (pixels - low) / (high - low)
    return pixels


def draw_weights(axes, window):
    """Numbers in blue where they are negative, and red where they are positive."""
    most = np.abs(window).max() or 1
    axes.imshow(window, cmap="RdBu_r", vmin=-most, vmax=most)
