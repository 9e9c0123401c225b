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


def as_output_padding(given, name, strides):
    """None, or (down, across), each less than its stride."""
    if given is None:
        return None
    try:
        pair = tuple(given) if isinstance(given, (tuple, list)) else (given, given)
        down, across = (operator.index(n) for n in pair)
        if not (0 <= down < strides[0] and 0 <= across < strides[1]):
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            f"{name}: output_padding is {given!r}; None, or whole numbers from 0 to strides - 1 "
            f"are wanted, and the strides are {strides}."
        ) from None
    return down, across


def transposed_windows(name, sizes, taps, strides, dilations, padding, output_padding=None):
    """(rows and columns of a transposed convolution's result, what is cut off it before and after:
    a negative number adds zeros)"""
    more = as_output_padding(output_padding, name, strides)
    crops = _crops(name, taps, strides, dilations, padding, more)
    found = [
        (n - 1) * s + (k - 1) * d + 1 - sum(crop)
        for n, k, s, d, crop in zip(sizes, taps, strides, dilations, crops, strict=True)
    ]
    if min(*sizes, *taps, *found) < 1:
        raise ValueError(
            f"{name}: pictures of {tuple(sizes)} rows and columns and a kernel of {tuple(taps)}, "
            f"with padding {padding!r}: the result would have {tuple(found)}. Cut off less."
        )
    return found, crops


def _crops(name, taps, strides, dilations, padding, output_padding):
    crops = []
    given = None if isinstance(padding, str) else as_paddings(padding, name)
    for axis, (k, s, d) in enumerate(zip(taps, strides, dilations, strict=True)):
        wide = (k - 1) * d + 1
        more = None if output_padding is None else output_padding[axis]
        if given is not None:
            before, after = given[axis]
            crops.append((before, after - (more or 0)))
        elif padding.lower() == "valid":
            crops.append((0, min(wide - s, 0) if more is None else -more))
        elif padding.lower() == "same":
            # Of the zeros that Keras lays around the spread picture, the odd one comes first.
            zeros = s + wide - 2 if more is None else wide + wide % 2 - 2 + more
            before = min((zeros + 1) // 2, wide - 1)
            crops.append((wide - 1 - before, wide - 1 - (zeros - before)))
        else:
            as_paddings(padding, name)
    return crops


def known_sizes(function, name, sizes, taps, strides, dilations, *more):
    """The rows and columns that `windows` or `transposed_windows` finds, None where a size is."""
    filled = [
        (k - 1) * d + 1 if n is None else n for n, k, d in zip(sizes, taps, dilations, strict=True)
    ]
    found, _ = function(name, filled, taps, strides, dilations, *more)
    return tuple(None if n is None else size for n, size in zip(sizes, found, strict=True))
