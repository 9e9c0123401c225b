"""What goes into a compiled function and comes out: as without fastnn.compile, or an error."""

import collections

import fastnn
import numpy as np
import pytest
from fastnn import Tensor, Variable, ops
from fastnn.layers import Dense, Dropout

A, B, C = np.random.default_rng(0).standard_normal((3, 4, 4)).astype("float32")


def raises(error, message, function, *arguments):
    with pytest.raises(error, match=message):
        function(*arguments)


def test_one_array_as_two_arguments():
    f = fastnn.compile(lambda x, y: x + ops.relu(y))
    for x, y in ((A, A), (A, A), (A, B), (B, A), (C, C)):
        assert f(x, y).numpy().tobytes() == (Tensor(x) + ops.relu(y)).numpy().tobytes()


def test_an_argument_inside_another():
    f = fastnn.compile(lambda data, batch: (ops.copy(batch), data + 1.0))
    for i in (0, 0, 1, 2, 3):
        batch, data = f(A, A[i : i + 1])
        assert batch.numpy().tobytes() == A[i].tobytes() and (data.numpy() == A + 1).all()


def test_an_argument_that_the_step_also_holds():
    w = Variable(A)
    for held, first in ((Tensor(A), A), (w, w.detach())):
        f = fastnn.compile(lambda x, held=held: x + held)
        for x in (first, first, Tensor(B), Tensor(C)):
            assert f(x).numpy().tobytes() == (ops.copy(x) + held).numpy().tobytes()


def test_results_have_no_tape():
    w = Variable(A)
    f = fastnn.compile(lambda x: ops.matmul(x, w))
    for _ in range(4):
        y = f(B)
        assert not y.requires_grad
        np.asarray(y)
    with pytest.warns(UserWarning, match="does not depend on"):
        fastnn.gradients(ops.mean_squared_error(f(B) + Variable(C), A), [w])


def test_a_compiled_function_inside_another_is_part_of_it_from_the_first_call_on():
    w = Variable(A)
    inner = fastnn.compile(lambda x: ops.matmul(x, w))
    for _ in range(3):
        inner(B)
    outer = fastnn.compile(lambda x: fastnn.gradients(ops.mean_squared_error(inner(x), x), [w])[0])
    want = fastnn.gradients(ops.mean_squared_error(ops.matmul(B, w), B), [w])[0].numpy()
    for _ in range(4):
        assert outer(B).numpy().tobytes() == want.tobytes()


def test_an_argument_with_a_tape_is_refused():
    w = Variable(A)
    f = fastnn.compile(lambda x: ops.relu(x))
    for _ in range(4):
        f(Tensor(B))
        raises(ValueError, r"argument of shape \(4, 4\).*detach", f, ops.matmul(B, w))
        raises(ValueError, "detach", fastnn.compile(lambda x: x), [ops.matmul(B, w)])


def test_gradients_are_added_to_the_grad_that_is_there():
    w = Variable(A)

    def step(x):
        loss = ops.mean_squared_error(ops.matmul(x, w), x)
        loss.backward()
        return loss

    f = fastnn.compile(step)
    step(B)
    once = w.grad.numpy().copy()
    w.grad = None
    for i in range(1, 4):
        f(B)
        np.testing.assert_allclose(w.grad.numpy(), i * once, rtol=1e-5)
    for clear in (w.zero_grad, lambda: setattr(w, "grad", None), w.zero_grad):
        clear()
        f(B)
        np.testing.assert_allclose(w.grad.numpy(), once, rtol=1e-5)


def test_zero_grad_inside_a_step():
    model = fastnn.Sequential([fastnn.Input((4,)), Dense(3, "relu"), Dense(4)])
    optimizer = fastnn.optimizers.Adam(0.01)
    w = model.trainable_weights

    def step(x):
        model.zero_grad()
        loss = ops.mean_squared_error(model(x), x)
        loss.backward()
        optimizer.apply([v.grad for v in w], w)
        return loss

    f = fastnn.compile(step)
    losses = [f(A).item() for _ in range(8)]
    assert losses == sorted(losses, reverse=True) and len(f.programs()) == 1


def test_methods():
    class Trainer:
        def __init__(self, w):
            self.w = Variable(w)

        @fastnn.compile
        def step(self, x, twice=False):
            y = ops.matmul(x, self.w)
            return y + y if twice else y

    one, other = Trainer(A), Trainer(B)
    for _ in range(4):
        assert one.step(C).numpy().tobytes() == ops.matmul(C, A).numpy().tobytes()
        assert other.step(C).numpy().tobytes() == ops.matmul(C, B).numpy().tobytes()
        assert (other.step(C, twice=True).numpy() == 2 * other.step(C).numpy()).all()


