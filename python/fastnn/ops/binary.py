"""Functions of two numbers, element by element with NumPy's broadcasting; comparisons; where."""

import numpy as np

from .. import devices
from .._checks import FLOATS
from ..symbolic import operation
from ..tensor import Tensor, as_tensor, result

# As the contract lists them.
BINARY = ("add", "subtract", "multiply", "divide", "power", "minimum", "maximum")
_CONSTANT_SLOPES = ("add", "subtract")  # no operand is needed for their gradients


def _pair(a, b, name):
    """Both as tensors; a number takes the other's dtype."""
    like = a if isinstance(a, Tensor) else b if isinstance(b, Tensor) else None
    if like is None and devices.of(a) is None and devices.of(b) is not None:
        like = b = as_tensor(b, name)
    a = as_tensor(a, name, like=like)
    b = as_tensor(b, name, like=a)
    if a.device is not b.device:
        kinds = f"{type(a.array).__name__} and {type(b.array).__name__}"
        raise TypeError(f"{name}: {kinds} came, of two devices; arrays of one device is wanted.")
    if a.dtype != b.dtype:
        raise TypeError(f"{name}: {a.dtype} and {b.dtype} came; one dtype is wanted: cast() one.")
    return a, b


def _refuse_integers(x, name):
    if x.dtype not in FLOATS:
        raise TypeError(f"{name}: {x.dtype} came; float32 or float64 is wanted: cast() it.")


def _broadcast(name, *tensors):
    try:
        return np.broadcast_shapes(*(t.shape for t in tensors))
    except ValueError:
        shapes = " and ".join(str(t.shape) for t in tensors)
        raise ValueError(f"{name}: the shapes {shapes} do not broadcast.") from None


def _into(tensor, shape, out, write):
    """Lets `write(d, add)` make a gradient of the broadcast shape, and sums it to the tensor's."""
    d, add = out
    if d is None:
        return
    if tensor.shape == shape:
        return write(d, add)
    whole = tensor.device.empty(shape, tensor.dtype)
    write(whole, 0)
    tensor.device.module.sum_to(d, whole, add=add)


def _sums_to_both(k):
    """The backward of a sum, which keeps neither operand alive."""

    def backward(dy, out):
        for d, add in map(out, range(2)):
            if d is not None:
                k.sum_to(d, dy, add=add)

    return backward


@operation
def binary(a, b, function):
    """A function of two tensors' elements, by its name, with NumPy's broadcasting.

    Args:
        a, b: float tensors, arrays or numbers; a number takes the other's dtype.
        function: "add", "subtract", "multiply", "divide", "power", "minimum" or "maximum".

    Returns:
        A tensor of the broadcast shape. Gradients are summed back to the operands' shapes.

    Raises:
        ValueError: the shapes do not broadcast, or the function is unknown.
        TypeError: two float dtypes are mixed, or there are integers.

    >>> import fastnn
    >>> fastnn.ops.binary([[1.0], [2.0]], [10.0, 20.0], "multiply").numpy()
    array([[10., 20.],
           [20., 40.]], dtype=float32)
    """
    a, b = _pair(a, b, str(function))
    _refuse_integers(a, function)
    shape = _broadcast(function, a, b)
    k = a.device.module
    y = a.device.empty(shape, a.dtype)
    k.binary(y, a.array, b.array, (function,))
    if function == "add":
        return result(y, (a, b), _sums_to_both(k))

    def backward(dy, out):
        for i, (x, side) in enumerate(((a, "a"), (b, "b"))):
            if (function, side) == ("subtract", "a"):
                d, add = out(i)
                if d is not None:
                    k.sum_to(d, dy, add=add)
            else:

                def write(d, add, side=side):
                    k.binary_backward(d, dy, a.array, b.array, (function, side), add=add)

                _into(x, shape, out(i), write)

    return result(y, (a, b), backward, saved=() if function in _CONSTANT_SLOPES else (a, b))


def add(a, b):
    """a + b with NumPy's broadcasting.

    Args:
        a, b: float tensors, arrays or numbers; a number takes the other's dtype.

    Returns:
        A tensor of the broadcast shape. Gradients are summed back to the operands' shapes.

    Raises:
        ValueError: the shapes do not broadcast.
        TypeError: two float dtypes are mixed.

    >>> import fastnn
    >>> fastnn.ops.add([[1.0], [2.0]], [10.0, 20.0]).numpy()
    array([[11., 21.],
           [12., 22.]], dtype=float32)
    """
    return binary(a, b, "add")


def subtract(a, b):
    """a - b; arguments as `add`.

    >>> import fastnn
    >>> fastnn.ops.subtract([3.0], 1).numpy()
    array([2.], dtype=float32)
    """
    return binary(a, b, "subtract")


def multiply(a, b):
    """a b, element by element; arguments as `add`.

    >>> import fastnn
    >>> fastnn.ops.multiply([3.0], 2).numpy()
    array([6.], dtype=float32)
    """
    return binary(a, b, "multiply")


def divide(a, b):
    """a / b; arguments as `add`.

    >>> import fastnn
    >>> fastnn.ops.divide([3.0], 2).numpy()
    array([1.5], dtype=float32)
    """
    return binary(a, b, "divide")


