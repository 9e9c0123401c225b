"""What layers do with their arguments and with the shapes that come: take them, or refuse them with
the cure."""

import math
import numbers
import operator

from .. import activations, constraints, initializers, regularizers

_GET = {
    "activation": activations.get,
    "constraint": constraints.get,
    "initializer": initializers.get,
    "regularizer": regularizers.get,
}


def keep(layer, **given):
    """Make arguments the layer's attributes, each as what its name stands for: of
    `kernel_regularizer` the last word says that it is a regularizer."""
    for name, value in given.items():
        setattr(layer, name, _GET[name.rpartition("_")[2]](value))


def build_activation(layer, shape):
    """Where the activation is a layer, such as a PReLU, it makes its weights with ours."""
    if hasattr(layer.activation, "_build_for"):
        layer.activation._build_for(shape, layer.device)


def new_weight(layer, name, shape, prefix=None):
    """The weight `name` of the layer, made as its kept {prefix}_initializer, .. say."""
    prefix = prefix or name
    return layer.add_weight(
        shape,
        getattr(layer, f"{prefix}_initializer"),
        name=name,
        regularizer=getattr(layer, f"{prefix}_regularizer"),
        constraint=getattr(layer, f"{prefix}_constraint"),
    )


def as_count(value, kind, name):
    """A positive integer."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(f"{kind}: {name} is {value!r}; a positive integer is wanted.")
    return int(value)


def as_axis(value, kind):
    """An axis as the user counts it."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{kind}: axis is {value!r}; an integer is wanted.") from None


def as_axes(axis, kind):
    """An axis, or a tuple of them."""
    if isinstance(axis, (tuple, list)):
        return tuple(as_axis(one, kind) for one in axis)
    return as_axis(axis, kind)


def as_real(value, kind, name, least=None, most=None):
    """A number, finite and within limits where they are given."""
    fine = isinstance(value, numbers.Real) and not isinstance(value, bool)
    try:
        number = float(value) if fine else math.nan
    except OverflowError:
        number = math.inf
    low, high = -math.inf if least is None else least, math.inf if most is None else most
    if not (low <= number <= high and math.isfinite(number)):
        limits = "" if least is None else f" from {least}" + (f" to {most}" if most else " on")
        raise ValueError(f"{kind}: {name} is {value!r}; a finite number{limits} is wanted.")
    return number


def as_padding(value, kind):
    """ "valid" or "same"."""
    if not isinstance(value, str) or value.lower() not in ("valid", "same"):
        raise ValueError(
            f'{kind}: padding is {value!r}; "valid" or "same" is wanted. Other margins come from a '
            "ZeroPadding2D before this layer."
        )
    return value.lower()


def as_margins(value, kind, name):
    """((top, bottom), (left, right)) from a number, a pair of numbers, or a pair of pairs."""
    try:
        rows, columns = value if isinstance(value, (tuple, list)) else (value, value)
        pairs = ((n, n) if not isinstance(n, (tuple, list)) else n for n in (rows, columns))
        margins = tuple((operator.index(before), operator.index(after)) for before, after in pairs)
        if min(map(min, margins)) < 0:
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            f"{kind}: {name} is {value!r}; a whole number from 0 on, (rows, columns) or "
            "((top, bottom), (left, right)) is wanted."
        ) from None
    return margins


def want_channels_last(value, kind):
    """What is kept as the layer's data_format."""
    if value not in (None, "channels_last"):
        raise ValueError(
            f'{kind}: data_format is {value!r}; None or "channels_last" is wanted. Pictures of '
            "(channels, height, width) are turned once, before all layers: by np.moveaxis(x, 1, "
            "-1), or by a Permute((2, 3, 1)) in front."
        )
    return "channels_last"


def want_pictures(layer, shape, channels=None):
    """Refuses a shape that is not (batch, height, width, channels), or has other `channels` than
    the layer was built for."""
    if len(shape) != 4:
        wanted = (*shape[1:], 1) if len(shape) == 3 else None
        cure = f" Reshape({wanted}) adds the axis of channels." if wanted else ""
        raise ValueError(
            f"{layer.name}: the input has shape {tuple(shape)}; (batch, height, width, channels) "
            f"is wanted.{cure}"
        )
    if channels is not None and shape[3] != channels:
        raise ValueError(
            f"{layer.name}: the input has shape {tuple(shape)}, {shape[3]} channels, but the layer "
            f"was built for (batch, height, width, {channels}), {channels} channels. Give it "
            f"pictures of {channels} channels, or make a new layer for these."
        )
