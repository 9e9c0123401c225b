"""Gradients against directional derivatives; what the tape keeps, frees and refuses."""

import gc
import threading

import fastnn
import numpy as np
import pytest
from fastnn import Variable, ops
from networks import batches, mlp


def directional_derivative(f, arrays, directions, h=1e-4):
    """Of f along the directions, of fourth order: off by about rounding / h."""
    moved = [
        [np.asarray(x + i * h * d) for x, d in zip(arrays, directions, strict=True)]
        for i in (-2, -1, 1, 2)
    ]
    return np.dot([f(*xs) for xs in moved], [1, -8, 8, -1]) / (12 * h)


def check(function, *shapes):
    """gradients() of mean((function(variables) - target)^2) in float64."""
    rng = np.random.default_rng(0)
    arrays, directions = ([np.asarray(rng.standard_normal(s)) for s in shapes] for _ in range(2))
    variables = [Variable(a) for a in arrays]
    y = function(*variables)
    target = np.asarray(rng.standard_normal(y.shape))
    grads = fastnn.gradients(ops.mean_squared_error(y, target), variables)
    assert [(g.shape, g.dtype) for g in grads] == [(v.shape, v.dtype) for v in variables]

    def loss(*xs):
        return ops.mean_squared_error(function(*xs), target).item()

    terms = [g.numpy() * d for g, d in zip(grads, directions, strict=True)]
    size = sum(np.abs(t).sum() for t in terms)
    error = sum(t.sum() for t in terms) - directional_derivative(loss, arrays, directions)
    assert size > 0
    assert abs(error) <= 1e-9 * size


def turned(shape, transpose):
    return (*shape[:-2], shape[-1], shape[-2]) if transpose else shape


@pytest.mark.parametrize("transpose_b", [False, True])
@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize(
    "a, b",
    [
        ((3, 4), (4, 5)),
        ((2, 3, 4), (2, 4, 5)),
        ((2, 3, 3, 4), (2, 3, 4, 5)),
        ((2, 3, 4), (4, 5)),
        ((2, 3, 3, 4), (4, 5)),
        ((1, 1), (1, 1)),
    ],
)
def test_matmul(a, b, transpose_a, transpose_b):
    def product(x, y):
        return ops.matmul(x, y, transpose_a=transpose_a, transpose_b=transpose_b)

    check(product, turned(a, transpose_a), turned(b, transpose_b))


@pytest.mark.parametrize(
    "a, b",
    [
        ((3, 4), (3, 4)),
        ((3, 4), (4,)),
        ((4,), (2, 3, 4)),
        ((3, 1), (1, 4)),
        ((2, 3, 4), (3, 1)),
        ((2, 1, 4), (1, 3, 1)),
        ((), (3, 2)),
        ((1,), (2, 3)),
        ((), ()),
    ],
)
def test_add_broadcasts(a, b):
    check(ops.add, a, b)


@pytest.mark.parametrize("activation", ["none", "relu"])
@pytest.mark.parametrize("x", [(5, 3), (2, 4, 3), (2, 2, 2, 3), (1, 5, 3)])
def test_dense(x, activation):
    check(lambda x, w, b: ops.dense(x, w, b, activation), x, (3, 4), (4,))
    check(lambda x, w: ops.dense(x, w, None, activation), x, (3, 4))


@pytest.mark.parametrize("x, w", [((2, 3, 4), (4, 0)), ((2, 3, 0), (0, 4)), ((2, 0, 4), (4, 5))])
def test_products_of_empty_batches(x, w):
    for product in (ops.dense, ops.matmul):
        a, b = Variable(np.ones(x)), Variable(np.ones(w))
        y = product(a, b)
        assert y.shape == (*x[:-1], w[-1])
        for variable, g in zip((a, b), fastnn.gradients(ops.sum(y), [a, b]), strict=True):
            np.testing.assert_array_equal(g.numpy(), np.zeros(variable.shape))


@pytest.mark.parametrize(
    "function",
    [ops.relu, ops.softmax, ops.copy, lambda x: ops.reshape(x, (2, -1)), lambda x: x.reshape(4, 3)],
)
def test_one_operand(function):
    check(function, (3, 4))


def test_mean_squared_error_of_two_variables():
    check(lambda p, t: ops.mean_squared_error(p, t), (3, 4), (3, 4))


@pytest.mark.parametrize("from_logits", [True, False])
def test_cross_entropy(from_logits):
    labels = np.array([0, 4, 2, 2, 1, 3], "int32")

    def loss(x):
        output = x if from_logits else ops.softmax(x)
        return ops.sparse_categorical_crossentropy(labels, output, from_logits)

    check(loss, (6, 5))


def test_dropout():
    state = Variable(np.array([3, 0]), trainable=False)

    def same_numbers(x):
        state.assign(np.array([3, 0]))
        return ops.dropout(x, 0.4, state)

    check(same_numbers, (7, 9))


