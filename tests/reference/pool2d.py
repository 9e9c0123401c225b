"""pool2d, window by window: x (N, H, W, C), y (N, OH, OW, C).

Sizes of errors: a sum of the window's cells on absolute values; a maximum rounds nothing.
"""

import numpy as np

from . import EXACT, Size


def windows(x_shape, y_shape, size_h, size_w, stride_h, stride_w, pad_top, pad_left):
    """(row, column) of y, the slices of x that the window holds, and the places of these cells."""
    for row in range(y_shape[1]):
        for column in range(y_shape[2]):
            top, left = row * stride_h - pad_top, column * stride_w - pad_left
            rows = slice(max(top, 0), min(top + size_h, x_shape[1]))
            columns = slice(max(left, 0), min(left + size_w, x_shape[2]))
            h, w = np.mgrid[rows, columns]
            places = (h - top) * size_w + w - left
            yield row, column, rows, columns, places


def pool2d_forward(x, y_shape, function, size_h, size_w, stride_h, stride_w, pad_top, pad_left):
    y = np.zeros(y_shape, x.dtype)
    argmax = np.zeros(y_shape, int)
    geometry = (size_h, size_w, stride_h, stride_w, pad_top, pad_left)
    for row, column, rows, columns, places in windows(x.shape, y_shape, *geometry):
        cells = x[:, rows, columns, :].reshape(len(x), places.size, x.shape[3])
        if function == "max":
            y[:, row, column] = cells.max(axis=1)
            argmax[:, row, column] = places.ravel()[cells.argmax(axis=1)]
        else:
            y[:, row, column] = cells.sum(axis=1) / (places.size if function == "average" else 1)
    return y, argmax


def pool2d_forward_magnitude(
    x, y_shape, function, size_h, size_w, stride_h, stride_w, pad_top, pad_left
):
    if function == "max":
        return EXACT, EXACT
    geometry = (size_h, size_w, stride_h, stride_w, pad_top, pad_left)
    size, _ = pool2d_forward(np.abs(x), y_shape, function, *geometry)
    return Size(size, size_h * size_w + 1), EXACT


def pool2d_backward(
    dy, argmax, dx_shape, function, size_h, size_w, stride_h, stride_w, pad_top, pad_left
):
    dx = np.zeros(dx_shape, dy.dtype)
    geometry = (size_h, size_w, stride_h, stride_w, pad_top, pad_left)
    for row, column, rows, columns, places in windows(dx_shape, dy.shape, *geometry):
        d = dy[:, row, column][:, None, None]
        if function == "max":
            chosen = argmax[:, row, column][:, None, None] == places[None, :, :, None]
            d = np.where(chosen, d, 0)
        elif function == "average":
            d = d / places.size
        dx[:, rows, columns] += d
    return dx


def pool2d_backward_magnitude(
    dy, argmax, dx_shape, function, size_h, size_w, stride_h, stride_w, pad_top, pad_left
):
    geometry = (size_h, size_w, stride_h, stride_w, pad_top, pad_left)
    size = pool2d_backward(np.abs(dy), argmax, dx_shape, function, *geometry)
    # The windows that hold a cell; each term is a quotient, or a product with one.
    return Size(size, -(-size_h // stride_h) * -(-size_w // stride_w) + 2)
