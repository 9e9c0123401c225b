"""Making, copying and converting tensors."""

import numpy as np

from .. import _nest, devices
from .._checks import DTYPES, FLOATS, as_dtype, as_numbers, as_shape
from .._floatx import floatx
from ..symbolic import operation
from ..tensor import Tensor, as_tensor, result


def full(shape, value, dtype=None, device=None):
    """A tensor filled with a number.

    Args:
        shape: a tuple of sizes.
        value: a number.
        dtype: "float32", "float64", "int32", "int64" or "uint8".
        device: a device; ``devices.default()`` if None.

    >>> import fastnn
    >>> fastnn.ops.full((2,), 7.0).numpy()
    array([7., 7.], dtype=float32)
    """
    device, dtype = devices.default(device), as_dtype(dtype, "full")
    number = as_numbers(value, "full")
    if number.shape or (dtype not in FLOATS and float(number) != number.item()):
        raise ValueError(f"full: {value!r} came; one number that float64 holds exactly is wanted.")
    if dtype not in FLOATS:
        as_numbers(value, "full", dtype)
    y = device.empty(as_shape(shape, "full"), dtype)
    device.module.fill(y, (float(number),))
    return Tensor(y)


def zeros(shape, dtype=None, device=None):
    """A tensor of zeros; arguments as `full`.

    >>> import fastnn
    >>> fastnn.ops.zeros((2,)).numpy()
    array([0., 0.], dtype=float32)
    """
    return full(shape, 0.0, dtype, device)


def ones(shape, dtype=None, device=None):
    """A tensor of ones; arguments as `full`.

    >>> import fastnn
    >>> fastnn.ops.ones((2,)).numpy()
    array([1., 1.], dtype=float32)
    """
    return full(shape, 1.0, dtype, device)


def convert_to_tensor(x, dtype=None):
    """x as a tensor: tensors and arrays as they are, numbers and lists copied.

    Args:
        x: tensor, array, number, or nested lists of numbers.
        dtype: of the result. If None that of a tensor or array; of Python's numbers, and of arrays
            of a dtype that tensors do not have, floatx(), "int32" or, of truth values, "uint8".

    Raises:
        TypeError: x holds no real numbers.
        ValueError: an integer does not fit the dtype.

    >>> import fastnn
    >>> fastnn.ops.convert_to_tensor([1, 2]).dtype, fastnn.ops.convert_to_tensor([1.5]).dtype
    ('int32', 'float32')
    """
    name = "convert_to_tensor"
    dtype = None if dtype is None else as_dtype(dtype, name)
    x = np.asarray(x) if isinstance(x, np.generic) else x
    plain = isinstance(x, (bool, int, float, list, tuple))
    if plain or (isinstance(x, np.ndarray) and x.dtype.name not in DTYPES):
        kind = as_numbers(x, name).dtype.kind
        own = dtype or {"b": "uint8", "f": floatx()}.get(kind, "int32")
        x = as_tensor(x, name, dtype=own) if plain else as_numbers(x, name, own)
    x = as_tensor(x, name)
    return x if dtype is None else cast(x, dtype)


def convert_to_numpy(x):
    """The values as a NumPy array.

    Args:
        x: tensor, array, number, or nested lists of numbers.

    Raises:
        RuntimeError: inside a compiled step, where there are no values to read.

    >>> import fastnn
    >>> fastnn.ops.convert_to_numpy(fastnn.Variable([1.0]))
    array([1.], dtype=float32)
    """
    return convert_to_tensor(x).numpy()


@operation
def copy(x):
    """A tensor with the same values in memory of its own.

    >>> import fastnn
    >>> fastnn.ops.copy([1.0]).numpy()
    array([1.], dtype=float32)
    """
    x = as_tensor(x, "copy")
    y = x.device.empty(x.shape, x.dtype)
    k = x.device.module
    k.copy(y, x.array)

    def backward(dy, out):
        dx, add = out(0)
        k.sum_to(dx, dy, add=add)  # sums over no axis: a copy that can add

    return result(y, (x,), backward)


@operation
def stop_gradient(variable):
    """The same values, whose gradient goes no further back.

    Args:
        variable: tensor or array of any shape, or a nest of them.

    >>> import fastnn
    >>> w = fastnn.Variable([3.0])
    >>> fastnn.gradients(fastnn.ops.sum(fastnn.ops.stop_gradient(w) * w), [w])[0].numpy()
    array([3.], dtype=float32)
    """
    if _nest.holds_arrays(variable):
        return _nest.map(stop_gradient, variable)
    return convert_to_tensor(variable).detach()


@operation
def cast(x, dtype):
    """x converted to another dtype. Floats become integers by truncation, saturating; NaN becomes
    0.

    Args:
        x: tensor or array.
        dtype: "float32", "float64", "int32", "int64" or "uint8".

    Returns:
        A tensor; between floats it has a gradient.

    Raises:
        ValueError: an int64 does not fit int32.

    >>> import fastnn
    >>> fastnn.ops.cast([1.7, -1.7], "int32").numpy()
    array([ 1, -1], dtype=int32)
    """
    x, dtype = as_tensor(x, "cast"), as_dtype(dtype, "cast")
    if x.dtype == dtype:
        return x
    k = x.device.module
    y = x.device.empty(x.shape, dtype)
    k.cast(y, x.array)

    def backward(dy, out):
        dx, add = out(0)
        k.cast(dx, dy, add=add)

    return result(y, (x,) if dtype in FLOATS else (), backward)


def gather(x, indices, dtype=None):
    """Rows of x along its first axis, converted to `dtype` on the way: a batch from a data set.

    Args:
        x: tensor or array of at least one axis.
        indices: int32 tensor or array (n,).
        dtype: of the result; x's own if None.

    Returns:
        A tensor (n, ..). It has no gradient.

    Raises:
        ValueError: an index is outside 0 .. len(x) - 1.

    >>> import numpy as np, fastnn
    >>> x = np.array([[1], [2], [3]], "uint8")
    >>> fastnn.ops.gather(x, np.array([2, 0], "int32"), "float32").numpy()
    array([[3.],
           [1.]], dtype=float32)
    """
    x = as_tensor(x, "gather")
    i = as_tensor(indices, "gather", like=x, dtype="int32")
    dtype = x.dtype if dtype is None else as_dtype(dtype, "gather")
    y = x.device.empty((i.size, *x.shape[1:]), dtype)
    x.device.module.gather(y, x.array, i.array)
    return Tensor(y)


@operation
def reshape(x, shape):
    """The same values in another shape, without a copy. One size may be -1.

    >>> import fastnn
    >>> fastnn.ops.reshape([[1.0, 2.0]], (2, 1)).shape
    (2, 1)
    """
    x = as_tensor(x, "reshape")
    as_dtype(x.dtype, "reshape")
    shape = as_shape(shape, "reshape")
    try:
        if min(shape, default=0) < -1:  # NumPy takes any negative size for -1
            raise ValueError
        y = x.array.reshape(shape)
    except ValueError:
        raise ValueError(f"reshape: a tensor {x.shape} does not fit shape {shape}.") from None
    k = x.device.module

    def backward(dy, out):
        dx, add = out(0)
        k.sum_to(dx, dy.reshape(dx.shape), add=add)

    return result(y, (x,), backward, of=x)
