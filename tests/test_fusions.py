"""Calls that a compiled step makes one of: when, and that no bit changes."""

import fastnn
import numpy as np
import pytest
from fastnn import devices, kernels, ops
from fastnn.tensor import Tensor
from networks import batches, classification_step, mlp

RELU = ("relu", 0.0, 0.0)

X, Y, Z = np.random.default_rng(5).standard_normal((3, 9, 9)).astype("float32")
PLAIN = (False, True, "none")


def left(step, *data):
    """How many unary_backward the replayed step has; its results are those of eager mode."""
    compiled = fastnn.compile(step)
    for _ in range(4):
        for wanted, got in zip(step(*data), compiled(*data), strict=True):
            assert wanted.numpy().tobytes() == got.numpy().tobytes()
    [program] = compiled.programs()
    return program.dump().count("unary_backward")


def test_a_perceptron_goes_back_through_its_activations_in_the_products():
    step = fastnn.compile(classification_step(mlp(), fastnn.optimizers.Adam(0.01)))
    for x, y in batches(3):
        step(x, y)
    [program] = step.programs()
    assert "unary_backward" not in program.dump()


def test_an_activation_with_two_readers():
    """Its gradient is the sum of two products: not one product's alone."""
    weights = [fastnn.Variable(w) for w in (X, Y, Z)]

    def step(x):
        h = ops.relu(ops.matmul(x, weights[0]))
        y = ops.matmul(h, weights[1])
        if both:
            y = y + ops.matmul(h, weights[2])
        return fastnn.gradients(ops.mean_squared_error(y, x), weights[: 2 + both])

    both = False
    assert left(step, X) == 0
    both = True
    assert left(step, X) == 1


def empty(*shape):
    return devices.cpu.empty(shape or (9, 9), "float32")


def copied(x):
    y = empty()
    kernels.copy(y, x)
    return y


def fused(x, y, z):
    product, dx = empty(), empty()
    kernels.gemm(product, x, z, None, None, PLAIN)
    kernels.unary_backward(dx, product, y, RELU)
    return [dx]


def fused_into_a_sum(x, y, z):
    product, dx = empty(), copied(x)
    kernels.gemm(product, x, z, None, None, PLAIN)
    kernels.unary_backward(dx, product, y, RELU, add=1)
    return [dx]


def product_is_returned(x, y, z):
    product, dx = empty(), empty()
    kernels.gemm(product, x, z, None, None, PLAIN)
    kernels.unary_backward(dx, product, y, RELU)
    return [dx, product]


def product_is_read_again(x, y, z):
    product, dx = empty(), empty()
    kernels.gemm(product, x, z, None, None, PLAIN)
    kernels.unary_backward(dx, product, y, RELU)
    return [dx, copied(product)]


def product_is_a_sum(x, y, z):
    product, dx = copied(y), empty()
    kernels.gemm(product, x, z, None, None, PLAIN, add=1)
    kernels.unary_backward(dx, product, y, RELU)
    return [dx]


def product_has_a_bias(x, y, z):
    product, dx, bias = empty(), empty(), empty(9)
    kernels.sum_to(bias, x)
    kernels.gemm(product, x, z, bias, None, PLAIN)
    kernels.unary_backward(dx, product, y, RELU)
    return [dx]


def product_is_activated(x, y, z):
    product, dx = empty(), empty()
    kernels.gemm(product, x, z, None, None, (False, True, "relu"))
    kernels.unary_backward(dx, product, y, RELU)
    return [dx]


def product_of_no_gemm(x, y, z):
    product, dx = empty(), empty()
    kernels.binary(product, x, z, ("add",))
    kernels.unary_backward(dx, product, y, RELU)
    return [dx]


def activated_changes_between(x, y, z):
    product, dx, y = empty(), empty(), copied(y)
    kernels.gemm(product, x, z, None, None, PLAIN)
    kernels.copy(y, x)
    kernels.unary_backward(dx, product, y, RELU)
    return [dx]


