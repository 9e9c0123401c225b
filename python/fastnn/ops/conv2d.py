"""Convolutions of pictures, channels last: plain, depthwise, separable, transposed.

The arithmetic of paddings is Keras's; V. Dumoulin and F. Visin, A guide to convolution arithmetic
for deep learning (2016), draws it.
"""

import operator

from ..symbolic import operation
from ..tensor import as_tensor, result
from ._windows import as_pair, transposed_windows, windows


def _checked(name, x, kernel, bias):
    """The operands as tensors."""
    x = as_tensor(x, name)
    w = as_tensor(kernel, name, like=x)
    b = None if bias is None else as_tensor(bias, name, like=x)
    if x.ndim != 4 or w.ndim != 4:
        raise ValueError(
            f"{name}: x has shape {x.shape} and the kernel {w.shape}; four axes are wanted of "
            "each: (batch, rows, columns, channels) and (rows, columns, channels, channels)."
        )
    return x, w, b


def _want_channels(name, x, w, channels, which):
    if x.shape[3] != channels:
        raise ValueError(
            f"{name}: x has shape {x.shape}, {x.shape[3]} channels, but the kernel of shape "
            f"{w.shape} wants {channels}: {which}."
        )


def _settings(strides, pads, dilations, groups, activation):
    return (*strides, *pads[0], *pads[1], *dilations, groups, activation)


def _convolve(name, x, w, b, shape, strides, padding, dilation_rate, groups, activation):
    """`shape`: w's as the kernel takes it, of the same elements."""
    strides = as_pair(strides, name, "strides")
    dilations = as_pair(dilation_rate, name, "dilation_rate")
    sizes, pads = windows(name, x.shape[1:3], shape[:2], strides, dilations, padding)
    k = x.device.module
    y = x.device.empty((x.shape[0], *sizes, shape[3]), x.dtype)
    weights = w.array.reshape(shape)
    settings = _settings(strides, pads, dilations, groups, activation)
    k.conv2d(y, x.array, weights, None if b is None else b.array, settings)
    plain = (*settings[:-1], "none")
    activated = None if activation == "none" else y  # else backward would keep y alive

    def backward(dy, out):
        dz = _before_activation(dy, activated, activation, x)
        dw, add = out(1)
        if dw is not None:
            k.conv2d_backward_w(dw.reshape(shape), dz, x.array, plain, add=add)
        _to_bias(k, dz, b, out)
        dx, add = out(0)
        if dx is not None:
            k.conv2d_transpose(dx, dz, weights, None, plain, add=add)

    return result(y, (x, w) if b is None else (x, w, b), backward, saved=(x, w))


def _before_activation(dy, y, activation, x):
    if activation == "none":
        return dy
    dz = x.device.empty(y.shape, x.dtype)
    x.device.module.unary_backward(dz, dy, y, (activation, 1.0, 0.0))  # 1: elu's alpha
    return dz


def _to_bias(k, dz, b, out):
    if b is None:
        return
    db, add = out(2)
    if db is not None:
        k.sum_to(db, dz, add=add)


@operation
def conv2d(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    dilation_rate=1,
    groups=1,
    activation="none",
):
    """activation(x * kernel + bias): each pixel of the result is a window of x times the kernel.

    Args:
        x: float tensor or array, (batch, rows, columns, channels).
        kernel: (rows, columns, channels / groups, filters).
        bias: (filters,), or None.
        strides: of the window, a number or (down, across).
        padding: "valid" for none; "same" for a result of ceil(size / stride) pixels, zeros on both
            sides and the odd one after; or ((top, bottom), (left, right)) zeros.
        dilation_rate: the distance of the window's taps, a number or (down, across).
        groups: the filters of a group see the channels of that group only.
        activation: as in `dense`, computed while the sums are at hand.

    Returns:
        A tensor (batch, rows, columns, filters).

    Raises:
        ValueError: shapes or channels do not fit, or the window is larger than the padded picture.

    >>> import numpy as np, fastnn
    >>> x = np.arange(9, dtype="float32").reshape(1, 3, 3, 1)
    >>> mean = np.full((2, 2, 1, 1), 0.25, "float32")
    >>> fastnn.ops.conv2d(x, mean).numpy().reshape(2, 2)
    array([[2., 3.],
           [5., 6.]], dtype=float32)
    """
    x, w, b = _checked("conv2d", x, kernel, bias)
    try:
        count = operator.index(groups)
        if count < 1 or w.shape[3] % count:
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            f"conv2d: groups is {groups!r}; a divisor of the {w.shape[3]} filters is wanted."
        ) from None
    _want_channels("conv2d", x, w, w.shape[2] * count, "its third size times groups")
    return _convolve("conv2d", x, w, b, w.shape, strides, padding, dilation_rate, count, activation)


