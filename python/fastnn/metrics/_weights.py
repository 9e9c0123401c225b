"""Weights of samples, as users give them."""

from .. import ops
from .._checks import FLOATS
from ..losses._arguments import as_data, first_axes


def as_weights(sample_weight, x, operation):
    """Weights as a float tensor of x's shape or its first axes. Axes of size 1 at the end fall
    away; others are broadcast.

    Raises:
        ValueError: the shapes do not fit.
    """
    w = as_data(sample_weight, operation, like=x)
    if w.dtype not in FLOATS:
        w = ops.cast(w, "float64")
    own = first_axes(w.shape, x.shape)
    if own == w.shape:
        return w
    if own or (own is not None and not x.shape):  # (1,) is a weight for each, () one for all
        return ops.reshape(w, own)
    pairs = zip(w.shape, x.shape, strict=False)
    if w.ndim > x.ndim or any(m not in (1, n) for m, n in pairs):
        raise ValueError(
            f"{operation}: sample_weight has shape {w.shape} where there are values of shape "
            f"{x.shape}; that shape or its first axes are wanted, such as {x.shape[:1]}, a weight "
            "a sample."
        )
    return ops.broadcast_to(w, x.shape[: w.ndim])


def broadcast_to_all(weights, x):
    """Weights of x's first axes with as many axes as x, so that they broadcast to it."""
    return ops.reshape(weights, weights.shape + (1,) * (x.ndim - weights.ndim))