def test_what_a_replay_could_not_return_is_refused():
    def generator(x):
        yield x

    async def later(x):
        return x

    for function in (generator, later):
        raises(TypeError, "generator or async", fastnn.compile, function)
    for bad in (map(ops.relu, [A]), iter([1]), {1}):
        raises(TypeError, "returned a .* are wanted", fastnn.compile(lambda x, bad=bad: bad), A)


def test_an_ordered_dict_stays_one():
    f = fastnn.compile(lambda x: collections.OrderedDict(b=x + 1.0, a=x + 2.0))
    for _ in range(4):
        assert type(f(A)) is collections.OrderedDict and list(f(A)) == ["b", "a"]


def test_arguments_and_views_may_be_returned():
    w = Variable(A)
    drop = Dropout(0.5)
    f = fastnn.compile(
        lambda x: (x, ops.reshape(x, (2, 8)), w.detach(), w.reshape(2, 8), drop(x), [x])
    )
    for x in (A, A, B, C):
        got = [y.numpy().copy() for y in (*f(x)[:5], f(x)[5][0])]
        for y, want in zip(got, (x, x, A, A, x, x), strict=True):
            assert y.tobytes() == want.tobytes()


def test_arrays_that_layers_take_are_taken_inside_too():
    model = fastnn.Sequential([fastnn.Input((4,)), Dense(3)])
    f = fastnn.compile(lambda x: model(x))
    for x in (
        np.asfortranarray(A),
        np.stack([A, A], axis=1)[:, 0],
        A > 0,
        A.astype("float16"),
        (A * 9).astype("int8"),
        (A * 9).astype("int16"),
        A.astype(">f4"),
        A.astype("float64"),
    ):
        want = model(x).numpy()
        for _ in range(4):
            assert f(x).numpy().tobytes() == want.tobytes()


def test_no_grad_is_part_of_the_signature():
    w = Variable(A)
    f = fastnn.compile(
        lambda x: fastnn.gradients(ops.mean_squared_error(ops.matmul(x, w), x), [w])[0]
    )
    for _ in range(4):
        f(B)
        with fastnn.no_grad():
            raises(RuntimeError, "no_grad", f, B)


def test_settings_changed_between_calls():
    drop, model = Dropout(0.5, seed=3), fastnn.Sequential([fastnn.Input((4,)), Dense(3, "relu")])
    optimizer = fastnn.optimizers.Adam(0.1)
    w = model.trainable_weights

    def step(x):
        loss = ops.mean_squared_error(model(x), ops.full((4, 3), 0.5))
        optimizer.apply(fastnn.gradients(loss, w), w)
        return drop(x, training=True)

    f = fastnn.compile(step)
    for _ in range(4):
        f(A)
    drop.rate = 0.0
    assert f(A).numpy().tobytes() == A.tobytes()
    before = [v.numpy() for v in w]
    optimizer.epsilon = 1e30
    f(A)
    assert all((v.numpy() == b).all() for v, b in zip(w, before, strict=True))
    recorded = f.programs()
    model.layers[0].activation = fastnn.activations.linear
    f(A)
    f(A)
    assert f.programs() != recorded


def test_the_rate_cannot_be_set_inside():
    w, optimizer = Variable(A), fastnn.optimizers.Adam(0.1)

    def step(x):
        optimizer.learning_rate = 0.5
        optimizer.apply(fastnn.gradients(ops.mean_squared_error(w, x), [w]), [w])

    f = fastnn.compile(step)
    f(B)
    raises(RuntimeError, "learning_rate is set inside", f, B)


def test_a_model_built_elsewhere_leaves_recordings_alone():
    f = fastnn.compile(lambda x: ops.relu(x))
    for _ in range(3):
        f(A)
    [program] = f.programs()
    model = fastnn.Sequential([fastnn.Input((4,)), Dense(2), Dropout(0.1)])
    model.trainable = True
    model.add(Dense(3))
    f(A)
    assert f.programs() == [program]


def test_a_failed_recording_says_that_the_step_has_run():
    kept = []

    def step(x):
        kept.append(x + 1.0)

    f = fastnn.compile(step)
    f(A)
    raises(RuntimeError, "outlives the step.*has run", f, A)
    kept.clear()


def test_threads_set_inside_a_recorded_step():
    """Scratch is for as many threads as there were when the recording began."""
    x = np.random.default_rng(1).random((300, 300), "float32")
    before = fastnn.get_num_threads()

    def step(x):
        y = ops.matmul(x, x)
        fastnn.set_num_threads(8)
        return y

    f = fastnn.compile(step)
    try:
        want = ops.matmul(x, x).numpy()
        for _ in range(30):
            fastnn.set_num_threads(1)
            assert (f(x).numpy() == want).all()
        for _ in range(30):
            assert (f(x).numpy() == want).all()
    finally:
        fastnn.set_num_threads(before)
