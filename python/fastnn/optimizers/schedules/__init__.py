"""Learning rates that follow from the step count: functions of it, computed in Python.

    Adam(CosineDecay(1e-3, decay_steps=10_000))

An optimizer asks its schedule before each step, also before one that is replayed.
"""

from ...saving.deserialization import deserialize_keras_object as deserialize
from ...saving.serialization import serialize_keras_object as serialize
from .cosine import CosineDecay, CosineDecayRestarts
from .decay import ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay
from .schedule import LearningRateSchedule

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]