def power(a, b):
    """a^b as C defines it: NaN for a negative base and a power that is not whole, 1 for power 0.

    The gradient to the base is b a^(b - 1), 0 where b is 0; that to the power a^b log(a), 0 where
    a is 0 and b is not negative, NaN where a is negative. Arguments as `add`.

    >>> import fastnn
    >>> fastnn.ops.power([3.0, -2.0], [2.0, 3.0]).numpy()
    array([ 9., -8.], dtype=float32)
    """
    return binary(a, b, "power")


def minimum(a, b):
    """The smaller of a and b; NaN passes. A tie gives each half of the gradient.

    >>> import fastnn
    >>> fastnn.ops.minimum([3.0, -2.0], 1).numpy()
    array([ 1., -2.], dtype=float32)
    """
    return binary(a, b, "minimum")


def maximum(a, b):
    """The larger of a and b; NaN passes. A tie gives each half of the gradient.

    >>> import fastnn
    >>> fastnn.ops.maximum([3.0, -2.0], 1).numpy()
    array([3., 1.], dtype=float32)
    """
    return binary(a, b, "maximum")


@operation
def compare(a, b, function):
    """1 where a comparison holds, else 0, with NumPy's broadcasting; there is no gradient.

    Args:
        a, b: tensors, arrays or numbers of one dtype, any; a number takes the other's.
        function: "equal", "not_equal", "less", "less_equal", "greater" or "greater_equal".

    Returns:
        A uint8 tensor of the broadcast shape. Of comparisons with NaN only "not_equal" holds.

    >>> import fastnn
    >>> fastnn.ops.compare([1.0, 2.0, 3.0], 2.0, "less").numpy()
    array([1, 0, 0], dtype=uint8)
    """
    a, b = _pair(a, b, str(function))
    y = a.device.empty(_broadcast(function, a, b), "uint8")
    a.device.module.compare(y, a.array, b.array, (function,))
    return Tensor(y)


def equal(a, b):
    """Where a = b; arguments as `compare`.

    >>> import fastnn
    >>> fastnn.ops.equal([1.0, 2.0], 2).numpy()
    array([0, 1], dtype=uint8)
    """
    return compare(a, b, "equal")


def not_equal(a, b):
    """Where a and b differ; arguments as `compare`.

    >>> import fastnn
    >>> fastnn.ops.not_equal([1.0, 2.0], 2).numpy()
    array([1, 0], dtype=uint8)
    """
    return compare(a, b, "not_equal")


def less(a, b):
    """Where a < b; arguments as `compare`.

    >>> import fastnn
    >>> fastnn.ops.less([1.0, 2.0], 2).numpy()
    array([1, 0], dtype=uint8)
    """
    return compare(a, b, "less")


def less_equal(a, b):
    """Where a <= b; arguments as `compare`.

    >>> import fastnn
    >>> fastnn.ops.less_equal([1.0, 2.0], 2).numpy()
    array([1, 1], dtype=uint8)
    """
    return compare(a, b, "less_equal")


def greater(a, b):
    """Where a > b; arguments as `compare`.

    >>> import fastnn
    >>> fastnn.ops.greater([1.0, 3.0], 2).numpy()
    array([0, 1], dtype=uint8)
    """
    return compare(a, b, "greater")


def greater_equal(a, b):
    """Where a >= b; arguments as `compare`.

    >>> import fastnn
    >>> fastnn.ops.greater_equal([1.0, 2.0], 2).numpy()
    array([0, 1], dtype=uint8)
    """
    return compare(a, b, "greater_equal")


def isnan(x):
    """Where x is not a number.

    >>> import fastnn
    >>> fastnn.ops.isnan([1.0, float("nan")]).numpy()
    array([0, 1], dtype=uint8)
    """
    return compare(x, x, "not_equal")


@operation
def where(condition, x1, x2):
    """x1 where the condition holds, else x2, with NumPy's broadcasting.

    Args:
        condition: a uint8 tensor, as comparisons give, or an array of uint8 or bool; it holds where
            it is not 0.
        x1, x2: float tensors, arrays or numbers; a number takes the other's dtype.

    Returns:
        A tensor of the broadcast shape. The gradient of an element goes to the one it came from.

    Raises:
        ValueError: the shapes do not broadcast.
        TypeError: the condition is neither uint8 nor bool; two float dtypes are mixed.

    >>> import fastnn
    >>> x = fastnn.Tensor(fastnn.ops.full((2,), -3.0).numpy())
    >>> fastnn.ops.where(x < 0, 0.0, x).numpy()
    array([0., 0.], dtype=float32)
    """
    a, b = _pair(x1, x2, "where")
    _refuse_integers(a, "where")
    if isinstance(condition, np.ndarray) and condition.dtype == bool:
        condition = condition.view(np.uint8)
    condition = as_tensor(condition, "where", like=a, dtype="uint8")
    shape = _broadcast("where", condition, a, b)
    k = a.device.module
    y = a.device.empty(shape, a.dtype)
    k.where(y, condition.array, a.array, b.array)

    def backward(dy, out):
        zero = a.device.empty((), a.dtype)
        k.fill(zero, (0.0,))
        _into(a, shape, out(0), lambda d, add: k.where(d, condition.array, dy, zero, add=add))
        _into(b, shape, out(1), lambda d, add: k.where(d, condition.array, zero, dy, add=add))

    return result(y, (a, b), backward, saved=(condition,))
