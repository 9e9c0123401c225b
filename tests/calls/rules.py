"""Optimizers made of operations, schedules, regularizers and constraints."""

from fastnn import Tensor, Variable, constraints, optimizers, regularizers
from fastnn.optimizers import schedules

from . import call, x


def at(step):
    """Every schedule at a step."""
    schedules.ExponentialDecay(0.1, 10, 0.5)(step)
    schedules.InverseTimeDecay(0.1, 10, 0.5)(step)
    schedules.PolynomialDecay(0.1, 10, cycle=True)(step)
    schedules.PiecewiseConstantDecay([3], [0.1, 0.2])(step)
    schedules.CosineDecay(0.1, 10)(step)
    schedules.CosineDecayRestarts(0.1, 10)(step)


def spare(**arguments):
    optimizers.AdamW().exclude_from_weight_decay(**arguments)


def average(var_list):
    w = Variable(x())
    adam = optimizers.Adam(use_ema=True)
    adam.apply([Tensor(x())], [w])
    adam.finalize_variable_values([w] if var_list is None else var_list)


def moments():
    return {"learning_rate": 0.1, "beta_1": 0.9, "beta_2": 0.9, "epsilon": 0.1}


CALLS = {
    "Adamax": lambda: call(optimizers.Adamax, **moments()),
    "Nadam": lambda: call(optimizers.Nadam, **moments(), ema_momentum=0.5),
    "Lamb": lambda: call(optimizers.Lamb, **moments(), ema_overwrite_frequency=3),
    "Lion": lambda: call(optimizers.Lion, learning_rate=0.1, beta_1=0.9, beta_2=0.9),
    "Ftrl": lambda: call(
        optimizers.Ftrl,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.1,
        beta=0.1,
    ),
    "Adam.build": lambda: call(optimizers.Adam().build, variables=[Variable(x())]),
    "exclude_from_weight_decay": lambda: call(spare, var_list=[Variable(x())]),
    "finalize_variable_values": lambda: call(average, var_list=None),
    "ExponentialDecay": lambda: call(
        schedules.ExponentialDecay, initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5
    ),
    "PolynomialDecay": lambda: call(
        schedules.PolynomialDecay, initial_learning_rate=0.1, decay_steps=10, power=2.0
    ),
    "PiecewiseConstantDecay": lambda: call(
        schedules.PiecewiseConstantDecay, boundaries=[3], values=[0.1, 0.2]
    ),
    "CosineDecay": lambda: call(
        schedules.CosineDecay, initial_learning_rate=0.1, decay_steps=10, warmup_steps=2
    ),
    "CosineDecayRestarts": lambda: call(
        schedules.CosineDecayRestarts, initial_learning_rate=0.1, first_decay_steps=10, t_mul=1.0
    ),
    "schedules": lambda: call(at, step=3),
    "L1L2": lambda: call(regularizers.L1L2, l1=0.1, l2=0.1),
    "L1L2()": lambda: call(regularizers.L1L2(0.1, 0.1), x=x()),
    "OrthogonalRegularizer": lambda: call(
        regularizers.OrthogonalRegularizer, factor=0.1, mode="rows"
    ),
    "OrthogonalRegularizer()": lambda: call(regularizers.OrthogonalRegularizer(), x=x()),
    "MaxNorm": lambda: call(constraints.MaxNorm, max_value=2.0),
    "MaxNorm()": lambda: call(constraints.MaxNorm(), w=x()),
    "MinMaxNorm": lambda: call(constraints.MinMaxNorm, min_value=0.1, max_value=2.0, rate=0.5),
    "UnitNorm()": lambda: call(constraints.UnitNorm(), w=x()),
    "NonNeg()": lambda: call(constraints.NonNeg(), w=x()),
    "regularizers.get": lambda: call(regularizers.get, identifier="l2"),
    "constraints.get": lambda: call(constraints.get, identifier="max_norm"),
}
