"""updates: every combination of slots, segments of every length, limits, a launch that is cut."""

from . import FLOATS, SIZES, Case
from .adam import CUT, LIMITS, PLAIN, lists, scalars

MANY = [(size,) for size in SIZES]
# weight_decay, clipnorm, clipvalue; and the norm's shape.
LIMITED = [((0.5, 0.0, 0.7), None), ((0.0, 1.0, 0.0), ()), ((0.0, 3.0, 0.0), (len(SIZES),))]


def sgd_update(shapes, dtype="float32", momentum=0.9, nesterov=False, norm=None, limits=LIMITS):
    velocity = "normal" if momentum else None
    operands = lists(shapes, dtype, w="normal", velocity=velocity, g="normal")
    return Case("sgd_update", operands | scalars(7, norm), (momentum, nesterov, *limits))


def rmsprop_update(
    shapes, dtype="float32", rho=0.9, momentum=0.0, centered=False, norm=None, limits=LIMITS
):
    slots = {"velocity": "normal" if momentum else None, "mean": "small" if centered else None}
    operands = lists(shapes, dtype, w="normal", square="positive", **slots, g="normal")
    return Case("rmsprop_update", operands | scalars(7, norm), (rho, momentum, 1e-7, *limits))


def adagrad_update(shapes, dtype="float32", epsilon=1e-7, norm=None, limits=LIMITS):
    operands = lists(shapes, dtype, w="normal", square="positive", g="normal")
    return Case("adagrad_update", operands | scalars(7, norm), (epsilon, *limits))


def adadelta_update(shapes, dtype="float32", rho=0.95, epsilon=1e-7, norm=None, limits=LIMITS):
    operands = lists(shapes, dtype, w="normal", square="positive", change="positive", g="normal")
    return Case("adadelta_update", operands | scalars(7, norm), (rho, epsilon, *limits))


UPDATES = (sgd_update, rmsprop_update, adagrad_update, adadelta_update)
ALL = {"norm": (), "limits": (0.1, 3.0, 0.0)}
CASES = [sgd_update(PLAIN, **ALL), rmsprop_update(PLAIN, momentum=0.5, centered=True, **ALL)]
CASES += [adagrad_update(PLAIN, **ALL), adadelta_update(PLAIN, **ALL)]
for dtype in FLOATS:
    for update in UPDATES:
        CASES += [update(shapes, dtype) for shapes in (CUT, [], MANY)]
        CASES += [update(MANY, dtype, norm=norm, limits=limits) for limits, norm in LIMITED]
    CASES += [sgd_update(MANY, dtype, *how) for how in ((0.0,), (0.5, True), (1.0,))]
    CASES += [sgd_update(MANY, dtype, 0.0, norm=(), limits=(0.5, 2.0, 0.0))]
    CASES += [rmsprop_update(MANY, dtype, 0.5, m, c) for m in (0.0, 0.9) for c in (False, True)]
    CASES += [rmsprop_update(CUT, dtype, momentum=0.5, centered=True)]
    CASES += [adagrad_update(MANY, dtype, 0.1), adadelta_update(MANY, dtype, 0.0, 0.1)]
