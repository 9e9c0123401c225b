"""gemm: y = activation(op(a) op(b) + bias), op(x) = x or its transpose over the last two axes.

a is (batch.., M, K), b (batch.., K, N) or (K, N), bias (N,), y (batch.., M, N). The backward is no
kernel of its own: da and db are products again, dbias a sum. A weight that all of the batch shares
takes the sum of the batch's gradients.
"""

import math

import numpy as np

from . import Size, positive
from .relu import relu_backward


def gemm(a, b, bias, transpose_a, transpose_b, activation):
    y = oriented(a, transpose_a) @ oriented(b, transpose_b)
    if bias is not None:
        y = y + bias
    return np.maximum(y, 0) if activation == "relu" else y


def gemm_magnitude(a, b, bias, transpose_a, transpose_b):
    # relu never moves two numbers apart, so the bound before it holds after it.
    y = gemm(positive(a), positive(b), positive(bias), transpose_a, transpose_b, "none")
    return Size(y, oriented(a, transpose_a).shape[-1] + (bias is not None))


def gemm_backward(dy, a, b, bias, y, transpose_a, transpose_b, activation):
    if activation == "relu":
        dy = relu_backward(dy, y)
    da = dy @ oriented(oriented(b, transpose_b), True)
    db = oriented(oriented(a, transpose_a), True) @ dy
    while db.ndim > b.ndim:
        db = db.sum(axis=0)
    dbias = None if bias is None else dy.sum(axis=tuple(range(dy.ndim - 1)))
    return oriented(da, transpose_a), oriented(db, transpose_b), dbias


def gemm_backward_magnitude(dy, a, b, bias, y, transpose_a, transpose_b):
    arguments = [positive(x) for x in (dy, a, b, bias, y)]
    da, db, dbias = gemm_backward(*arguments, transpose_a, transpose_b, "none")
    rows = math.prod(dy.shape[:-1])
    return Size(da, dy.shape[-1]), Size(db, dy.shape[-2] if b.ndim > 2 else rows), Size(dbias, rows)


def oriented(x, transpose):
    return np.swapaxes(x, -1, -2) if transpose else x
