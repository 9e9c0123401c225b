"""Gradients through max pooling in a compiled step: what is done to the pooled gradient instead of
the large one. The data are small whole numbers, whose sums are exact in any order, so that eager
mode's bits are wanted of fusions that reassociate as well."""

import os
import subprocess
import sys
from types import SimpleNamespace

import fastnn
import numpy as np
import pytest
from fastnn import devices, kernels, ops
from fastnn.tensor import Tensor

RELU = ("relu", 0.0, 0.0)
SHAPE = (2, 6, 9, 3)
WINDOWS = {  # size, stride and padding, and the pooled shape
    "side by side": (("max", 2, 2, 2, 2, 0, 0, 0, 0), (2, 3, 4, 3)),
    "overlapping": (("max", 3, 3, 2, 1, 1, 1, 1, 1), (2, 3, 9, 3)),
    "apart": (("max", 1, 2, 2, 3, 0, 0, 0, 0), (2, 3, 3, 3)),
    "padded": (("max", 2, 2, 2, 2, 0, 0, 0, 1), (2, 3, 5, 3)),
}


def whole(*shape, seed=7):
    return np.random.default_rng(seed).integers(-3, 4, shape).astype("float32")


def empty(*shape, dtype="float32"):
    return devices.cpu.empty(shape, dtype)


def copied(x):
    y = empty(*x.shape)
    kernels.copy(y, x)
    return y


class Step:
    """relu, max pooling, and back: to the relu's x and to a bias. `before` and `after` pooling's
    backward may change something, or give something to return."""

    def __init__(self, windows="side by side", before=None, after=None, add=False, **settings):
        self.forward, self.pooled = WINDOWS[windows]
        self.backward, self.activation, self.saved = self.forward, RELU, "y"
        self.before, self.after, self.add = before, after, add
        vars(self).update(settings)

    def __call__(self, x, dy):
        x, dy = x.array, dy.array
        s = SimpleNamespace(y=empty(*SHAPE), m=empty(*self.pooled), places=None)
        kernels.unary_forward(s.y, x, RELU)
        if self.forward[0] == "max":
            s.places = empty(*self.pooled, dtype="uint8")
        kernels.pool2d_forward(s.m, s.places, s.y, self.forward)
        s.g, s.dx, s.x = copied(dy), empty(*SHAPE), copied(x)
        dz, bias = copied(x) if self.add else empty(*SHAPE), empty(3)
        found = [self.before and self.before(s)]
        kernels.pool2d_backward(s.dx, s.g, s.places, self.backward)
        found += [self.after and self.after(s)]
        kernels.unary_backward(dz, s.dx, getattr(s, self.saved), self.activation, add=int(self.add))
        kernels.sum_to(bias, dz)
        return [Tensor(a) for a in (dz, bias, *found) if a is not None]


def sizes(step, x=None, dy=None):
    """Bytes that unary_backward writes, and that sum_to reads, in the replayed step; its results
    are those of eager mode."""
    data = Tensor(whole(*SHAPE) if x is None else x), Tensor(whole(*step.pooled, seed=8))
    compiled = fastnn.compile(step)
    for _ in range(3):
        for wanted, got in zip(step(*data), compiled(*data), strict=True):
            assert wanted.numpy().tobytes() == got.numpy().tobytes()
    [program] = compiled.programs()
    found = {}
    for line in program.dump().splitlines():
        operands = [int(part.split()[-2]) for part in line.split("  ") if part.endswith(" B")]
        for name, operand in (("unary_backward.0", 0), ("sum_to.0", 1)):
            if f" {name} " in line:
                found[name] = operands[operand]
    return found["unary_backward.0"], found["sum_to.0"]


@pytest.mark.parametrize("windows", WINDOWS)
def test_the_pooled_gradient_is_masked_and_summed(windows):
    small = 4 * int(np.prod(WINDOWS[windows][1]))
    x = whole(*SHAPE)
    x[0, 0, 0], x[1, 2, 1] = -0.0, np.inf
    assert sizes(Step(windows), x) == (small, small)


AVERAGE = ("average", *WINDOWS["side by side"][0][1:])
LARGE = 4 * int(np.prod(SHAPE))


def test_a_gradient_that_is_added_to():
    """Its sum holds more than the pooled gradient."""
    assert sizes(Step(add=True)) == (288, LARGE)


@pytest.mark.parametrize(
    "step",
    [
        Step(after=lambda s: copied(s.g)),
        Step(after=lambda s: copied(s.dx)),
        Step(after=lambda s: kernels.fill(s.g, (1.0,))),
        Step(after=lambda s: kernels.fill(s.places, (1.0,))),
        Step(after=lambda s: kernels.fill(s.y, (1.0,))),
        Step(before=lambda s: kernels.fill(s.m, (0.0,))),
        Step(forward=("max", 3, 3, 2, 2, 1, 0, 0, 0)),
        Step(forward=AVERAGE, backward=AVERAGE),
        Step(activation=("leaky_relu", 0.5, 0.0)),
        Step(saved="x"),
    ],
)
def test_not_fused(step):
    assert sizes(step) == (LARGE, LARGE)


def test_a_pooled_gradient_that_changes_before_the_sum():
    settings, pooled = WINDOWS["side by side"]

    def step(x, dy):
        places, g = empty(*pooled, dtype="uint8"), copied(dy.array)
        kernels.pool2d_forward(empty(*pooled), places, x.array, settings)
        dx, bias = empty(*SHAPE), empty(3)
        kernels.pool2d_backward(dx, g, places, settings)
        kernels.fill(g, (1.0,))
        kernels.sum_to(bias, dx)
        return [Tensor(bias)]

    data = Tensor(whole(*SHAPE)), Tensor(whole(*pooled, seed=8))
    compiled = fastnn.compile(step)
    for _ in range(3):
        assert compiled(*data)[0].numpy().tobytes() == step(*data)[0].numpy().tobytes()


def test_a_network():
    """Layers, whose last pooled gradient is a product: the mask becomes its epilogue."""
    x, kernel = whole(4, 8, 8, 2), fastnn.Variable(whole(3, 3, 2, 8))
    bias, weights = fastnn.Variable(whole(8)), fastnn.Variable(whole(72, 1))

    def step(x):
        y = ops.max_pool(ops.conv2d(x, kernel, bias, activation="relu"), 2)
        y = ops.matmul(ops.reshape(y, (4, 72)), weights)
        return fastnn.gradients(ops.sum(y), [kernel, bias, weights])

    compiled = fastnn.compile(step)
    for _ in range(3):
        for wanted, got in zip(step(x), compiled(x), strict=True):
            assert wanted.numpy().tobytes() == got.numpy().tobytes()
    assert "unary_backward" not in compiled.programs()[0].dump()


EXACT = """
import numpy as np, test_fusions_pooling as here
x = here.whole(*here.SHAPE)
x[:, 0, :2] = np.nan  # two in a window, and in the last column one beside all windows
x[:, 1, 8] = np.nan
print(here.sizes(here.Step(), x) == (here.LARGE, here.LARGE))
"""


def test_exactly():
    """With FASTNN_FUSION=exact each NaN gets its own back, chosen by a window or not."""
    environment = os.environ | {"FASTNN_FUSION": "exact", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", EXACT]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "True", done.stderr
