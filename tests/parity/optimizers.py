"""Each optimizer for ten steps: the weights, and all of its variables in their order."""

import numpy as np

from . import case, numbers

SHAPES = (3, 4), (4,), (2, 3, 2), ()
NAMES = "kernel", "bias", "filters", "scale"


def variables(k):
    return [
        k.Variable(numbers(*shape, seed=i), name=name)
        for i, (shape, name) in enumerate(zip(SHAPES, NAMES, strict=True))
    ]


def gradients(k, step, shapes=SHAPES):
    """Of each weight, whose elements differ in size; some are 0."""
    made = []
    for i, shape in enumerate(shapes):
        g = numbers(*shape, seed=100 + 10 * step + i) ** 3
        made.append(k.ops.convert_to_tensor(np.where(np.abs(g) < 1e-3, 0, g)))
    return made


def results(k, optimizer, weights):
    found = {f"weight{i}": w for i, w in enumerate(weights)}
    found |= {f"state{i}": v for i, v in enumerate(optimizer.variables)}
    return {name: np.asarray(k.ops.convert_to_numpy(v)) for name, v in found.items()}


def ten_steps(k, optimizer, weights=None):
    weights = variables(k) if weights is None else weights
    for step in range(10):
        optimizer.apply(gradients(k, step), weights)
    return results(k, optimizer, weights)


SOME = {"learning_rate": 0.05}
BETAS = {**SOME, "beta_1": 0.8, "beta_2": 0.7}


@case(
    sgd=("SGD", {}),
    sgd_momentum=("SGD", {"momentum": 0.9, "weight_decay": 0.01}),
    sgd_nesterov=("SGD", {**SOME, "momentum": 0.9, "nesterov": True, "clipvalue": 0.1}),
    rmsprop=("RMSprop", {}),
    rmsprop_centered=("RMSprop", {**SOME, "momentum": 0.5, "centered": True}),
    rmsprop_options=("RMSprop", {**SOME, "rho": 0.7, "epsilon": 1e-3, "clipnorm": 0.3}),
    adagrad=("Adagrad", SOME),
    adagrad_options=("Adagrad", {**SOME, "initial_accumulator_value": 0.5, "epsilon": 1e-3}),
    adadelta=("Adadelta", {"learning_rate": 1.0}),
    adadelta_options=("Adadelta", {"learning_rate": 0.5, "rho": 0.8, "global_clipnorm": 0.5}),
    adam=("Adam", {}),
    adam_options=("Adam", {**BETAS, "epsilon": 1e-3, "weight_decay": 0.1}),
    adam_amsgrad=("Adam", {**BETAS, "amsgrad": True, "clipnorm": 0.2}),
    adamw=("AdamW", SOME),
    adamw_options=("AdamW", {**BETAS, "weight_decay": 0.3, "amsgrad": True}),
    adamax=("Adamax", {}),
    adamax_options=("Adamax", {**BETAS, "epsilon": 1e-3, "weight_decay": 0.1, "clipnorm": 0.2}),
    nadam=("Nadam", {}),
    nadam_options=("Nadam", {**BETAS, "epsilon": 1e-3, "weight_decay": 0.1, "clipvalue": 0.1}),
    lion=("Lion", {}),
    lion_options=("Lion", {**BETAS, "weight_decay": 0.1, "global_clipnorm": 0.5}),
    ftrl=("Ftrl", {}),
    ftrl_options=(
        "Ftrl",
        {
            "learning_rate": 0.3,
            "learning_rate_power": -0.7,
            "initial_accumulator_value": 0.2,
            "l1_regularization_strength": 0.05,
            "l2_regularization_strength": 0.1,
            "l2_shrinkage_regularization_strength": 0.02,
            "beta": 0.1,
            "weight_decay": 0.1,
            "clipnorm": 0.4,
        },
    ),
    ftrl_plain=("Ftrl", {"learning_rate": 0.3, "learning_rate_power": 0.0}),
    lamb=("Lamb", {}),
    lamb_options=("Lamb", {**BETAS, "epsilon": 1e-3, "weight_decay": 0.1, "clipnorm": 0.2}),
)
def steps(k, kind, arguments):
    return ten_steps(k, getattr(k.optimizers, kind)(**arguments))


@case
def lamb_of_zeros(k):
    """A norm of 0 counts for nothing, that of a weight or that of a step."""
    weights = [k.Variable(np.zeros(3)), k.Variable(np.ones(3))]
    optimizer = k.optimizers.Lamb(0.1)
    optimizer.apply([k.ops.convert_to_tensor(x) for x in (np.ones(3), np.zeros(3))], weights)
    return results(k, optimizer, weights)


