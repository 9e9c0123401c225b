"""Operations with many settings under settings drawn at random, inside the bound of support.py.

    python tests/random_configurations.py [family ...] [--count 10000] [--seed 0] [--device cpu]

A configuration is what a generator of GENERATORS draws: cases, forward and backward. The i-th of a
seed is always the same. What fails is printed with its number; then the exit status is 1. The
normal suite runs a few (test_random_configurations.py), .ci/nightly many.
"""

import argparse
import itertools
import sys
import time

import cases
import numpy as np
import pytest
import support
from cases import (
    affine_transform,
    arg_reduce,
    conv2d,
    cumulative_sum,
    pool2d,
    reduce,
    resize,
    variance,
)

TERMS = 2_000_000  # products of a configuration at most: the reference is slow


def draw_conv2d(rng):
    """A forward, its gradients to x and to w; None where the window does not fit."""
    of = rng.integers
    groups = int(rng.choice([1, 1, 1, 2, 3, of(4, 20)]))
    few = groups > 3
    channels = [
        int(of(1, 4)) if few else int(rng.choice([1, 2, 3, 4, 5, of(6, 40), of(6, 80), of(1, 400)]))
        for _ in "CF"
    ]
    taps = [int(rng.choice([1, 1, 2, 3, 3, 3, 4, 5, 7])) for _ in "HW"]
    sizes = [int(rng.choice([1, 2, of(3, 12), of(8, 40)])) for _ in "HW"]
    strides = [int(rng.choice([1, 1, 1, 2, 2, 3, 5])) for _ in "HW"]
    dilations = [int(rng.choice([1, 1, 1, 2, 3, 4])) for _ in "HW"]
    pads = []
    for size, k, stride, dilation in zip(sizes, taps, strides, dilations, strict=True):
        wide = (k - 1) * dilation + 1
        same = max((-(-size // stride) - 1) * stride + wide - size, 0)
        before, after = int(of(0, wide + 1)), int(of(0, wide + 1))
        choices = [(0, 0), (same // 2, same - same // 2), (before, after)]
        pads += choices[of(3)]
    x = (int(rng.choice([0, 1, 1, 2, 3, 5])), *sizes, groups * channels[0])
    w = (*taps, channels[0], groups * channels[1])
    settings = (tuple(strides), tuple(pads), tuple(dilations), groups)
    y = conv2d.operands(x, w, *settings[:3])[0]
    if min(y[1:]) < 1 or np.prod(y, dtype=float) * np.prod(w[:3]) > TERMS:
        return None
    dtype = cases.FLOATS[of(2)]
    epilogue = {"bias": bool(of(2)), "relu": bool(of(2))}
    return [
        conv2d.conv2d(x, w, *settings, dtype, **epilogue),
        conv2d.conv2d_transpose(x, w, *settings, dtype, **epilogue),
        conv2d.conv2d_backward_w(x, w, *settings, dtype),
    ]


def draw_pool2d(rng):
    """A forward and its backward; None where the window does not fit."""
    of = rng.integers
    size = [int(rng.choice([1, 2, 2, 3, 4, of(1, 20)])) for _ in "HW"]
    stride = [int(rng.choice([1, 2, 2, 3, size[0], of(1, 9)])) for _ in "HW"]
    pads = [int(of(0, k)) if of(2) else 0 for k in (size[0], size[0], size[1], size[1])]
    x = (int(of(0, 4)), *(int(of(1, 25)) for _ in "HW"), int(rng.choice([1, 2, 3, 16, of(1, 99)])))
    y = pool2d.shapes(x, size, stride, pads)
    if min(y[1:]) < 1 or np.prod(y, dtype=float) * size[0] * size[1] > TERMS / 10:
        return None
    function = str(rng.choice(["max", "max", "average", "sum"]))
    place = (x, tuple(size), tuple(stride), tuple(pads), function, cases.FLOATS[of(2)])
    return [pool2d.pool2d_forward(*place), pool2d.pool2d_backward(*place)]


def draw_reductions(rng):
    """Every reduction of one array over the same axes."""
    of = rng.integers
    x = tuple(int(rng.choice([1, 2, 3, of(1, 20), of(1, 200)])) for _ in range(of(1, 6)))
    if np.prod(x, dtype=float) > 30_000:
        return None
    y = tuple(1 if of(2) else n for n in x)
    dtype, root, axis = cases.FLOATS[of(2)], bool(of(2)), int(of(len(x)))
    made = [reduce.reduce_forward(y, x, f, dtype) for f in ("sum", "max", "logsumexp")]
    made += [reduce.reduce_backward(y, x, f, dtype) for f in ("mean", "min")]
    made += [variance.variance_forward(y, x, root, dtype)]
    made += [arg_reduce.arg_reduce(x, axis, str(rng.choice(["max", "min"])), dtype)]
    ends = bool(of(2)), bool(of(2))
    return [*made, cumulative_sum.cumulative_sum(x, axis, *ends, dtype)]


def draw_pictures(rng):
    """Pictures resized, and moved by matrices, in both directions."""
    of = rng.integers
    n, c = int(of(1, 4)), int(rng.choice([1, 2, 3, 4, of(5, 40)]))
    sizes = [int(rng.choice([1, 2, of(1, 9), of(1, 40)])) for _ in range(4)]
    if sizes[0] * sizes[1] > 300 or sizes[2] * sizes[3] > 300:
        return None
    x, size = (n, *sizes[:2], c), tuple(sizes[2:])
    how, fill = str(rng.choice(resize.MODES)), str(rng.choice(affine_transform.FILLS))
    dtype = cases.FLOATS[of(2)]
    made = [make(x, size, how, dtype) for make in (resize.resize, resize.resize_backward)]
    made += [affine_transform.affine_transform(x, size, how, fill, dtype)]
    return [*made, affine_transform.affine_transform_backward(x, size, how, fill, dtype)]


# A family's name, and what draws a configuration of it: a list of cases, or None to draw again.
GENERATORS = {
    "conv2d": draw_conv2d,
    "pool2d": draw_pool2d,
    "reductions": draw_reductions,
    "pictures": draw_pictures,
}


def configuration(family, seed, i):
    rng = np.random.default_rng([seed, i])
    return next(filter(None, (GENERATORS[family](rng) for _ in itertools.count())))


def failures(family, count, seed, device):
    """(number, case, what is wrong) of each case that is refused or outside of its bound."""
    for i in range(count):
        for case in configuration(family, seed, i):
            try:
                support.check(device, case)
            except (pytest.fail.Exception, AssertionError, ValueError) as error:
                yield i, case, error


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("families", nargs="*", default=list(GENERATORS))
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", choices=support.DEVICES, default="cpu")
    given = parser.parse_args()
    for family in given.families:
        if family not in GENERATORS:
            parser.error(f"'{family}' is none of {', '.join(GENERATORS)}")
    device, all_wrong = support.open_device(given.device), 0
    for family in given.families:
        begin, wrong = time.monotonic(), 0
        for i, case, error in failures(family, given.count, given.seed, device):
            wrong += 1
            print(f"{family} {i}: {case}\n    {type(error).__name__}: {error}", flush=True)
        seconds = time.monotonic() - begin
        print(f"{family}: {given.count} configurations, {wrong} wrong, {seconds:.0f} s")
        all_wrong += wrong
    sys.exit(bool(all_wrong))


if __name__ == "__main__":
    main()
