"""gemm: y = activation(op(a) op(b) + bias), op(x) = x or its transpose over the last two axes.

a is (batch.., M, K), b (batch.., K, N) or (K, N), bias (N,), y (batch.., M, N). With `activated`,
an activation's result of y's shape, y = activation'(activated) (op(a) op(b) + bias). The backward
is no kernel of its own: da and db are products again, dbias a sum. A weight that all of the batch
shares takes the sum of the batch's gradients.
"""

import math

import numpy as np

from . import Size, positive
from .unary import activated as after
from .unary import activated_size, through_activation


def gemm(a, b, bias, activated, transpose_a, transpose_b, activation):
    y = oriented(a, transpose_a) @ oriented(b, transpose_b)
    if bias is not None:
        y = y + bias
    if activated is not None:
        return through_activation(y, activated, activation)
    return after(y, activation)


def gemm_magnitude(a, b, bias, activated, transpose_a, transpose_b, activation):
    y = gemm(positive(a), positive(b), positive(bias), None, transpose_a, transpose_b, "none")
    if activated is not None:
        y = through_activation(y, activated, activation)
    size = Size(y, oriented(a, transpose_a).shape[-1] + (bias is not None))
    if activated is not None or activation == "none":
        return size
    before = gemm(a, b, bias, None, transpose_a, transpose_b, "none")
    return activated_size(size, before, activation)


def gemm_backward(dy, a, b, bias, activated, y, transpose_a, transpose_b, activation):
    dy = through_activation(dy, y if activated is None else activated, activation)
    da = dy @ oriented(oriented(b, transpose_b), True)
    db = oriented(oriented(a, transpose_a), True) @ dy
    while db.ndim > b.ndim:
        db = db.sum(axis=0)
    dbias = None if bias is None else dy.sum(axis=tuple(range(dy.ndim - 1)))
    # It matters where `activated` is positive, not how large it is.
    flat = None if activated is None else np.zeros_like(activated)
    return oriented(da, transpose_a), oriented(db, transpose_b), dbias, flat


def gemm_backward_magnitude(dy, a, b, bias, y, transpose_a, transpose_b):
    arguments = [positive(x) for x in (dy, a, b, bias)]
    da, db, dbias, _ = gemm_backward(*arguments, None, y, transpose_a, transpose_b, "none")
    rows = math.prod(dy.shape[:-1])
    return Size(da, dy.shape[-1]), Size(db, dy.shape[-2] if b.ndim > 2 else rows), Size(dbias, rows)


def oriented(x, transpose):
    return np.swapaxes(x, -1, -2) if transpose else x
