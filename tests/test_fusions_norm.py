"""Batch normalisation with what follows it, and its backward with what comes before, in a compiled
step: when they become one call, and that no bit changes. Momentum is 1, so that a step may run as
often as one likes."""

from types import SimpleNamespace

import fastnn
import numpy as np
import pytest
from fastnn import devices, kernels, ops
from fastnn.tensor import Tensor

SHAPE, CHANNELS = (4, 5, 3, 7), (7,)
RNG = np.random.default_rng(11)
X, DY, OTHER = (Tensor(RNG.standard_normal(SHAPE).astype("float32")) for _ in range(3))
GAMMA, BETA, MEAN, VARIANCE = (
    fastnn.Variable(RNG.uniform(0.5, 1.5, CHANNELS).astype("float32")) for _ in range(4)
)
RELU = ("relu", 0.0, 0.0)
ELEMENTWISE = ("unary_forward", "unary_backward", "binary")


def left(step, *data):
    """How many elementwise calls of each kind the replayed step has; its results are eager's."""
    compiled = fastnn.compile(step)
    for _ in range(3):
        for wanted, got in zip(step(*data), compiled(*data), strict=True):
            assert wanted.numpy().tobytes() == got.numpy().tobytes()
    dump = compiled.programs()[0].dump()
    return tuple(dump.count(f"  {name}.0 ") for name in ELEMENTWISE)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_a_residual_block(training, affine):
    """norm, relu, norm, + x, relu; the last relu's gradient is wanted by two."""
    gamma, beta = (GAMMA, BETA) if affine else (None, None)

    def norm(x):
        return ops.batch_norm(x, gamma, beta, MEAN, VARIANCE, training, 1.0)

    def step(data):
        x = ops.multiply(data, scale)
        y = ops.relu(x + norm(ops.relu(norm(x))))
        return y, *fastnn.gradients(ops.mean_squared_error(y, OTHER), [scale])

    scale = fastnn.Variable(np.full(CHANNELS, 1.5, "float32"))
    forward = fastnn.compile(lambda x: ops.relu(OTHER + norm(ops.relu(norm(x)))))
    for _ in range(3):
        forward(X)
    dump = forward.programs()[0].dump()
    assert not any(name in dump for name in (*ELEMENTWISE, "chain"))
    assert left(step, X)[:2] == ((0, 1) if training else (0, 2))


def test_a_sum_behind_the_relu():
    def step(x):
        y = ops.relu(ops.batch_norm(x, GAMMA, BETA, MEAN, VARIANCE, True, 1.0))
        return [y + OTHER]

    assert left(step, X) == (0, 0, 1)


def empty(shape=SHAPE):
    return devices.cpu.empty(shape, "float32")


def copied(x):
    y = empty(x.shape)
    kernels.copy(y, x)
    return y


class Step:
    """norm, + other, relu and back, by kernels; `hooks` act in between, or give something to
    return."""

    def __init__(self, function=None, activation=RELU, other=SHAPE, **hooks):
        self.function, self.activation = function, activation
        self.other, self.hooks = other, hooks

    def __call__(self, x, dy, other):
        s = SimpleNamespace(x=copied(x.array), dy=copied(dy.array), gamma=copied(GAMMA.array))
        s.y, s.z, s.r, s.d, dx = (empty() for _ in range(5))
        mean, rstd, dgamma, dbeta = (empty(CHANNELS) for _ in range(4))
        s.other = copied(other.array if self.other == SHAPE else MEAN.array)
        found = []

        def reached(place):
            if place in self.hooks:
                found.append(self.hooks[place](s))

        reached("first")
        forward = (MEAN.array, VARIANCE.array, s.x, s.gamma, BETA.array, None)
        kernels.batch_norm_forward(s.y, mean, rstd, *forward, (1.0, 0.1, False))
        reached("normalised")
        if self.function:
            kernels.binary(s.z, s.other, s.y, (self.function,))
        kernels.unary_forward(s.r, s.z if self.function else s.y, self.activation)
        reached("forward")
        kernels.unary_backward(s.d, s.dy, s.r, self.activation)
        reached("backward")
        statistics = (mean, rstd, s.gamma, None)
        kernels.batch_norm_backward(dx, dgamma, dbeta, s.d, s.x, *statistics, (False,))
        return [Tensor(a) for a in (s.r, dx, dgamma, dbeta, *found) if a is not None]


def fill(name):
    return lambda s: kernels.fill(getattr(s, name), (0.5,))


def copy(name):
    return lambda s: copied(getattr(s, name))