@operation
def depthwise_conv2d(
    x, kernel, bias=None, strides=1, padding="valid", dilation_rate=1, activation="none"
):
    """A convolution of each channel by itself, with `multiplier` filters each.

    Args:
        x: float tensor or array, (batch, rows, columns, channels).
        kernel: (rows, columns, channels, multiplier).
        bias: (channels * multiplier,), or None.
        strides, padding, dilation_rate, activation: as `conv2d`.

    Returns:
        A tensor (batch, rows, columns, channels * multiplier), a channel's filters side by side.

    Raises:
        ValueError: as `conv2d`.

    >>> import numpy as np, fastnn
    >>> x = np.ones((1, 2, 2, 3), "float32")
    >>> kernel = np.ones((2, 2, 3, 1), "float32") * np.array([[1], [2], [3]], "float32")
    >>> fastnn.ops.depthwise_conv2d(x, kernel).numpy().reshape(3)
    array([ 4.,  8., 12.], dtype=float32)
    """
    x, w, b = _checked("depthwise_conv2d", x, kernel, bias)
    channels = w.shape[2]
    _want_channels("depthwise_conv2d", x, w, channels, "its third size")
    shape = (*w.shape[:2], 1, channels * w.shape[3])
    return _convolve(
        "depthwise_conv2d", x, w, b, shape, strides, padding, dilation_rate, channels, activation
    )


@operation
def separable_conv2d(
    x,
    depthwise_kernel,
    pointwise_kernel,
    bias=None,
    strides=1,
    padding="valid",
    dilation_rate=1,
    activation="none",
):
    """A depthwise convolution, then one of 1 x 1 that mixes the channels.

    Args:
        x: float tensor or array, (batch, rows, columns, channels).
        depthwise_kernel: (rows, columns, channels, multiplier).
        pointwise_kernel: (1, 1, channels * multiplier, filters).
        bias: (filters,), or None.
        strides, padding, dilation_rate: of the depthwise convolution, as `conv2d`.
        activation: as in `dense`, at the end.

    Returns:
        A tensor (batch, rows, columns, filters).

    Raises:
        ValueError: as `conv2d`.

    >>> import numpy as np, fastnn
    >>> x = np.ones((1, 2, 2, 3), "float32")
    >>> depthwise, pointwise = np.ones((2, 2, 3, 1), "float32"), np.ones((1, 1, 3, 2), "float32")
    >>> fastnn.ops.separable_conv2d(x, depthwise, pointwise).numpy().reshape(2)
    array([12., 12.], dtype=float32)
    """
    x = as_tensor(x, "separable_conv2d")
    pointwise = as_tensor(pointwise_kernel, "separable_conv2d", like=x)
    if pointwise.ndim != 4 or pointwise.shape[:2] != (1, 1):
        raise ValueError(
            f"separable_conv2d: the pointwise kernel has shape {pointwise.shape}; "
            "(1, 1, channels * multiplier, filters) is wanted."
        )
    each = depthwise_conv2d(x, depthwise_kernel, None, strides, padding, dilation_rate)
    return conv2d(each, pointwise, bias, activation=activation)


@operation
def conv2d_transpose(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    output_padding=None,
    dilation_rate=1,
    activation="none",
):
    """The transposed convolution: each pixel of x adds itself, times the kernel, to a window.

    It is what carries a gradient back through `conv2d`, here used forward, to enlarge pictures.

    Args:
        x: float tensor or array, (batch, rows, columns, channels).
        kernel: (rows, columns, filters, channels).
        bias: (filters,), or None.
        strides: from one pixel's window to the next one's, a number or (down, across).
        padding: "valid" for size * stride + max(kernel - stride, 0) pixels; "same" for size *
            stride; or ((top, bottom), (left, right)) pixels to cut off the whole result of
            (size - 1) * stride + kernel.
        output_padding: None, or how many pixels to add to the end, a number or (down, across), less
            than the strides. With "valid" to (size - 1) * stride + kernel, with "same" to
            (size - 1) * stride + kernel % 2, as Keras has it.
        dilation_rate: the distance of the window's taps, a number or (down, across).
        activation: as in `dense`.

    Returns:
        A tensor (batch, rows, columns, filters).

    Raises:
        ValueError: shapes or channels do not fit, or nothing is left of the result.

    >>> import numpy as np, fastnn
    >>> x = np.array([[1, 2]], "float32").reshape(1, 1, 2, 1)
    >>> kernel = np.ones((1, 2, 1, 1), "float32")
    >>> fastnn.ops.conv2d_transpose(x, kernel, strides=(1, 2)).numpy().reshape(4)
    array([1., 1., 2., 2.], dtype=float32)
    """
    name = "conv2d_transpose"
    y, w, b = _checked(name, x, kernel, bias)  # y: what the kernel calls it
    _want_channels(name, y, w, w.shape[3], "its last size")
    strides = as_pair(strides, name, "strides")
    dilations = as_pair(dilation_rate, name, "dilation_rate")
    sizes, crops = transposed_windows(
        name, y.shape[1:3], w.shape[:2], strides, dilations, padding, output_padding
    )
    pads = [(before, max(after, 0)) for before, after in crops]
    device, k = y.device, y.device.module
    to = device.empty((y.shape[0], *sizes, w.shape[2]), y.dtype)
    settings = _settings(strides, pads, dilations, 1, activation)
    k.conv2d_transpose(to, y.array, w.array, None if b is None else b.array, settings)
    plain = (*settings[:-1], "none")
    activated = None if activation == "none" else to

    def backward(dx, out):
        dz = _before_activation(dx, activated, activation, y)
        dw, add = out(1)
        if dw is not None:
            k.conv2d_backward_w(dw, y.array, dz, plain, add=add)
        _to_bias(k, dz, b, out)
        dy, add = out(0)
        if dy is not None:
            k.conv2d(dy, dz, w.array, None, plain, add=add)

    return result(to, (y, w) if b is None else (y, w, b), backward, saved=(y, w))
