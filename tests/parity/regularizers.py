"""Regularizers: their values."""

import numpy as np

from . import case, numbers


@case(
    l1=("L1", {}, (3, 4)),
    l1_none=("L1", {"l1": None}, (3, 4)),
    l1_large=("l1", {"l1": 2}, (5,)),
    l2=("L2", {}, (3, 4)),
    l2_large=("l2", {"l2": 0.7}, (2, 3, 2)),
    both=("L1L2", {"l1": 0.1, "l2": 0.3}, (3, 4)),
    both_first=("l1_l2", {"l1": 0.1, "l2": None}, (3, 4)),
    neither=("L1L2", {}, (3, 4)),
    rows=("OrthogonalRegularizer", {}, (3, 5)),
    columns=("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}, (3, 5)),
    more_rows=("orthogonal_regularizer", {"factor": 0.5, "mode": "rows"}, (6, 2)),
)
def values(k, kind, arguments, shape):
    x = k.Variable(numbers(*shape))
    value = getattr(k.regularizers, kind)(**arguments)(x)
    return {"value": np.asarray(k.ops.convert_to_numpy(value))}


@case
def zero_rows(k):
    """They have no direction."""
    x = numbers(4, 3)
    x[1] = 0
    value = k.regularizers.OrthogonalRegularizer(1.0)(k.Variable(x))
    return {"value": np.asarray(k.ops.convert_to_numpy(value))}


@case(
    **{name: (name,) for name in ("l1", "l2", "L1", "L2", "l1l2", "L1L2", "OrthogonalRegularizer")}
)
def by_name(k, name):
    value = k.regularizers.get(name)(k.Variable(numbers(3, 4)))
    return {"value": np.asarray(k.ops.convert_to_numpy(value))}