def test_cast_between_floats():
    w = Variable(np.array([0.1, -0.7], "float32"))
    loss = ops.mean_squared_error(ops.cast(w, "float64"), np.zeros(2))
    [g] = fastnn.gradients(loss, [w])
    assert g.dtype == "float32"
    assert g.numpy().tolist() == w.numpy().tolist()  # 2 w / 2
    check(lambda x: ops.cast(x, "float64"), (3,))


# Branches: the second gradient that comes to a tensor is added to the first.


@pytest.mark.parametrize(
    "function",
    [
        lambda w: ops.relu(w) + w,
        lambda w: w + w,
        lambda w: (w + w) + ops.softmax(w + w) + ops.relu(w),
        lambda w: ops.matmul(w, w),
        lambda w: ops.matmul(w, w, transpose_a=True) + w,
        lambda w: ops.dense(w, w),
        lambda w: ops.dense(ops.dense(w, w, None, "relu"), w) + ops.copy(w),
        lambda w: ops.reshape(w, (16,)) + ops.reshape(ops.relu(w), (16,)),
        lambda w: ops.cast(w, "float64") + ops.mean_squared_error(w, w + w),
        lambda w: ops.softmax(w) + ops.softmax(w),
        lambda w: ops.mean_squared_error(w, ops.softmax(w)) + ops.relu(w),
        lambda w: ops.mean_squared_error(ops.softmax(w), w) + ops.relu(w),
    ],
)
def test_a_variable_used_more_than_once(function):
    check(function, (4, 4))


def test_cast_adds_to_what_another_branch_gave():
    w = Variable(np.array([1.0, -2.0], "float32"))
    twice = ops.cast(w, "float64") + ops.cast(w, "float64")
    [g] = fastnn.gradients(ops.mean_squared_error(twice, np.zeros(2)), [w])
    assert g.numpy().tolist() == [4.0, -8.0]


def test_a_layer_used_twice():
    fastnn.utils.set_random_seed(0)
    layer = fastnn.layers.Dense(4, "relu", dtype="float64")
    layer(np.ones((1, 4)))
    bias = np.full(4, 0.1)
    check(lambda x, w: ops.dense(ops.dense(x, w, bias, "relu"), w, bias), (3, 4), (4, 4))


# backward() and gradients()


def square(w):
    return ops.mean_squared_error(w, np.zeros(w.shape, w.dtype))


def test_backward_adds_to_grad_until_it_is_set_to_none():
    w = Variable(np.array([3.0]))
    assert w.grad is None
    for i in (1, 2, 3):
        square(w).backward()
        assert w.grad.numpy().tolist() == [6.0 * i]
    w.grad = None
    square(w).backward()
    assert w.grad.numpy().tolist() == [6.0]


def test_backward_leaves_other_variables_alone():
    w, other, frozen = Variable([1.0]), Variable([1.0]), Variable([1.0], trainable=False)
    square(w + frozen).backward()
    assert w.grad is not None and other.grad is None and frozen.grad is None


def test_gradients_are_fresh_and_leave_grad_alone():
    w = Variable([3.0])
    first, second = (fastnn.gradients(square(w), [w])[0] for _ in range(2))
    assert first.numpy().tolist() == second.numpy().tolist() == [6.0]
    assert not np.shares_memory(first.numpy(), second.numpy())
    assert w.grad is None


def test_gradient_of_what_the_loss_does_not_depend_on_is_zero():
    w, other = Variable([3.0]), Variable(np.ones((2, 3)))
    with pytest.warns(UserWarning, match=r"does not depend on a variable of shape \(2, 3\)"):
        g, zeros = fastnn.gradients(square(w), [w, other])
    assert g.item() == 6
    assert (zeros.shape, zeros.dtype) == ((2, 3), "float64") and not zeros.numpy().any()


def test_detached_is_a_constant():
    w = Variable(np.array([3.0]))
    [g] = fastnn.gradients(ops.mean_squared_error(w, (w + w).detach()), [w])
    assert g.item() == 2 * (3 - 6)


def refused(error, message, function, *arguments):
    with pytest.raises(error, match=message):
        function(*arguments)


def test_what_gradients_refuses():
    w = Variable(np.ones(2))
    loss = square(w)
    refused(TypeError, "a list of variables", fastnn.gradients, loss, w)
    refused(TypeError, "NoneType", fastnn.gradients, loss, [w, None])
    refused(TypeError, "ndarray", fastnn.gradients, loss, [np.ones(2)])
    refused(TypeError, "a list of variables", fastnn.gradients, loss, None)
    refused(TypeError, "loss is a float", fastnn.gradients, 1.0, [w])
    refused(ValueError, "a single number", fastnn.gradients, w + w, [w])
    refused(ValueError, "a single number", (w + w).backward)
    hidden = w + w  # its gradient is not kept, and zeros would be a lie
    refused(ValueError, "computed tensor", fastnn.gradients, square(hidden), [hidden])
    constant = ops.mean_squared_error(np.ones(2), np.zeros(2))
    refused(RuntimeError, "no tape", fastnn.gradients, constant, [w])
    refused(RuntimeError, "no tape", constant.backward)
    assert fastnn.gradients(loss, [w])[0].numpy().tolist() == [1, 1]  # nothing was freed by mistake


