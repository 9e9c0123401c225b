"""random: Philox4x32-10 in NumPy, uniform numbers and dropout.

Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011);
tests/test_reference.py holds Random123's known answers. A state is (seed, step): a call draws at
the state as it found it (its position) and steps on. Block k of a call has the counter (k low,
k high, step low, stream low) and the key (seed low, seed high). An element takes one word, a
float64 uniform two: high, then low.
"""

import numpy as np

from . import EXACT, Size

LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def philox(counter, key):
    """Words (4, blocks) of a counter (4, blocks) and a key (2,), all uint64 below 2^32."""
    c = [np.asarray(word, np.uint64) for word in counter]
    k = [int(word) for word in key]
    for _ in range(10):
        first, second = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [
            (second >> HALF) ^ c[1] ^ np.uint64(k[0]),
            second & LOW,
            (first >> HALF) ^ c[3] ^ np.uint64(k[1]),
            first & LOW,
        ]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return np.stack(c)


def words(position, stream, count):
    """The first `count` words that a call at this position draws."""
    seed, step = (int(number) % 2**64 for number in position)
    blocks = np.arange(-(-count // 4), dtype=np.uint64)
    fixed = [np.full_like(blocks, number % 2**32) for number in (step, stream)]
    counter = [blocks & LOW, blocks >> HALF, *fixed]
    return philox(counter, (seed % 2**32, seed >> 32)).T.ravel()[:count]


def uniforms(state, stream, size, dtype):
    """The first `size` uniform numbers in [0, 1), exact, in a wider type."""
    if np.dtype(dtype) == np.float32:
        return (words(state, stream, size) >> np.uint64(8)) * np.float64(2.0**-24)
    pairs = words(state, stream, 2 * size).reshape(-1, 2)
    return (((pairs[:, 0] << HALF) | pairs[:, 1]) >> np.uint64(11)) * np.longdouble(2.0**-53)


def uniform(state, low, high, stream, y_shape, y_dtype):
    u = uniforms(state, stream, int(np.prod(y_shape)), y_dtype)
    return (low + (high - u.dtype.type(low)) * u).reshape(y_shape), stepped(state)


def uniform_magnitude(state, low, high, stream, y_shape, y_dtype):
    # The bounds are rounded to the result's type first: five roundings with those of the formula.
    u = uniform(state, 0.0, 1.0, stream, y_shape, y_dtype)[0]
    return Size(abs(low) + (abs(low) + abs(high)) * u, 5), EXACT


def dropout_forward(state, x, rate, stream, mask_shape):
    return dropped(x, state, rate, stream, mask_shape), state, stepped(state)


def dropout_forward_magnitude(state, x, rate, stream, mask_shape):
    return Size(np.abs(dropped(x, state, rate, stream, mask_shape)), 3), EXACT, EXACT


def dropout_backward(dy, position, rate, stream, mask_shape):
    return dropped(dy, position, rate, stream, mask_shape)


def dropout_backward_magnitude(dy, position, rate, stream, mask_shape):
    return Size(np.abs(dropped(dy, position, rate, stream, mask_shape)), 3)


def stepped(state):
    return state + np.array([0, 1])


def dropped(x, position, rate, stream, mask_shape):
    shape = mask_shape or x.shape
    kept = words(position, stream, int(np.prod(shape))).reshape(shape) < (1 - rate) * 2.0**32
    return np.where(kept, x / (1 - x.dtype.type(rate)), 0)
