"""normal: pairs of normal numbers from pairs of uniforms (Box and Muller), or truncated ones, the
quantiles of a uniform each.

Sizes of errors: z is a product of a root of a logarithm and a sine, or of x and a polynomial, each
with a stated error in ULP, of which two cost as much as four summed terms (see softmax).
"""

import numpy as np

from . import EXACT, Size
from .random import stepped, uniforms

LOG = SINE = 4
CUT = np.sqrt(np.longdouble(2))
PI = np.arctan2(np.longdouble(0), np.longdouble(-1))


def normal(state, mean, stddev, truncated, stream, y_shape, y_dtype):
    z = deviates(state, truncated, stream, y_shape, y_dtype)[0]
    return mean + stddev * z, stepped(state)


def normal_magnitude(state, mean, stddev, truncated, stream, y_shape, y_dtype):
    z, bent = deviates(state, truncated, stream, y_shape, y_dtype)
    return Size(np.abs(mean) + stddev * (np.abs(z) + bent), LOG + SINE + 6), EXACT


def deviates(state, truncated, stream, shape, dtype):
    """z, and the error in z of one in the last digit of the quantile's argument."""
    size = int(np.prod(shape))
    if truncated:
        x = (2 * uniforms(state, stream, size, dtype).astype(np.longdouble) - 1) * erf(CUT)
        z = quantile(x)
        # dz/dx = sqrt(pi/2) exp(z^2/2); 1 - x^2 has an error of its own, of 1 - x^2.
        bent = np.sqrt(PI / 2) * np.exp(z**2 / 2) * np.abs(x)
        return z.reshape(shape), bent.reshape(shape)
    pairs = uniforms(state, stream, size + size % 2, dtype).reshape(-1, 2)
    radius = np.sqrt(-2 * np.log1p(-pairs[:, 0]))
    z = np.stack([radius * one for one in cos_and_sin(pairs[:, 1])], axis=1).ravel()[:size]
    return z.reshape(shape), np.zeros(shape)


def cos_and_sin(turns):
    """Quarter turns are taken off first: near their zeros both keep all of their digits."""
    quarters = np.round(4 * turns)
    angle = 2 * PI * (turns - quarters / 4)
    c, s = np.cos(angle), np.sin(angle)
    which = quarters.astype(int) % 4
    return np.choose(which, [c, -s, -c, s]), np.choose(which, [s, c, -s, -c])


def erf(x):
    """2 / sqrt(pi) times the sum of (-1)^n x^(2n+1) / n! / (2n+1), for |x| up to sqrt(2)."""
    term = total = np.asarray(x, np.longdouble)
    for n in range(1, 34):  # 2^33 / 33! < 2^-80
        term = -term * x * x / n
        total = total + term / (2 * n + 1)
    return 2 / np.sqrt(PI) * total


def quantile(x):
    """sqrt(2) times the inverse of erf, by Newton's method. It comes from the middle and does not
    pass its end, since erf bends inwards."""
    t = np.zeros_like(x)
    for _ in range(9):
        t = np.clip(t - (erf(t) - x) * np.sqrt(PI) / 2 * np.exp(t * t), -CUT, CUT)
    return CUT * t
