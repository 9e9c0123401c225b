"""Constraints: what takes the weight's place, of weights with small, large and no norms."""

import numpy as np

from . import case, numbers


def weight():
    return numbers(3, 2, 4) * np.array([0.0, 0.1, 1.0, 10.0])


@case(
    maximum=("MaxNorm", {}),
    maximum_last=("max_norm", {"max_value": 0.5, "axis": -1}),
    maximum_axes=("MaxNorm", {"max_value": 1.5, "axis": [0, 1]}),
    between=("MinMaxNorm", {}),
    between_rate=("min_max_norm", {"min_value": 0.5, "max_value": 2.0, "rate": 0.3, "axis": 2}),
    between_axes=("MinMaxNorm", {"min_value": 0.5, "axis": [0, 1]}),
    positive=("NonNeg", {}),
    positive_too=("non_neg", {}),
    unit=("UnitNorm", {}),
    unit_axes=("unit_norm", {"axis": [0, 2]}),
    nothing=("Constraint", {}),
)
def weights(k, kind, arguments):
    w = getattr(k.constraints, kind)(**arguments)(k.Variable(weight()))
    return {"weight": np.asarray(k.ops.convert_to_numpy(w))}


@case(**{name: (name,) for name in ("max_norm", "MinMaxNorm", "non_neg", "NonNeg", "unit_norm")})
def by_name(k, name):
    w = k.constraints.get(name)(k.Variable(weight()))
    return {"weight": np.asarray(k.ops.convert_to_numpy(w))}