@pytest.mark.parametrize(
    "step, wanted",
    [
        (Step(), (0, 0, 0)),
        (Step("add"), (0, 1, 0)),
        # forward
        (Step(normalised=copy("y")), (1, 1, 0)),
        (Step(forward=copy("y")), (1, 1, 0)),
        (Step(first=fill("r"), normalised=copy("r")), (1, 1, 0)),
        (Step(activation=("leaky_relu", 0.5, 0.0)), (1, 1, 0)),
        (Step("subtract"), (1, 1, 1)),
        (Step("add", other=CHANNELS), (1, 1, 1)),
        (Step("add", normalised=fill("other")), (1, 1, 1)),
        (Step("add", first=fill("z"), normalised=copy("z")), (1, 1, 1)),
        (Step("add", forward=copy("z")), (1, 1, 0)),
        # backward
        (Step(forward=fill("x")), (0, 1, 0)),
        (Step(forward=fill("gamma")), (0, 1, 0)),
        (Step(forward=fill("r")), (0, 1, 0)),
        (Step(backward=fill("dy")), (0, 1, 0)),
        (Step(backward=copy("d")), (0, 1, 0)),
    ],
)
def test_what_is_between(step, wanted):
    assert left(step, X, DY, OTHER) == wanted


W, BIAS = (RNG.standard_normal(shape).astype("float32") for shape in ((3, 3, 3, 7), CHANNELS))
PICTURES = RNG.standard_normal((5, 9, 9, 3)).astype("float32")


class Convolved:
    """A convolution and what normalises it; `size` of the weights."""

    def __init__(self, bias=True, size=3, activation="none", relu=True, change=None, twice=False):
        self.w = fastnn.Variable(W[:size, :size])
        self.bias = fastnn.Variable(BIAS) if bias else None
        self.activation, self.relu = activation, relu
        self.change, self.twice = change, twice

    def __call__(self, x):
        y = ops.conv2d(x, self.w, self.bias, padding="same", activation=self.activation)
        if self.change is not None:
            self.change.assign(ops.copy(self.change))
        z = ops.batch_norm(y, GAMMA, BETA, MEAN, VARIANCE, False, epsilon=0.1)
        return ops.relu(z) if self.relu else z * y if self.twice else z

    def exactly(self, x):
        """In float64, and the operation on absolute values."""
        w, bias = self.w.numpy().astype("float64"), BIAS if self.bias is not None else np.zeros(7)
        padded = np.pad(x.astype("float64"), ((0, 0), (1, 1), (1, 1), (0, 0)))
        taps = [(i, j) for i in range(3) for j in range(3)]

        def convolve(x, w):
            return sum(x[:, i : i + 9, j : j + 9] @ w[i, j] for i, j in taps)

        gamma, beta, mean, variance = (
            v.numpy().astype("float64") for v in (GAMMA, BETA, MEAN, VARIANCE)
        )
        scale = gamma / np.sqrt(variance + 0.1)
        y = (convolve(padded, w) + bias - mean) * scale + beta
        size = (convolve(np.abs(padded), np.abs(w)) + np.abs(bias) + np.abs(mean)) * np.abs(scale)
        return np.maximum(y, 0) if self.relu else y, size + np.abs(beta)


def normalisations(step, x=PICTURES):
    """How many elements each of them writes, where the step is replayed."""
    compiled = fastnn.compile(step)
    for _ in range(3):
        compiled(x)
    lines = compiled.programs()[0].dump().splitlines()
    lines = [line for line in lines if "batch_norm_inference_forward" in line]
    return compiled, sorted(int(line.split("  w ")[1].split()[3]) // 4 for line in lines)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("relu", [True, False])
def test_weights_that_hold_the_normalisation(bias, relu):
    """Errors: each product has one rounding more, and there are the shift's."""
    step = Convolved(bias, relu=relu)
    compiled, sizes = normalisations(step)
    assert sizes == [7, W.size]
    for changed in (None, step.w, GAMMA, MEAN):
        if changed is not None:
            changed.assign(changed.numpy() * 1.5)
        wanted, size = step.exactly(PICTURES)
        got = compiled(PICTURES).numpy()
        assert (np.abs(got - wanted) <= 4 * np.finfo("float32").eps * np.sqrt(27 + 6) * size).all()
    alone = fastnn.compile(step)
    for _ in range(3):
        one = alone(PICTURES[2:3]).numpy()
    assert one.tobytes() == got[2:3].tobytes()


@pytest.mark.parametrize(
    "step, pictures",
    [
        (Convolved(activation="tanh"), PICTURES),
        (Convolved(relu=False, twice=True), PICTURES),
        (Convolved(change=GAMMA), PICTURES),
        (Convolved(), PICTURES[:, :3, :4]),  # 189 weights, twelve pixels of 7 channels
    ],
)
def test_weights_that_do_not(step, pictures):
    assert normalisations(step, pictures)[1] == [pictures[..., 0].size * 7]
