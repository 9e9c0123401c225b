"""chain: elementwise steps, each by its own reference.

An error of a step is its own, and those of what it reads times how steeply it answers.
"""

import numpy as np
from contract import read_choices

from . import Size
from .binary import binary, binary_backward, binary_backward_magnitude, binary_magnitude
from .unary import unary_backward, unary_backward_magnitude, unary_forward, unary_forward_magnitude

CHOICES = read_choices()
STEP = 1e-5  # relative, of the differences that stand for slopes


def described(kind, function, alpha, beta):
    """A step's function, that of its size, how many values it reads, and its settings."""
    if kind <= 1:
        settings = (CHOICES["Unary"][function], alpha, beta)
        if kind == 0:
            return unary_forward, unary_forward_magnitude, 1, settings
        return unary_backward, unary_backward_magnitude, 2, settings
    name = CHOICES["Binary"][function]
    if kind == 2:
        return binary, binary_magnitude, 2, (name,)
    return binary_backward, binary_backward_magnitude, 3, (name, "ab"[kind - 3])


def run(x, steps):
    """All values, and the bounds of their errors in units of eps."""
    shape = max((v.shape for v in x), key=lambda s: (np.prod(s) != 1, len(s)))
    values = [np.broadcast_to(v.reshape(()) if v.size == 1 else v, shape) for v in x]
    errors = [np.zeros(shape)] * len(values)
    for kind, function, *places, alpha, beta in zip(*steps, strict=True):
        step, size, count, settings = described(kind, function, alpha, beta)
        read = [values[place] for place in places[:count]]
        own = size(*read, *settings)
        y = np.asarray(step(*read, *settings))
        error = np.sqrt(float(own.terms)) * np.asarray(own.magnitude, np.float64) + 0 * np.abs(y)
        for i, place in enumerate(places[:count]):
            slope = 0
            for h in (STEP, -STEP):
                h = h * (np.abs(read[i]) + STEP)
                moved = step(*read[:i], read[i] + h, *read[i + 1 :], *settings)
                slope = np.maximum(slope, np.abs((moved - y) / h))
            error = error + slope * errors[place]
        values.append(y)
        errors.append(error)
    return values, errors


def chain(x, kinds, functions, first, second, third, alphas, betas, outputs):
    values, _ = run(x, (kinds, functions, first, second, third, alphas, betas))
    return padded([values[len(x) + k] for k in outputs], None)


def chain_magnitude(x, kinds, functions, first, second, third, alphas, betas, outputs):
    _, errors = run(x, (kinds, functions, first, second, third, alphas, betas))
    return padded([Size(errors[len(x) + k], 1) for k in outputs], Size(0.0, 0))


def padded(results, nothing):
    """One for each of y .. y4."""
    return (*results, *[nothing] * (4 - len(results)))
