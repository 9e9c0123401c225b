"""Elements by index, and sums by index."""

from .._checks import as_dtype, as_numbers
from ..symbolic import operation
from ..tensor import Tensor, as_tensor, result
from ._axes import around, as_axis, as_bool, as_index_tensor, as_integer
from .memory import reshape
from .transpose import moveaxis


@operation
def take(x, indices, axis=None):
    """Elements of x, or slices along an axis, by index.

    Args:
        x: tensor or array of any dtype.
        indices: integers of any shape; negative ones count from the end.
        axis: along which; None takes from x as one row of all its elements.

    Returns:
        A tensor with the shape of `indices` in the place of the axis. The gradient of what was
        taken several times is the sum.

    Raises:
        ValueError: an index is outside.

    >>> import fastnn
    >>> fastnn.ops.take([[1.0, 2.0], [3.0, 4.0]], [-1, 0, 0], axis=0).numpy()
    array([[3., 4.],
           [1., 2.],
           [1., 2.]], dtype=float32)
    """
    x = as_tensor(x, "take")
    if axis is None:
        x, axis = reshape(x, (x.size,)), 0
    axis = as_axis(axis, x.ndim, "take")
    i = as_index_tensor(indices, "take", like=x)
    rows = i.array.reshape((i.size,))
    outer, n, inner = around(x.shape, axis)
    k = x.device.module
    y = x.device.empty((outer, i.size, inner), x.dtype)
    k.take(y, x.array.reshape((outer, n, inner)), rows)

    def backward(dy, out):
        dx, add = out(0)
        dy = dy.reshape((outer, i.size, inner))
        k.scatter_add(dx.reshape((outer, n, inner)), rows, dy, add=add)

    shape = (*x.shape[:axis], *i.shape, *x.shape[axis + 1 :])
    return result(y.reshape(shape), (x,), backward, saved=(i,))


@operation
def scatter_add(indices, updates, size, axis=0):
    """Sums of slices of `updates` by index: y[indices[j]] += updates[j] along an axis.

    Args:
        indices: integers (m,); negative ones count from the end.
        updates: float tensor or array, of m along the axis.
        size: of the result along the axis; an index that does not come has zeros.
        axis: along which.

    Returns:
        A tensor. The additions go in the order of the indices: the same bits in every run.

    Raises:
        ValueError: an index is outside.

    >>> import fastnn
    >>> fastnn.ops.scatter_add([0, 2, 0], [1.0, 2.0, 3.0], size=3).numpy()
    array([4., 0., 2.], dtype=float32)
    """
    x = as_tensor(updates, "scatter_add")
    axis = as_axis(axis, x.ndim, "scatter_add")
    i = as_index_tensor(indices, "scatter_add", like=x)
    size = as_integer(size, "scatter_add", "size")
    outer, m, inner = around(x.shape, axis)
    if i.shape != (m,):
        raise ValueError(
            f"scatter_add: indices of shape {i.shape} came for updates {x.shape}; ({m},) is wanted."
        )
    k = x.device.module
    y = x.device.empty((outer, size, inner), x.dtype)
    k.scatter_add(y, i.array, x.array.reshape((outer, m, inner)))

    def backward(dy, out):
        dx, add = out(0)
        dy = dy.reshape((outer, size, inner))
        k.take(dx.reshape((outer, m, inner)), dy, i.array, add=add)

    shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
    return result(y.reshape(shape), (x,), backward, saved=(i,))


def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """Sums of the rows of `data` that bear one number, as `scatter_add` along the first axis.

    Args:
        data: float tensor or array (m, ..).
        segment_ids: the number of each row, (m,).
        num_segments: how many numbers there are; None reads the greatest, which a compiled step
            cannot.
        sorted: whether the numbers ascend; it makes no difference.

    >>> import fastnn
    >>> fastnn.ops.segment_sum([1.0, 2.0, 3.0], [0, 0, 1]).numpy()
    array([3., 3.], dtype=float32)
    """
    as_bool(sorted, "segment_sum", "sorted")
    if num_segments is None:
        num_segments = 1 + greatest(segment_ids, "segment_sum")
    return scatter_add(segment_ids, data, num_segments)


def greatest(labels, operation):
    """The greatest of some integers, read from where they are; -1 if there are none."""
    return int(as_numbers(labels, operation).max(initial=-1))


def one_hot(x, num_classes, axis=-1, dtype=None):
    """A one in the place that an index names, zeros elsewhere.

    Args:
        x: integers of any shape. One outside of 0 .. num_classes - 1 gives zeros only, as in
            Keras.
        num_classes: the size of the new axis.
        axis: where the new axis stands.
        dtype: of the result; float32 if None.

    >>> import fastnn
    >>> fastnn.ops.one_hot([1, 0], 2).numpy()
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """
    y = _one_hot(x, num_classes, "float32" if dtype is None else as_dtype(dtype, "one_hot"))
    axis = as_axis(axis, len(y.shape), "one_hot")
    return y if axis == len(y.shape) - 1 else moveaxis(y, -1, axis)


@operation
def _one_hot(x, num_classes, dtype):
    i = as_index_tensor(x, "one_hot", like=None)
    classes = as_integer(num_classes, "one_hot", "num_classes")
    y = i.device.empty((*i.shape, classes), dtype)
    i.device.module.one_hot(y, i.array)
    return Tensor(y)