@case(
    sgd=("SGD", {"weight_decay": 0.5}),
    adamw=("AdamW", SOME),
    nadam=("Nadam", {"weight_decay": 0.5}),
)
def spared(k, kind, arguments):
    """Weight decay of some weights only."""
    weights = variables(k)
    optimizer = getattr(k.optimizers, kind)(**arguments)
    optimizer.exclude_from_weight_decay(var_list=weights[2:3], var_names=["^bi", "norm"])
    return ten_steps(k, optimizer, weights)


@case(
    never=("Adam", {**SOME, "use_ema": True}),
    momentum=("SGD", {**SOME, "use_ema": True, "ema_momentum": 0.5}),
    every_third=("Adam", {**SOME, "use_ema": True, "ema_overwrite_frequency": 3}),
    each=("Lion", {**SOME, "use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 1}),
)
def averages(k, kind, arguments):
    """Moving averages, and the weights that they become in the end."""
    weights = variables(k)
    optimizer = getattr(k.optimizers, kind)(**arguments)
    found = ten_steps(k, optimizer, weights)
    optimizer.finalize_variable_values(weights)
    return found | {f"final{i}": k.ops.convert_to_numpy(w) for i, w in enumerate(weights)}


@case
def averages_of_constrained_weights(k):
    weights = variables(k)
    weights[0].constraint = k.constraints.NonNeg()
    weights[2].constraint = k.constraints.MaxNorm(0.5, axis=[0, 1])
    arguments = {"use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 4}
    return ten_steps(k, k.optimizers.RMSprop(0.1, **arguments), weights)


@case(sgd=("SGD",), adam=("Adam",), adamax=("Adamax",))
def some_of_the_weights(k, kind):
    """In another order, and with averages of those that are left out."""
    weights = variables(k)
    optimizer = getattr(k.optimizers, kind)(0.1, use_ema=True)
    optimizer.apply(gradients(k, 0), weights)
    for step in range(1, 5):
        few = weights[2], weights[0]
        optimizer.apply(gradients(k, step, (SHAPES[2], SHAPES[0])), few)
    optimizer.apply(gradients(k, 5))
    pairs = zip(gradients(k, 6), weights, strict=True)
    optimizer.apply_gradients(pairs)
    return results(k, optimizer, weights)


@case
def built_before(k):
    weights = variables(k)
    optimizer = k.optimizers.Adam(0.1, amsgrad=True)
    optimizer.build(weights)
    optimizer.build(weights)
    optimizer.apply(gradients(k, 0))
    return results(k, optimizer, weights)


@case
def another_rate(k):
    """Assigned between the steps, with the step count set back."""
    weights, optimizer = variables(k), k.optimizers.Adam(0.1)
    ten_steps(k, optimizer, weights)
    optimizer.learning_rate = 0.02
    optimizer.iterations.assign(3)
    found = ten_steps(k, optimizer, weights)
    return found | {"rate": np.asarray(float(k.ops.convert_to_numpy(optimizer.learning_rate)))}


SCHEDULES = {
    "exponential": ("ExponentialDecay", (0.2, 3, 0.7)),
    "warm": ("CosineDecay", (0.0, 6, 0.1, "warm", 0.2, 3)),
    "steps": ("PiecewiseConstantDecay", ([2, 5], [0.3, 0.2, 0.1])),
}


@case(
    sgd=("SGD", "exponential", {"weight_decay": 0.1}),
    adam=("Adam", "warm", {"use_ema": True}),
    lion=("Lion", "steps", {"weight_decay": 0.1}),
    ftrl=("Ftrl", "exponential", {}),
)
def scheduled(k, kind, schedule, arguments):
    """The rate is that of the step which begins; afterwards it reads as that of the next."""
    name, numbers = SCHEDULES[schedule]
    rate = getattr(k.optimizers.schedules, name)(*numbers)
    weights, optimizer = variables(k), getattr(k.optimizers, kind)(rate, **arguments)
    found = ten_steps(k, optimizer, weights)
    found["rate"] = np.asarray(float(optimizer.learning_rate))
    optimizer.iterations.assign(1)
    optimizer.learning_rate = k.optimizers.schedules.InverseTimeDecay(0.5, 2, 0.5)
    again = ten_steps(k, optimizer, weights)
    return found | {f"again_{name}": value for name, value in again.items()}


@case
def function_as_rate(k):
    rates = iter([0.1, 0.2, 0.05, 0.3, 0.1, 0.2, 0.4, 0.1, 0.2, 0.3, 0.7])
    return ten_steps(k, k.optimizers.SGD(lambda: next(rates)))
