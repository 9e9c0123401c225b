"""conv2d, channels last: tap by tap, the picture shifted by the tap times the tap's weights.

x is (N, H, W, C), w (KH, KW, C / groups, F), bias (F,), y (N, OH, OW, F). conv2d_transpose puts y's
pixels back where their windows lay, conv2d_backward_w sums over pixels. All three share the terms
x[n, h, w, c] w[r, s, c, f] y[n, oh, ow, f] with h = oh stride + r dilation - pad: each leaves one
factor out. Padding is zeros around x.
"""

import functools
import inspect
import math

import numpy as np

from . import Size, positive, winograd
from .unary import activated, activated_size, through_activation


class Geometry:
    """The settings without the activation, under one name."""

    NAMES = (
        *("stride_h", "stride_w", "pad_top", "pad_bottom", "pad_left", "pad_right"),
        *("dilation_h", "dilation_w", "groups"),
    )

    def __init__(self, *settings):
        self.stride, self.pads = settings[:2], settings[2:6]
        self.dilation, self.groups = settings[6:8], settings[8]

    def padded(self, shape):
        top, bottom, left, right = self.pads
        return (shape[0], shape[1] + top + bottom, shape[2] + left + right, shape[3])

    def inside(self, shape):
        """Where x lies in its padded picture."""
        top, _, left, _ = self.pads
        return np.s_[:, top : top + shape[1], left : left + shape[2]]

    def seen(self, tap, rows, columns):
        """The pixels of the padded picture that a tap of the window meets, one for each of y's."""
        begin = [at * gap for at, gap in zip(tap, self.dilation, strict=True)]
        end = [
            b + (n - 1) * s + 1 for b, n, s in zip(begin, (rows, columns), self.stride, strict=True)
        ]
        return np.s_[:, begin[0] : end[0] : self.stride[0], begin[1] : end[1] : self.stride[1]]

    def size(self, shape, taps):
        """Rows and columns of y."""
        sides = zip(self.padded(shape)[1:3], taps, self.dilation, self.stride, strict=True)
        return tuple((n - (k - 1) * d - 1) // s + 1 for n, k, d, s in sides)

    def grouped(self, x):
        """The last axis as (groups, channels of a group)."""
        return x.reshape(*x.shape[:-1], self.groups, x.shape[-1] // self.groups)


def by_settings(function):
    """Makes a function of a Geometry, its first argument, one of the settings by their names."""

    @functools.wraps(function)
    def call(**known):
        return function(Geometry(*(known.pop(name) for name in Geometry.NAMES)), **known)

    _, *rest = inspect.signature(function).parameters
    kind = inspect.Parameter.KEYWORD_ONLY
    names = [inspect.Parameter(name, kind) for name in (*Geometry.NAMES, *rest)]
    call.__signature__ = inspect.Signature(names)
    return call


def forward(g, x, w, bias):
    picture = np.zeros(g.padded(x.shape), x.dtype)
    picture[g.inside(x.shape)] = x
    rows, columns = g.size(x.shape, w.shape[:2])
    y = np.zeros((len(x), rows, columns, w.shape[3]), x.dtype)
    for tap in np.ndindex(w.shape[:2]):
        seen = g.grouped(picture[g.seen(tap, rows, columns)])
        y += np.einsum("nhwgc,cgf->nhwgf", seen, g.grouped(w[tap])).reshape(y.shape)
    return y if bias is None else y + bias


def transposed(g, y, w, bias, shape):
    picture = np.zeros(g.padded(shape), y.dtype)
    for tap in np.ndindex(w.shape[:2]):
        part = np.einsum("nhwgf,cgf->nhwgc", g.grouped(y), g.grouped(w[tap]))
        picture[g.seen(tap, *y.shape[1:3])] += part.reshape(*y.shape[:3], shape[3])
    x = picture[g.inside(shape)]
    return x if bias is None else x + bias


def to_w(g, dy, x, shape):
    picture = np.zeros(g.padded(x.shape), x.dtype)
    picture[g.inside(x.shape)] = x
    dw = np.zeros(shape, x.dtype)
    for tap in np.ndindex(shape[:2]):
        seen = g.grouped(picture[g.seen(tap, *dy.shape[1:3])])
        dw[tap] = np.einsum("nhwgc,nhwgf->cgf", seen, g.grouped(dy)).reshape(shape[2:])
    return dw


def with_bias(size, bias):
    return size if bias is None else Size(size.magnitude + positive(bias), size.terms + 1)


@by_settings
def conv2d(g, x, w, bias, activation):
    return activated(forward(g, x, w, bias), activation)


@by_settings
def conv2d_magnitude(g, x, w, bias, activation, algorithm):
    if algorithm == "winograd":
        size = winograd.forward(g, x, w, g.size(x.shape, w.shape[:2]))
    else:
        size = Size(forward(g, positive(x), positive(w), None), math.prod(w.shape[:3]))
    size = with_bias(size, bias)
    return activated_size(size, forward(g, x, w, bias), activation)


@by_settings
def conv2d_backward(g, dy, x, w, bias, y, activation):
    dy = through_activation(dy, y, activation)
    dbias = None if bias is None else dy.sum(axis=(0, 1, 2))
    return transposed(g, dy, w, None, x.shape), to_w(g, dy, x, w.shape), dbias


@by_settings
def conv2d_transpose(g, y, w, bias, x_shape, activation):
    return activated(transposed(g, y, w, bias, x_shape), activation)


@by_settings
def conv2d_transpose_magnitude(g, y, w, bias, x_shape, activation, algorithm):
    if algorithm == "winograd":
        size = winograd.transposed(g, y, w, x_shape)
    elif algorithm == "adjoint":
        size = winograd.adjoint(g, y, w, x_shape)
    else:
        taps = math.prod(w.shape[:2]) * w.shape[3] // g.groups
        size = Size(transposed(g, positive(y), positive(w), None, x_shape), taps)
    size = with_bias(size, bias)
    return activated_size(size, transposed(g, y, w, bias, x_shape), activation)


@by_settings
def conv2d_transpose_backward(g, dx, y, w, bias, x, activation):
    dx = through_activation(dx, x, activation)
    dbias = None if bias is None else dx.sum(axis=(0, 1, 2))
    return forward(g, dx, w, None), to_w(g, y, dx, w.shape), dbias


@by_settings
def conv2d_backward_w(g, dy, x, dw_shape):
    return to_w(g, dy, x, dw_shape)


@by_settings
def conv2d_backward_w_magnitude(g, dy, x, dw_shape, algorithm):
    if algorithm == "winograd":
        return winograd.to_w(g, dy, x, dw_shape)
    return Size(to_w(g, positive(dy), positive(x), dw_shape), math.prod(dy.shape[:3]))
