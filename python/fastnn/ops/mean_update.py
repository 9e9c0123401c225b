"""A mean over many batches, updated in place."""

from .._checks import as_number
from ..tensor import as_tensor
from ..variable import as_variable


def mean_update(total, count, values, weights=None, weight=None):
    """Add a batch to the sums that a mean over many batches is had from: total / count.

    Each place along the first axis of `values` is a sample, whose value is the mean over all other
    axes: `total` gets their sum and `count` their number. All sums are taken in float64.

    Args:
        total, count: Variables (), float32 or float64, of one dtype.
        values: tensor or array of any dtype; a single number is one sample.
        weights: float tensor or array of the values' shape or its first axes. A sample's weight is
            the mean over the weights' axes but the first, and its value, weighted, too; weights ()
            make the whole batch one sample.
        weight: a number, of the whole batch as one sample, in place of `weights`.

    Raises:
        ValueError: the weights' shape does not fit, or both weights and weight came.

    >>> import fastnn
    >>> total, count = (fastnn.Variable(0.0, "float64", trainable=False) for _ in range(2))
    >>> fastnn.ops.mean_update(total, count, [1.0, 3.0])
    >>> fastnn.ops.mean_update(total, count, [5.0, 7.0], weights=[2.0, 0.0])
    >>> total.numpy(), count.numpy()
    (array(14.), array(4.))
    """
    name = "mean_update"
    as_variable(total, name, "total")
    as_variable(count, name, "count")
    x = as_tensor(values, name)
    if weight is None:
        weight = x.shape[0] if x.ndim else 1
    elif weights is not None:
        raise ValueError(f"{name}: weights and a weight came; one of them is wanted.")
    weight = as_number(weight, name, "weight")
    w = None if weights is None else as_tensor(weights, name, like=x).array
    x.device.module.mean_update(total.array, count.array, x.array, w, (weight,))
    total.written()
    count.written()
