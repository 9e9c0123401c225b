"""Pictures of another size."""

from ..symbolic import operation
from ..tensor import as_tensor, result
from ._pictures import as_interpolation, as_size, want_pictures


@operation
def resize(x, size, interpolation="bilinear"):
    """Pictures stretched or shrunk to a size, where the centres of pixels keep their places.

    Args:
        x: float tensor or array (N, H, W, C).
        size: rows and columns of the result: an integer, or a tuple of two.
        interpolation: "nearest": y[i] is x[floor((i + 1/2) H / OH)]; "bilinear": between the four
            pixels around (i + 1/2) H / OH - 1/2, edges going on beyond. No average is taken where
            pictures shrink.

    Returns:
        A tensor (N, OH, OW, C).

    Raises:
        ValueError: x is no pictures or has no pixels, the size is no size, or the interpolation
            is unknown.

    >>> import numpy as np, fastnn
    >>> x = np.array([0, 4, 8], "float32").reshape(1, 1, 3, 1)
    >>> fastnn.ops.resize(x, (1, 6)).numpy().ravel()
    array([0., 1., 3., 5., 7., 8.], dtype=float32)
    >>> fastnn.ops.resize(x, (1, 2), "nearest").numpy().ravel()
    array([0., 8.], dtype=float32)
    """
    x = as_tensor(x, "resize")
    want_pictures(x, "resize")
    settings = (as_interpolation(interpolation, "resize"),)
    k = x.device.module
    y = x.device.empty((x.shape[0], *as_size(size, "resize"), x.shape[3]), x.dtype)
    k.resize(y, x.array, settings)

    def backward(dy, out):
        dx, add = out(0)
        k.resize_backward(dx, dy, settings, add=add)

    return result(y, (x,), backward)
