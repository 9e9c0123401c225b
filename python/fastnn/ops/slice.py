"""Windows of a tensor: slices, flips, pieces, broadcasts; all of one kernel."""

import numpy as np

from .._checks import as_shape
from ..symbolic import operation
from ..tensor import as_tensor, result
from ._axes import as_axes, as_axis, as_integer, as_integers


def window(x, starts, steps, shape, value=0.0):
    """y[i] = x[starts + steps i] along each axis, and `value` where x has no such element.

    Args:
        x: a tensor.
        starts, steps: an integer an axis; steps are not 0.
        shape: of the result.
        value: a number that x's dtype holds.

    >>> import fastnn
    >>> from fastnn.ops.slice import window
    >>> window(fastnn.Tensor(fastnn.ops.ones((3,)).array), (-1,), (2,), (3,)).numpy()
    array([0., 1., 0.], dtype=float32)
    """
    k = x.device.module
    y = x.device.empty(shape, x.dtype)
    k.slice(y, x.array, (starts, steps, (1,) * len(starts), value))

    def backward(dy, out):
        dx, add = out(0)
        signs = tuple(1 if step > 0 else -1 for step in steps)
        back = tuple(-start * sign for start, sign in zip(starts, signs, strict=True))
        k.slice(dx, dy, (back, signs, tuple(abs(step) for step in steps), 0.0), add=add)

    return result(y, (x,), backward)


@operation
def slice(inputs, start_indices, shape):
    """The block of `inputs` of a given shape that begins at `start_indices`, copied.

    Args:
        inputs: tensor or array of any dtype.
        start_indices: where it begins, an integer an axis.
        shape: its sizes.

    Returns:
        A tensor of that shape. The gradient is zero outside of the block.

    Raises:
        ValueError: the block is not wholly inside; Keras on JAX moves it instead.

    >>> import fastnn
    >>> fastnn.ops.slice([[1.0, 2.0, 3.0]], (0, 1), (1, 2)).numpy()
    array([[2., 3.]], dtype=float32)
    """
    x = as_tensor(inputs, "slice")
    starts, sizes = as_integers(start_indices, "slice", "start_indices"), as_shape(shape, "slice")
    fits = len(starts) == len(sizes) == x.ndim and all(
        start >= 0 and size >= 0 and start + size <= n
        for start, size, n in zip(starts, sizes, x.shape, strict=True)
    )
    if not fits:
        raise ValueError(
            f"slice: a tensor {x.shape} has no block of shape {sizes} at {starts}; an integer of "
            "each an axis is wanted, and a block inside."
        )
    return window(x, starts, (1,) * x.ndim, sizes)


@operation
def flip(x, axis=None):
    """x backwards along an axis, some, or all.

    >>> import fastnn
    >>> fastnn.ops.flip([1.0, 2.0]).numpy()
    array([2., 1.], dtype=float32)
    """
    x = as_tensor(x, "flip")
    turned = as_axes(axis, x.ndim, "flip")
    starts = tuple(n - 1 if i in turned else 0 for i, n in enumerate(x.shape))
    return window(x, starts, tuple(-1 if i in turned else 1 for i in range(x.ndim)), x.shape)


def split(x, indices_or_sections, axis=0):
    """x cut along an axis.

    Args:
        x: tensor or array.
        indices_or_sections: into how many equal pieces, or where to cut.
        axis: to cut along.

    Returns:
        A list of tensors.

    Raises:
        ValueError: the pieces would not be equal.

    >>> import fastnn
    >>> [y.numpy().tolist() for y in fastnn.ops.split([1.0, 2.0, 3.0], (1,))]
    [[1.0], [2.0, 3.0]]
    """
    x = x if hasattr(x, "shape") else as_tensor(x, "split")
    axis = as_axis(axis, len(x.shape), "split")
    n = x.shape[axis]
    if n is None:
        raise ValueError("split: the axis has no known size; split along another.")
    if hasattr(indices_or_sections, "__iter__"):
        cuts = as_integers(indices_or_sections, "split", "indices_or_sections")
        cuts = [min(max(cut + n if cut < 0 else cut, 0), n) for cut in cuts]
    else:
        sections = as_integer(indices_or_sections, "split", "indices_or_sections", least=1)
        if n % sections:
            raise ValueError(f"split: {n} elements along axis {axis} are not {sections} times any.")
        cuts = [i * (n // sections) for i in range(1, sections)]
    ends = zip([0, *cuts], [*cuts, n], strict=True)
    return [_piece(x, axis, begin, max(begin, end)) for begin, end in ends]


@operation
def _piece(x, axis, begin, end):
    x = as_tensor(x, "split")
    starts = tuple(begin if i == axis else 0 for i in range(x.ndim))
    shape = (*x.shape[:axis], end - begin, *x.shape[axis + 1 :])
    return window(x, starts, (1,) * x.ndim, shape)


@operation
def broadcast_to(x, shape):
    """x repeated along axes of size 1, and along new axes before its own.

    Returns:
        A tensor of `shape`. The gradient is summed back.

    >>> import fastnn
    >>> fastnn.ops.broadcast_to([[1.0], [2.0]], (2, 2)).numpy()
    array([[1., 1.],
           [2., 2.]], dtype=float32)
    """
    x, shape = as_tensor(x, "broadcast_to"), as_shape(shape, "broadcast_to")
    try:
        fits = np.broadcast_shapes(x.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"broadcast_to: a tensor {x.shape} does not broadcast to {shape}.")
    k = x.device.module
    y = x.device.empty(shape, x.dtype)
    own = (1,) * (len(shape) - x.ndim) + x.shape
    steps = tuple(int(n == m) for n, m in zip(own, shape, strict=True))
    zeros, ones = (0,) * len(shape), (1,) * len(shape)
    k.slice(y, x.array.reshape(own), (zeros, steps, ones, 0.0))

    def backward(dy, out):
        dx, add = out(0)
        k.sum_to(dx, dy, add=add)

    return result(y, (x,), backward)
