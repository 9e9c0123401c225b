"""Windows that slide over pictures: sizes, steps and paddings as users give them."""

import operator

MOST = 2**29  # what the kernels take of a size, a step or a padding


def as_pair(value, name, what):
    """(down, across) from a number or a pair of them, at least 1."""
    try:
        pair = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
        down, across = (operator.index(n) for n in pair)
        if not 1 <= min(down, across) <= max(down, across) < MOST:
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            f"{name}: {what} is {value!r}; a whole number from 1 on, or a pair of them, is wanted."
        ) from None
    return down, across


def as_paddings(padding, name):
    """((top, bottom), (left, right)) as given."""
    try:
        if isinstance(padding, str):
            raise TypeError
        pads = tuple((operator.index(before), operator.index(after)) for before, after in padding)
        if len(pads) != 2 or not all(0 <= n < MOST for pair in pads for n in pair):
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            f'{name}: padding is {padding!r}; "valid", "same" or ((top, bottom), (left, right)) '
            "with whole numbers from 0 on is wanted."
        ) from None
    return pads


def windows(name, sizes, taps, strides, dilations, padding):
    """(rows and columns of the result, ((top, bottom), (left, right)))"""
    wide = [(k - 1) * d + 1 for k, d in zip(taps, dilations, strict=True)]
    if isinstance(padding, str) and padding.lower() == "valid":
        pads = ((0, 0), (0, 0))
    elif isinstance(padding, str) and padding.lower() == "same":
        short = [
            max((-(-n // s) - 1) * s + k - n, 0)
            for n, k, s in zip(sizes, wide, strides, strict=True)
        ]
        pads = tuple((n // 2, n - n // 2) for n in short)
    else:
        pads = as_paddings(padding, name)
    padded = [n + sum(pad) for n, pad in zip(sizes, pads, strict=True)]
    if min(sizes) < 1 or min(taps) < 1 or any(n < k for n, k in zip(padded, wide, strict=True)):
        raise ValueError(
            f"{name}: pictures of {tuple(sizes)} rows and columns, with padding {tuple(padded)}, "
            f"are smaller than a window of {tuple(wide)}: the result would be empty. Use a "
            'smaller window, or padding="same".'
        )
    return [(n - k) // s + 1 for n, k, s in zip(padded, wide, strides, strict=True)], pads
