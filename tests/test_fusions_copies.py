"""Copies of gradients in a compiled step that share their source's memory: when, and that no bit
changes. A gradient of ops.copy or of a sum is a copy, made by sum_to over no axis."""

import fastnn
import numpy as np
import pytest
from fastnn import devices, kernels, ops
from fastnn.tensor import Tensor

X = np.random.default_rng(6).standard_normal((3, 8)).astype("float32")


def copies_left(step, *data):
    """How many sum_to the replayed step has; its results are those of eager mode."""
    compiled = fastnn.compile(step)
    for _ in range(3):
        for wanted, got in zip(step(*data), compiled(*data), strict=True):
            assert wanted.numpy().tobytes() == got.numpy().tobytes()
    [program] = compiled.programs()
    return program.dump().count("sum_to")


def test_a_block_with_a_shortcut():
    """Both branches get the sum's gradient, and the shortcut's is added to by the other branch."""
    weights = [fastnn.Variable(np.diag(x)) for x in X]

    def step(x):
        h = ops.matmul(x, weights[0])
        y = h + ops.matmul(ops.tanh(ops.matmul(h, weights[1])), weights[2])
        return fastnn.gradients(ops.mean(ops.square(y)), weights)

    assert copies_left(step, X) == 0


def empty():
    return devices.cpu.empty(X.shape, "float32")


def doubled(x):
    y = empty()
    kernels.binary(y, x, x, ("add",))
    return y


def copied(x):
    y = empty()
    kernels.sum_to(y, x)
    return y


def both_are_read(x):
    a = doubled(x)
    b = copied(a)
    return [doubled(a), doubled(b)]


def copy_changes_after_source_is_read(x):
    a = doubled(x)
    b = copied(a)
    y = doubled(a)
    kernels.binary(b, x, y, ("multiply",), add=1)
    return [doubled(b), y]


def source_changes_after_copy_is_read(x):
    a = doubled(x)
    b = copied(a)
    y = doubled(b)
    kernels.binary(a, x, y, ("multiply",), add=1)
    return [doubled(a), y]


def copy_of_a_copy(x):
    a = doubled(x)
    return [doubled(copied(copied(a)))]


def a_half(x):
    both = devices.cpu.empty((16, *X.shape), "float32")
    kernels.binary(both[0], x, x, ("add",))
    kernels.binary(both[8], x, x, ("multiply",))
    return [doubled(copied(both[8])), doubled(both[0])]


@pytest.mark.parametrize(
    "step",
    [
        both_are_read,
        copy_changes_after_source_is_read,
        source_changes_after_copy_is_read,
        copy_of_a_copy,
        a_half,
    ],
)
def test_shared(step):
    assert copies_left(lambda x: [Tensor(y) for y in step(x.array)], Tensor(X)) == 0


def copy_changes_first(x):
    a = doubled(x)
    b = copied(a)
    kernels.binary(b, x, x, ("multiply",), add=1)
    return [doubled(a), doubled(b)]


def source_changes_first(x):
    a = doubled(x)
    b = copied(a)
    kernels.binary(a, x, x, ("multiply",), add=1)
    return [doubled(a), doubled(b)]


def one_call_reads_one_and_writes_the_other(x):
    a = doubled(x)
    b = copied(a)
    kernels.binary(b, a, x, ("multiply",), add=1)
    return [doubled(b)]


def copy_is_returned(x):
    return [copied(doubled(x))]


def source_is_returned(x):
    a = doubled(x)
    return [a, doubled(copied(a))]


def source_is_an_argument(x):
    return [doubled(copied(x))]


def copy_is_added(x):
    a, b = doubled(x), doubled(x)
    kernels.sum_to(b, a, add=1)
    return [doubled(b)]


def copy_is_half_of_its_memory(x):
    both = devices.cpu.empty((2, *X.shape), "float32")
    kernels.sum_to(both[0], doubled(x))
    kernels.binary(both[1], x, x, ("multiply",))
    return [doubled(both[0]), doubled(both[1])]


def sum_of_rows(x):
    y = devices.cpu.empty((8,), "float32")
    kernels.sum_to(y, doubled(x))
    z = devices.cpu.empty((8,), "float32")
    kernels.binary(z, y, y, ("multiply",))
    return [z]


@pytest.mark.parametrize(
    "step",
    [
        copy_changes_first,
        source_changes_first,
        one_call_reads_one_and_writes_the_other,
        copy_is_returned,
        source_is_returned,
        source_is_an_argument,
        copy_is_added,
        copy_is_half_of_its_memory,
        sum_of_rows,
    ],
)
def test_not_shared(step):
    assert copies_left(lambda x: [Tensor(y) for y in step(x.array)], Tensor(X)) == 1
