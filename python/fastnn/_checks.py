"""What users give as numbers, shapes, dtypes and lists: converted, or refused with the reason."""

import numbers
import operator
import sys

import numpy as np

from . import _core
from ._floatx import floatx
from ._lines import user_line

FLOATS = ("float32", "float64")
DTYPES = (*FLOATS, "int32", "int64", "uint8")


def refuse_while_recording(what):
    if _core.recording():
        raise RuntimeError(
            f"fastnn.compile: {what} reads a value inside the step, at {user_line()}. While a "
            "step is recorded values are not there to be looked at: return the tensor and read it "
            "outside."
        )


def as_numbers(x, operation, dtype=None):
    """What np.asarray makes of `x`, C-contiguous, in `dtype`.

    Refused if it holds no real numbers, or some that an integer `dtype` cannot hold.
    """
    from .tensor import Tensor

    try:
        array = x.numpy() if isinstance(x, Tensor) else np.asarray(x)
    except ValueError as error:
        if "inhomogeneous" in str(error):
            error = (
                f"a {type(x).__name__} of rows that differ in length came; an array is wanted, "
                "whose rows are of one length. Pad or cut them."
            )
        raise ValueError(f"{operation}: {error}") from None
    if array.dtype.kind not in "biuf":
        came = f"an array of {array.dtype} came"
        if not isinstance(x, np.ndarray):
            came = f"a {type(x).__name__} came, to NumPy an array of {array.dtype}"
        raise TypeError(f"{operation}: {came}; real numbers are wanted.")
    with np.errstate(all="ignore"):
        converted = np.asarray(array, dtype, order="C")
    if converted.dtype.kind in "iu" and not (converted == array).all():
        raise ValueError(f"{operation}: not all of the numbers fit {converted.dtype}.")
    return converted


def as_number(x, operation, name):
    """A Python number as a float."""
    if isinstance(x, bool) or not isinstance(x, numbers.Real):
        raise TypeError(f"{operation}: {name} is {x!r}; a number is wanted.")
    try:
        return float(x)
    except OverflowError:
        raise ValueError(f"{operation}: {name} is more than float64 can hold.") from None


def as_factor(x, operation, name):
    """A finite number that is not negative, as a float."""
    fits = isinstance(x, numbers.Real) and not isinstance(x, bool)
    if not fits or not 0 <= x <= sys.float_info.max:
        raise ValueError(f"{operation}: {name} is {x!r}; a finite number >= 0 is wanted.")
    return float(x)


def as_shape(shape, operation):
    """A tuple of sizes."""
    try:
        if isinstance(shape, (str, bytes, dict)):
            raise TypeError
        sizes = tuple(operator.index(n) for n in shape)
    except TypeError:
        raise TypeError(
            f"{operation}: shape is {shape!r}; a tuple of integers is wanted, such as (2, 3)."
        ) from None
    if any(n >= 2**63 for n in sizes):
        raise MemoryError(f"{operation}: shape {sizes} is more than memory can hold.")
    return sizes


def as_dtype(dtype, operation):
    """The name of a dtype, which may come as NumPy's; None is floatx()."""
    if dtype is None:
        return floatx()
    name = dtype if isinstance(dtype, str) else None
    if isinstance(dtype, np.dtype) or (isinstance(dtype, type) and issubclass(dtype, np.generic)):
        name = np.dtype(dtype).name
    if name not in DTYPES:
        raise TypeError(f"{operation}: dtype is {dtype!r}; one of {', '.join(DTYPES)} is wanted.")
    return name


def as_list(x, operation, what):
    """A list of what an iterable holds. One tensor is no list of tensors."""
    from .tensor import Tensor

    try:
        if isinstance(x, Tensor):
            raise TypeError
        return list(x)
    except TypeError:
        raise TypeError(
            f"{operation}: a {type(x).__name__} came; a list of {what} is wanted."
        ) from None
