"""Normal numbers on Philox4x32-10: the same on every device but for the rounding of a logarithm."""

from .._checks import as_dtype, as_shape
from ..tensor import Tensor
from ..variable import as_variable


def normal(shape, state, mean=0.0, stddev=1.0, stream=0, dtype=None):
    """Normally distributed numbers.

    Args:
        shape: of the result.
        state: an int64 Variable (2,), {seed, step}: the step is advanced by one.
        mean, stddev: of the distribution.
        stream: tells apart several users of one seed.
        dtype: "float32" or "float64".

    Returns:
        A tensor. The value of an element depends on (seed, stream, step, its index) alone.

    Source: Box and Muller, A Note on the Generation of Random Normal Deviates (1958).

    >>> import numpy as np, fastnn
    >>> state = fastnn.Variable(np.array([7, 0]))
    >>> x = fastnn.ops.normal((10000,), state, mean=3.0).numpy()
    >>> bool(abs(x.mean() - 3) < 0.05 and abs(x.std() - 1) < 0.05)
    True
    """
    return _drawn("normal", shape, state, (mean, stddev, False, stream), dtype)


def truncated_normal(shape, state, mean=0.0, stddev=1.0, stream=0, dtype=None):
    """Numbers of a normal distribution cut at two standard deviations from the mean.

    What lies beyond is as if drawn again; it is made by the inverse of the cut distribution, a
    uniform number each. The standard deviation of the result is 0.87962566 stddev.

    Args:
        shape: of the result.
        state: an int64 Variable (2,), {seed, step}: the step is advanced by one.
        mean, stddev: of the distribution before it is cut.
        stream: tells apart several users of one seed.
        dtype: "float32" or "float64".

    Returns:
        A tensor. The value of an element depends on (seed, stream, step, its index) alone.

    >>> import numpy as np, fastnn
    >>> state = fastnn.Variable(np.array([7, 0]))
    >>> x = fastnn.ops.truncated_normal((10000,), state, stddev=0.5).numpy()
    >>> bool(abs(x).max() <= 1 and abs(x.mean()) < 0.05)
    True
    """
    return _drawn("truncated_normal", shape, state, (mean, stddev, True, stream), dtype)


def _drawn(operation, shape, state, settings, dtype):
    as_variable(state, operation, "state")
    y = state.device.empty(as_shape(shape, operation), as_dtype(dtype, operation))
    state.device.module.normal(y, state.array, settings)
    state.written()
    return Tensor(y)
