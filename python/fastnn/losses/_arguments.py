"""What losses and metrics are given, as tensors whose shapes fit."""

import numpy as np

from .. import devices, ops
from .._checks import DTYPES, FLOATS, as_number, as_numbers, refuse_while_recording
from .._floatx import floatx
from ..ops._axes import as_axis
from ..tensor import Tensor, as_tensor

_NATIVE = frozenset(map(np.dtype, DTYPES))
_STAND_INS = {"b": "uint8", "i": "int64", "u": "int64", "f": "float32"}
NO_CLASS = -(2.0**31)  # what float32 and int32 both hold, and no class is called


def as_data(x, operation, like=None, dtype=None):
    """What np.asarray takes, as a tensor on the device of `like`, in `dtype` or, without one, in
    the dtype that it has."""
    if isinstance(x, (bool, int, float)):
        return as_tensor(x, operation, like=like, dtype=dtype)
    if not isinstance(x, Tensor):
        if devices.of(x) is None:
            refuse_while_recording(f"{operation} of a {type(x).__name__}")
            x = as_numbers(x, operation)
        if isinstance(x, np.ndarray):
            if x.dtype not in _NATIVE:
                x = as_numbers(x, operation, dtype or _STAND_INS.get(x.dtype.kind))
            elif not (x.flags.c_contiguous and x.flags.aligned):
                x = x.copy("C")
            if like is not None and like.device is not devices.cpu:
                refuse_while_recording(f"{operation} of an array of the host")
                x = like.device.upload(x)
        x = as_tensor(x, operation)
    return x if dtype is None else ops.cast(x, dtype)


def as_predictions(y_pred, operation, dtype=None):
    """A float tensor: of `dtype`, else of its own; what is neither float32 nor float64 becomes
    floatx()."""
    if dtype is None:
        own = str(getattr(y_pred, "dtype", ""))
        dtype = own if own in FLOATS else floatx()
    return as_data(y_pred, operation, dtype=dtype)


def same_rank(a, b):
    """Both with as many axes, if it takes one of size 1 at the end, as Keras's losses do it: (N,)
    and (N, 1) become (N, 1) both; otherwise the longer one is shortened."""
    if a.ndim == b.ndim + 1 and a.shape[-1] == 1:
        return (a, ops.expand_dims(b, -1)) if b.ndim == 1 else (ops.squeeze(a, -1), b)
    if b.ndim == a.ndim + 1 and b.shape[-1] == 1:
        b, a = same_rank(b, a)
    return a, b


def as_pair(y_true, y_pred, operation, cure="Reshape one of them.", one_dtype=True):
    """Targets and predictions as tensors of one shape, and of the predictions' dtype, unless the
    targets may keep theirs."""
    y_pred = as_predictions(y_pred, operation)
    y_true = as_data(y_true, operation, like=y_pred, dtype=y_pred.dtype if one_dtype else None)
    y_true, y_pred = same_rank(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"{operation}: y_true has shape {y_true.shape} and y_pred {y_pred.shape}; one shape is "
            f"wanted. {cure}"
        )
    return y_true, y_pred


def as_class_numbers(y_true, y_pred, operation):
    """Class numbers as an int32 tensor, one for each row of y_pred, (.., classes).

    Floats that are whole numbers are taken as well: Keras hands labels to users' functions as
    floats. Others, NaN among them, become a number that no class has, which kernels report.
    """
    labels = as_data(y_true, operation, like=y_pred)
    rows = y_pred.shape[:-1]
    if y_pred.ndim < 1 or labels.shape not in (rows, (*rows, 1)):
        raise ValueError(
            f"{operation}: y_true has shape {labels.shape} and y_pred {y_pred.shape}; class "
            f"numbers of shape {rows} are wanted, one for each row of y_pred. One-hot rows are for "
            "the loss or metric of that name without 'sparse'."
        )
    if labels.dtype in FLOATS:
        labels = ops.where(ops.equal(ops.floor(labels), labels), labels, NO_CLASS)
    labels = ops.cast(labels, "int32")
    return labels if labels.shape == rows else ops.reshape(labels, rows)


def classes_last(x, axis, operation):
    """x with the axis of its classes at the end."""
    if isinstance(axis, bool):
        raise TypeError(f"{operation}: axis is {axis}; an integer is wanted.")
    axis = as_axis(axis, x.ndim, operation)
    return x if axis == x.ndim - 1 else ops.moveaxis(x, axis, -1)


def as_share(value, operation, name):
    """A number between 0 and 1, both included."""
    number = as_number(value, operation, name)
    if not 0 <= number <= 1:
        raise ValueError(f"{operation}: {name} is {value}; a number from 0 to 1 is wanted.")
    return number


def with_weights(values, sample_weight, operation):
    """Values and their weights, which take the values' dtype and broadcast to them.

    Weights have the first axes of the values, or as many with 1 in place of a size. A single value
    takes any. Weights (N, 1) make values (N,) to (N, 1), as in Keras.
    """
    weights = as_data(sample_weight, operation, like=values, dtype=values.dtype)
    values, weights = same_rank(values, weights)
    if values.shape == ():
        return values, weights
    own = first_axes(weights.shape, values.shape)
    if own is not None:
        shape = own + (1,) * (values.ndim - len(own))
        return values, weights if shape == weights.shape else ops.reshape(weights, shape)
    pairs = zip(weights.shape, values.shape, strict=False)
    if weights.ndim == values.ndim and all(w in (1, n) for w, n in pairs):
        return values, weights
    raise ValueError(
        f"{operation}: sample_weight has shape {weights.shape} where there are values of shape "
        f"{values.shape}; that shape or its first axes are wanted, such as {values.shape[:1]}, a "
        "weight a sample."
    )


def first_axes(own, shape):
    """`own` without axes of size 1 at the end, as far as it takes to be the first axes of `shape`;
    None if it is not."""
    while own and own[-1] == 1 and own != shape[: len(own)]:
        own = own[:-1]
    return own if own == shape[: len(own)] else None


def divide_no_nan(a, b):
    """a / b, and 0 where b is 0; so are its gradients there."""
    zero = ops.equal(b, 0.0)
    return ops.where(zero, 0.0, ops.divide(a, ops.where(zero, 1.0, b)))
