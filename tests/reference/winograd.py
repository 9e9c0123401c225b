"""How large the terms of Winograd's algorithm become on the way: the bound of a convolution that is
computed by it. The matrices are kernels/winograd_points.h's, entry by entry, by absolute value.

An output errs relative to all that its tile holds, not to its own window alone: where the other
pixels of a tile are large, and its own small, the difference of large numbers is what is left.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from . import Size

POINTS = (0, 1, -1, 2, -2)


def matrices(taps):
    """|A^T| (M x 6), |G| (6 x R), |B^T| (6 x 6), where y = A^T ((G g) . (B^T d))."""
    outputs = 7 - taps
    powers = np.array([[p**k for k in range(6)] for p in POINTS], float)
    a = np.zeros((outputs, 6))
    a[:, :5] = powers[:, :outputs].T
    a[-1, 5] = 1
    # Each point's row of G is divided by the product of its distances to the others, which leaves
    # whole numbers in B^T: the coefficients of the product of (x - other), and of all five.
    g, b = np.zeros((6, taps)), np.zeros((6, 6))
    for i, point in enumerate(POINTS):
        others = [p for p in POINTS if p != point]
        g[i] = powers[i, :taps] / math.prod(point - p for p in others)
        b[i, :5] = np.poly(others)[::-1]
    g[5, -1] = 1
    b[5] = np.poly(POINTS)[::-1]
    return np.abs(a), np.abs(g), np.abs(b)


def both(matrix, tiles):
    """matrix t matrix^T of the last two axes."""
    return np.einsum("ai,...ij,bj->...ab", matrix, tiles, matrix)


def tiled(picture, first, size, step, counts):
    """(N, tiles down, tiles across, C, size, size), with zeros outside of the picture."""
    pads = [(0, 0)]
    for begin, count, n in zip(first, counts, picture.shape[1:3], strict=True):
        pads.append((max(0, -begin), max(0, begin + (count - 1) * step + size - n)))
    padded = np.pad(picture, [*pads, (0, 0)])
    begins = [max(0, begin) for begin in first]
    windows = sliding_window_view(padded, (size, size), axis=(1, 2))
    rows, columns = (b + step * np.arange(n) for b, n in zip(begins, counts, strict=True))
    return windows[:, rows][:, :, columns]


def outputs(x, w, first, shape):
    """Of `shape` (rows, columns) outputs, whose windows begin at `first`; w (R, R, in, out)."""
    a, g, b = matrices(len(w))
    step = len(a)
    counts = [-(-n // step) for n in shape]
    v = both(b, tiled(np.abs(x), first, 6, step, counts))
    u = both(g, np.abs(w).transpose(2, 3, 0, 1))
    y = both(a, np.einsum("nijcpq,cfpq->nijfpq", v, u))
    n, down, across, channels = y.shape[:4]
    plane = y.transpose(0, 1, 4, 2, 5, 3).reshape(n, down * step, across * step, channels)
    return plane[:, : shape[0], : shape[1]]


def seen(g, x, shape):
    """Of each phase of windows of `shape` taps: which taps, every so many'th pixel of x from the
    first that they meet on or before it, and where in those the first window begins."""
    down, across = g.stride
    for phase in np.ndindex(down, across):
        offsets = [p - pad for p, pad in zip(phase, g.pads[::2], strict=True)]
        (first_r, r), (first_s, s) = (divmod(o, n) for o, n in zip(offsets, g.stride, strict=True))
        taps = np.s_[phase[0] : shape[0] : down, phase[1] : shape[1] : across]
        yield taps, x[:, r::down, s::across], (first_r, first_s)


def forward(g, x, w, shape):
    y = sum(outputs(part, w[taps], first, shape) for taps, part, first in seen(g, x, w.shape))
    return Size(y, w.shape[2] * math.prod(g.stride) + 36)


def transposed(g, y, w, shape):
    """Back to x: each phase of x by the taps that meet it, backwards."""
    x = np.zeros(shape, y.dtype)
    (down, across), taps = g.stride, len(w) // g.stride[0]
    for phase in np.ndindex(down, across):
        offsets = [p + pad for p, pad in zip(phase, g.pads[::2], strict=True)]
        (r, first_r), (s, first_s) = (
            (o % n, o // n - (taps - 1)) for o, n in zip(offsets, g.stride, strict=True)
        )
        met = w[r::down, s::across][::-1, ::-1].swapaxes(2, 3)
        part = x[:, phase[0] :: down, phase[1] :: across]
        if part.size > 0:  # a picture lower than the steps lacks some phases
            part[...] = outputs(y, met, (first_r, first_s), part.shape[1:3])
    return Size(x, w.shape[3] + 36)


def adjoint(g, y, w, shape):
    """Back to x from y's tiles, each of which adds to the six by six pixels that it was made of."""
    a, taps, b = matrices(len(w))
    step = len(a)
    counts = [-(-n // step) for n in y.shape[1:3]]
    d = both(a.T, tiled(np.abs(y), (0, 0), step, step, counts))
    u = both(taps, np.abs(w).transpose(2, 3, 0, 1))
    tiles = both(b.T, np.einsum("nijfpq,cfpq->nijcpq", d, u)).transpose(0, 1, 2, 4, 5, 3)
    x = np.zeros((len(y), *(step * (n - 1) + 6 for n in counts), shape[3]))
    for i, j in np.ndindex(*counts):
        x[:, i * step : i * step + 6, j * step : j * step + 6] += tiles[:, i, j]
    return Size(x[g.inside(shape)], w.shape[3] + 36)


def to_w(g, dy, x, shape):
    a, gradient, b = matrices(shape[0] // g.stride[0])
    step = len(a)
    counts = [-(-n // step) for n in dy.shape[1:3]]
    d = both(a.T, tiled(np.abs(dy), (0, 0), step, step, counts))
    dw = np.zeros(shape, dy.dtype)
    for taps, part, first in seen(g, x, shape):
        v = both(b, tiled(np.abs(part), first, 6, step, counts))
        u = np.einsum("nijcpq,nijfpq->cfpq", v, d)
        dw[taps] = both(gradient.T, u).transpose(2, 3, 0, 1)
    return Size(dw, dy.shape[0] * math.prod(counts) + 36)
