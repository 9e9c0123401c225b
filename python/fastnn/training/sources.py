"""Where batches come from: arrays or iterables, the share for validation, weights of classes."""

import math
import numbers

import numpy as np

from .. import _nest
from .._checks import as_numbers
from ..tensor import Tensor
from .arrays import Data, as_nest
from .batches import ArrayBatches
from .iterables import IterableBatches


def epochs_of(model, name, x, y, sample_weight, batch_size, shuffle, steps=None, weigh=None):
    """The batches of an epoch, from what a user gave."""
    if steps is not None:
        steps = as_count(name, "steps", steps, 1)
    if is_iterable(x):
        for what, value in (("y", y), ("sample_weight", sample_weight)):
            if value is not None:
                raise ValueError(
                    f"{name}: {what} came beside a {type(x).__name__}, whose batches have to hold "
                    "it: (x, y, sample_weight)."
                )
        if batch_size is not None:
            raise ValueError(
                f"{name}: batch_size came beside a {type(x).__name__}, which makes batches itself."
            )
        return IterableBatches(model, x, steps, name, weigh, bool(shuffle))
    if weigh is not None:
        sample_weight = weigh(y, sample_weight)
    data = Data(model, x, y, sample_weight, name)
    if not isinstance(shuffle, (bool, np.bool_, type(None))) and not (
        isinstance(shuffle, str) and shuffle == "batch"
    ):
        raise ValueError(f"{name}: shuffle is {shuffle!r}; True, False or 'batch' is wanted.")
    size = 32 if batch_size is None else as_count(name, "batch_size", batch_size, 1)
    return ArrayBatches(data, size, shuffle, steps, name)


def is_iterable(x):
    """Whether `x` makes batches: a generator, a loader, a sequence of batches, and no array."""
    if isinstance(x, (list, tuple, dict, str, bytes, np.ndarray, Tensor)) or hasattr(x, "shape"):
        return False
    if hasattr(x, "__array__") or hasattr(x, "__dlpack__"):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__next__") or hasattr(x, "__getitem__")


def split(model, x, y, sample_weight, validation_data, share):
    """((x, y, w) to train on, the same for validation): the last share, before any shuffling."""
    if validation_data is not None:
        raise ValueError("fit: validation_split and validation_data came; one of them is wanted.")
    if is_iterable(x):
        raise ValueError(
            f"fit: validation_split came with a {type(x).__name__}, whose samples are not known "
            "beforehand; it splits arrays only. Give validation_data."
        )
    size = Data(model, x, y, sample_weight, "fit").size
    given = (model._as_inputs(x, "fit"), y, sample_weight)
    nests = tuple(as_nest(part, "fit") for part in given)
    at = int(size * (1 - share))
    if at in (0, size):
        raise ValueError(
            f"fit: validation_split {share} of {size} samples leaves {at} to train on and "
            f"{size - at} to validate; both need at least one."
        )

    def part(chosen):
        def rows(leaf):
            if leaf is None or isinstance(leaf, Tensor):
                return leaf if leaf is None else leaf.array[chosen]
            leaf = leaf if hasattr(leaf, "shape") else np.asarray(leaf)
            return leaf.iloc[chosen] if hasattr(leaf, "iloc") else leaf[chosen]

        return tuple(_nest.map(rows, nest) for nest in nests)

    return part(slice(at)), part(slice(at, None))


def validation_parts(data):
    """(x, y, sample_weight) of what fit got as validation_data."""
    parts = data if isinstance(data, (tuple, list)) else (data,)
    if not 1 <= len(parts) <= 3:
        raise ValueError(
            f"fit: validation_data has {len(parts)} parts; (x, y) or (x, y, sample_weight) is "
            "wanted."
        )
    return (*parts, None, None)[:3]


def weights_of_classes(class_weight, sample_weight, name="fit"):
    """A function of (y, weights) that gives sample weights; None without class_weight."""
    if class_weight is None:
        return None
    if sample_weight is not None:
        raise ValueError(
            f"{name}: class_weight and sample_weight came; one of them is wanted. Multiply "
            "sample_weight by the classes' weights."
        )
    if not isinstance(class_weight, dict):
        raise TypeError(
            f"{name}: class_weight is a {type(class_weight).__name__}; a dict from class numbers "
            "to weights is wanted, such as {0: 1.0, 1: 5.0}."
        )
    for label, weight in class_weight.items():
        number = isinstance(weight, numbers.Real) and math.isfinite(weight)
        if not number or not isinstance(label, numbers.Integral):
            raise ValueError(
                f"{name}: class_weight has {label!r}: {weight!r}; class numbers and finite numbers "
                "are wanted."
            )

    def weigh(y, sample_weight):
        if sample_weight is not None:
            raise ValueError(
                f"{name}: class_weight came, and the batches hold weights already; one of them is "
                "wanted."
            )
        if y is None or _nest.is_nest(as_nest(y, f"{name}: y")):
            raise ValueError(
                f"{name}: class_weight is for models with one output; give sample_weight, one for "
                "each output."
            )
        labels = as_numbers(y, f"{name}: y")
        if labels.ndim > 1:
            labels = labels.argmax(axis=-1) if labels.shape[-1] != 1 else labels[..., 0]
        labels = np.round(labels)
        weights = np.ones(labels.shape)
        for label, weight in class_weight.items():
            weights[labels == label] = weight
        return weights

    return weigh


def as_share(value):
    """validation_split: 0.0 for None, or a number below 1."""
    if value is None:
        return 0.0
    if not isinstance(value, numbers.Real) or not 0 <= value < 1 or value is True:
        raise ValueError(f"fit: validation_split is {value!r}; a number between 0 and 1 is wanted.")
    return float(value)


def as_frequency(value):
    """validation_freq: every how many epochs, or which epochs, from 1."""
    if isinstance(value, (list, tuple, set)):
        return {as_count("fit", "an epoch of validation_freq", epoch, 1) for epoch in value}
    return as_count("fit", "validation_freq", value, 1)


def as_count(operation, name, value, least):
    """A whole number that is large enough, and below 2^63."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or not least <= value < 2**63:
        raise ValueError(
            f"{operation}: {name} is {value!r:.60}; a whole number of at least {least} is wanted."
        )
    return int(value)