def result_is_written_between(x, y, z):
    product, dx = empty(), empty()
    kernels.gemm(product, x, z, None, None, PLAIN)
    kernels.copy(dx, x)
    kernels.unary_backward(dx, product, y, RELU, add=1)
    return [dx]


def result_is_read_between(x, y, z):
    product, dx = empty(), copied(x)
    kernels.gemm(product, x, z, None, None, PLAIN)
    before = copied(dx)
    kernels.unary_backward(dx, product, y, RELU)
    return [dx, before]


def result_is_a_factor(x, y, z):
    product, dx = empty(), copied(x)
    kernels.gemm(product, dx, z, None, None, PLAIN)
    kernels.unary_backward(dx, product, y, RELU)
    return [dx]


def result_replaces_product(x, y, z):
    product = empty()
    kernels.gemm(product, x, z, None, None, PLAIN)
    kernels.unary_backward(product, product, y, RELU)
    return [product]


def other_bytes(x, y, z):
    """The read half of the product's memory is another call's."""
    both, dx = empty(2, 9, 9), empty()
    kernels.fill(both, (2.0,))
    kernels.gemm(both[0], x, z, None, None, PLAIN)
    kernels.unary_backward(dx, both[1], y, RELU)
    return [dx]


def another_shape(x, y, z):
    """A layer behind a flattened picture: the same numbers, in another shape."""
    product, dx, y = empty(), empty(3, 27), copied(y)
    kernels.gemm(product, x, z, None, None, PLAIN)
    kernels.unary_backward(dx, product.reshape(3, 27), y.reshape(3, 27), RELU)
    return [dx]


def in_place(x, y, z):
    product = empty()
    kernels.gemm(product, x, z, None, None, PLAIN)
    kernels.unary_backward(product, product, y, RELU)
    return [copied(product)]


def left_by_kernels(step):
    def on_tensors(*data):
        return [Tensor(array) for array in step(*(tensor.array for tensor in data))]

    return left(on_tensors, *map(Tensor, (X, Y, Z)))


@pytest.mark.parametrize("step", [fused, fused_into_a_sum, another_shape, in_place])
def test_fused(step):
    assert left_by_kernels(step) == 0


@pytest.mark.parametrize(
    "step",
    [
        product_is_returned,
        product_is_read_again,
        product_is_a_sum,
        product_has_a_bias,
        product_is_activated,
        product_of_no_gemm,
        activated_changes_between,
        result_is_written_between,
        result_is_read_between,
        result_is_a_factor,
        result_replaces_product,
        other_bytes,
    ],
)
def test_not_fused(step):
    assert left_by_kernels(step) == 1


def test_a_product_read_as_another_dtype():
    """The bytes are the product's, but not what they mean: nothing to fuse, and no crash."""
    x, z = (np.ones((4, 8), "float32") for _ in range(2))
    y = Tensor(np.ones((4, 2)))

    def step(x, z, y):
        product, dx = empty(4, 4), devices.cpu.empty((4, 2), "float64")
        kernels.gemm(product, x.array, z.array, None, None, PLAIN)
        kernels.unary_backward(dx, product.view("float64"), y.array, RELU)
        return [Tensor(dx)]

    assert left(step, Tensor(x), Tensor(z), y) == 1


def test_the_half_of_a_buffer_that_nobody_wrote():
    def step(x, z, y):
        both, dx = empty(2, 9, 9), empty()
        kernels.gemm(both[0], x.array, z.array, None, None, PLAIN)
        kernels.unary_backward(dx, both[1], y.array, RELU)
        return Tensor(dx)

    f = fastnn.compile(step)
    arrays = list(map(Tensor, (X, Y, Z)))
    f(*arrays)
    with pytest.raises(RuntimeError, match="nothing in it wrote"):
        f(*arrays)
