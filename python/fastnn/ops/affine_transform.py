"""Pictures turned, moved, stretched and tilted by a matrix each."""

from .. import tape
from .._checks import as_number
from ..symbolic import operation
from ..tensor import as_tensor, result
from ._pictures import as_interpolation, as_size, want_pictures
from .slice import broadcast_to

FILL_MODES = ("constant", "nearest", "reflect", "wrap")


@operation
def affine_transform(
    x, transform, interpolation="bilinear", fill_mode="constant", fill_value=0.0, size=None
):
    """Pictures whose pixel in row i, column j is x's at column (a0 j + a1 i + a2) / k and row
    (b0 j + b1 i + b2) / k, where k = c0 j + c1 i + 1.

    Args:
        x: float tensor or array (N, H, W, C).
        transform: a0 a1 a2 b0 b1 b2 c0 c1, (8,) for all pictures or (N, 8), in x's dtype.
        interpolation: "nearest", halves away from zero; or "bilinear", between the four pixels
            around.
        fill_mode: what lies beyond x's edges: "constant", `fill_value`; "nearest", the outermost
            pixel; "reflect", x mirrored behind that pixel; "wrap", x from its other end.
        fill_value: of the mode "constant".
        size: rows and columns of the result, an integer or a tuple of two; those of x if None.

    Returns:
        A tensor (N, OH, OW, C). Places are computed in float64; one that is no number gives NaN.
        There is a gradient to x; to `transform` there is none.

    Raises:
        ValueError: x is no pictures, `transform` does not fit or needs a gradient, or a mode is
            unknown.

    >>> import numpy as np, fastnn
    >>> x = np.array([1, 2, 3], "float32").reshape(1, 1, 3, 1)
    >>> half_right = [1, 0, -0.5, 0, 1, 0, 0, 0]
    >>> fastnn.ops.affine_transform(x, half_right).numpy().ravel()
    array([0.5, 1.5, 2.5], dtype=float32)
    >>> fastnn.ops.affine_transform(x, half_right, fill_mode="wrap").numpy().ravel()
    array([2. , 1.5, 2.5], dtype=float32)
    """
    name = "affine_transform"
    x = as_tensor(x, name)
    want_pictures(x, name)
    transform = as_tensor(transform, name, like=x)
    if transform.shape not in ((8,), (x.shape[0], 8)):
        raise ValueError(
            f"{name}: transform has shape {transform.shape}; (8,) or ({x.shape[0]}, 8) is wanted "
            f"for {x.shape[0]} pictures."
        )
    if tape.enabled() and transform.requires_grad:
        raise ValueError(
            f"{name}: transform needs a gradient, and only that to the pictures is known. Pass "
            "transform.detach()."
        )
    transform = broadcast_to(transform, (x.shape[0], 8))
    interpolation = as_interpolation(interpolation, name)
    if not isinstance(fill_mode, str) or fill_mode.lower() not in FILL_MODES:
        raise ValueError(
            f"{name}: fill_mode is {fill_mode!r}; one of {', '.join(FILL_MODES)} is wanted."
        )
    settings = (interpolation, fill_mode.lower(), as_number(fill_value, name, "fill_value"))
    sizes = x.shape[1:3] if size is None else as_size(size, name)
    k = x.device.module
    y = x.device.empty((x.shape[0], *sizes, x.shape[3]), x.dtype)
    k.affine_transform(y, x.array, transform.array, settings)

    def backward(dy, out):
        dx, add = out(0)
        k.affine_transform_backward(dx, dy, transform.array, settings, add=add)

    return result(y, (x,), backward, saved=(transform,))
