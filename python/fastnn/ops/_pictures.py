"""What operations on pictures want of their arguments."""

from ._axes import as_integers

INTERPOLATIONS = ("nearest", "bilinear")


def want_pictures(x, operation):
    if x.ndim != 4:
        raise ValueError(
            f"{operation}: x has shape {x.shape}; (N, H, W, C) is wanted. ops.reshape adds axes."
        )


def as_interpolation(value, operation):
    if not isinstance(value, str) or value.lower() not in INTERPOLATIONS:
        raise ValueError(
            f'{operation}: interpolation is {value!r}; "nearest" or "bilinear" is wanted.'
        )
    return value.lower()


def as_size(size, operation):
    """(rows, columns) from a number or a pair."""
    sizes = as_integers(size, operation, "size")
    if len(sizes) not in (1, 2) or min(sizes) < 1:
        raise ValueError(
            f"{operation}: size is {size!r}; a positive integer, or (rows, columns), is wanted."
        )
    return sizes * 2 if len(sizes) == 1 else sizes
