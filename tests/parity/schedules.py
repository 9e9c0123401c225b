"""Learning rate schedules, at every step of their course and far beyond."""

import numpy as np

from . import case

# Not where CosineDecayRestarts starts a period of another length: there Keras's logarithm decides.
STEPS = [*range(30), 47, 64, 100, 1000]


@case(
    exponential=("ExponentialDecay", (0.1, 7, 0.9)),
    exponential_staircase=("ExponentialDecay", (0.1, 7, 0.5, True)),
    inverse=("InverseTimeDecay", (0.1, 4, 0.5)),
    inverse_staircase=("InverseTimeDecay", (0.1, 4, 0.5, True)),
    polynomial=("PolynomialDecay", (0.1, 20)),
    polynomial_square=("PolynomialDecay", (0.1, 20, 0.01, 2.0)),
    polynomial_root=("PolynomialDecay", (0.1, 20, 0.01, 0.5)),
    polynomial_cycle=("PolynomialDecay", (0.1, 9, 0.01, 1.0, True)),
    pieces=("PiecewiseConstantDecay", ([5, 10, 25], [0.4, 0.3, 0.2, 0.1])),
    pieces_two=("PiecewiseConstantDecay", ([10], [0.4, 0.3])),
    cosine=("CosineDecay", (0.1, 25)),
    cosine_alpha=("CosineDecay", (0.1, 25, 0.2)),
    cosine_warm=("CosineDecay", (0.01, 15, 0.1, "warm", 0.2, 8)),
    cosine_target=("CosineDecay", (0.01, 15, 0.1, "warm", 0.2)),
    restarts=("CosineDecayRestarts", (0.1, 7)),
    restarts_even=("CosineDecayRestarts", (0.1, 7.5, 1.0, 0.9)),
    restarts_lower=("CosineDecayRestarts", (0.1, 6.5, 1.5, 0.8, 0.1)),
)
def rates(k, kind, arguments):
    schedule = getattr(k.optimizers.schedules, kind)(*arguments)
    return {"rates": np.array([float(schedule(step)) for step in STEPS])}