def test_a_tape_is_walked_once():
    w = Variable(np.ones(2))
    loss = square(w)
    loss.backward()
    refused(RuntimeError, "no double backward", loss.backward)
    refused(RuntimeError, "no double backward", fastnn.gradients, loss, [w])
    shared = w + w
    one, two = square(shared), square(ops.relu(shared))
    one.backward()
    refused(RuntimeError, "no double backward", two.backward)


# no_grad


def test_no_grad():
    w = Variable([1.0])
    with fastnn.no_grad():
        assert not (w + w).requires_grad
        with pytest.raises(RuntimeError, match="no_grad"):
            fastnn.gradients(square(w), [w])
    assert (w + w).requires_grad


def test_no_grad_nests_and_ends_with_an_exception():
    w, block = Variable([1.0]), fastnn.no_grad()
    with block:
        with block:
            pass
        assert not (w + w).requires_grad
    assert (w + w).requires_grad
    with pytest.raises(KeyError), block:
        raise KeyError
    assert (w + w).requires_grad


def test_no_grad_is_of_one_thread():
    w, seen = Variable([1.0]), []

    def other():
        seen.append((w + w).requires_grad)
        with fastnn.no_grad():
            entered.set()
            left.wait(60)

    entered, left = threading.Event(), threading.Event()
    with fastnn.no_grad():
        thread = threading.Thread(target=other)
        thread.start()
        assert entered.wait(60)
    seen.append((w + w).requires_grad)
    left.set()
    thread.join(60)
    assert seen == [True, True]


# Writes in place


@pytest.mark.parametrize(
    "write",
    [
        lambda model, optimizer: model.layers[1].weights[0].assign(np.zeros((32, 16), "float32")),
        lambda model, optimizer: model.set_weights(model.get_weights()),
        lambda model, optimizer: optimizer.apply(
            [fastnn.Tensor(w.numpy()) for w in model.weights], model.weights
        ),
    ],
    ids=["assign", "set_weights", "optimizer"],
)
def test_a_write_after_the_forward_pass_is_noticed(write):
    model = mlp()
    x, labels = batches(1)[0]
    loss = ops.sparse_categorical_crossentropy(labels, model(x), from_logits=True)
    write(model, fastnn.optimizers.Adam())
    refused(RuntimeError, "dense.*/kernel was written to", fastnn.gradients, loss, model.weights)


@pytest.mark.parametrize(
    "function",
    [
        lambda v, w: ops.matmul(v, w),
        lambda v, w: ops.dense(v, w),
        lambda v, w: ops.mean_squared_error(v, w),
        lambda v, w: (
            ops.sparse_categorical_crossentropy([0, 1], v)
            + ops.sparse_categorical_crossentropy([0, 1], w)
        ),
    ],
)
def test_every_saved_operand_is_watched(function):
    for written in (0, 1):
        variables = [Variable(np.full((2, 2), 0.5, "float32"), name="one") for _ in range(2)]
        loss = square(function(*variables))
        variables[written].assign(np.ones((2, 2)))
        refused(RuntimeError, "one was written to", fastnn.gradients, loss, variables)


def test_a_write_to_what_no_gradient_needs_is_fine():
    w, b = Variable(np.ones((2, 2))), Variable(np.ones(2))
    loss = square(ops.dense(np.ones((3, 2)), w, b))
    b.assign(np.zeros(2))  # the gradient of a sum does not ask for the terms
    assert fastnn.gradients(loss, [w, b])[1].numpy().tolist() == [3.0, 3.0]


IN_USE = fastnn.devices.cpu.memory_info
SIDE = 256  # a picture of SIDE x SIDE, 256 KiB of float32, is an array


def steps_that_keep_one_array():
    kernel = Variable(np.ones((1, 1, 1, 1), "float32"))
    yield "relu of a sum", lambda x: ops.relu(x + x)
    yield "leaky relu of a convolution", lambda x: ops.leaky_relu(ops.conv2d(x, kernel), 0.2)
    yield "relu within a convolution", lambda x: ops.conv2d(x, kernel, activation="relu")
    yield "sigmoid of a copy", lambda x: ops.sigmoid(ops.copy(x))


@pytest.mark.parametrize("step", [pytest.param(f, id=n) for n, f in steps_that_keep_one_array()])
def test_a_tape_keeps_only_what_gradients_need(step):
    x = Variable(np.ones((1, SIDE, SIDE, 1), "float32"))
    gc.collect()  # what earlier tests have left
    before = IN_USE()[0]
    y = x
    for _ in range(4):
        y = step(y)
    kept = (IN_USE()[0] - before) / x.array.nbytes
    assert 4 <= kept < 4.5
    fastnn.gradients(ops.mean(y), [x])
    del y
    assert IN_USE()[0] - before < 0.5 * x.array.nbytes
