"""Adam: its numbers and state, and what it refuses. Parity with Keras is in test_oracles.py."""

import fastnn
import numpy as np
import pytest
from fastnn import Tensor, Variable
from fastnn.optimizers import Adam, Optimizer


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def pair(shape=(3, 2), dtype="float64"):
    return Tensor(np.full(shape, 2.0, dtype)), Variable(np.ones(shape, dtype))


def test_steps_are_keras_formula():
    g, w = pair((5,))
    adam = Adam(0.1, beta_1=0.8, beta_2=0.9, epsilon=0.01)
    m = v = 0.0
    want = 1.0
    for t in (1, 2, 3):
        adam.apply([g], [w])
        m += (2 - m) * (1 - 0.8)
        v += (4 - v) * (1 - 0.9)
        want -= 0.1 * (1 - 0.9**t) ** 0.5 / (1 - 0.8**t) * m / (v**0.5 + 0.01)
        np.testing.assert_allclose(w.numpy(), want, rtol=1e-14)
        assert adam.iterations.item() == t


def test_the_rate_may_change():
    g, w = pair()
    adam = Adam(0.1)
    assert adam.learning_rate == 0.1
    adam.learning_rate = 0.0
    adam.apply([g], [w])
    assert (w.numpy() == 1).all()
    adam.learning_rate = np.float32(0.5)
    adam.apply([g], [w])
    assert (w.numpy() < 0.9).all()
    assert float(adam.learning_rate) == 0.5
    adam.learning_rate = adam.learning_rate  # a variable by now
    assert float(adam.learning_rate) == 0.5


def test_some_of_the_variables_may_be_stepped():
    (g, one), (_, two) = pair(), pair()
    adam = Adam(0.1)
    adam.apply([g, g], [one, two])
    adam.apply_gradients(zip([g], [two], strict=True))
    assert (two.numpy() < one.numpy()).all()
    adam.apply([g], [one])
    assert (two.numpy() != one.numpy()).all()  # the step count is common
    adam.apply([], [])
    adam.apply_gradients([])
    assert adam.iterations.item() == 3


def test_a_failed_first_step_leaves_no_trace():
    g, w = pair()
    adam = Adam(0.1)
    raises(ValueError, "is a NoneType", adam.apply, [None], [w])
    assert adam.iterations is None and (w.numpy() == 1).all()
    adam.apply([g], [w])


def test_wrong_numbers():
    for rate in (-1, float("nan"), float("inf"), [0.1, 0.2]):
        raises(ValueError, "Adam: learning_rate", Adam, rate)
    for rate in ("0.1", None, 1j, object()):
        raises(TypeError, "Adam: learning_rate", Adam, rate)
    for beta in (1, 1.5, -0.1, float("nan"), "0.9", None):
        raises(ValueError, "Adam: beta_1", Adam, beta_1=beta)
        raises(ValueError, "Adam: beta_2", Adam, beta_2=beta)
    for epsilon in (-1, float("nan"), float("inf"), 10**400, "1", None):
        raises(ValueError, "Adam: epsilon", Adam, epsilon=epsilon)
    (g, w), adam = pair(), Adam(0.1)
    for when in ("before", "after"):
        for rate in (-1, float("nan")):
            raises(ValueError, "learning_rate", setattr, adam, "learning_rate", rate)
        raises(TypeError, "learning_rate", setattr, adam, "learning_rate", None)
        assert float(adam.learning_rate) == 0.1, when
        adam.apply([g], [w])


def test_wrong_gradients_and_variables():
    g, w = pair()
    adam = Adam()
    for wrong in (None, g.numpy(), 1.0, Tensor(np.ones(3)), Tensor(np.ones((2, 3)))):
        raises(
            ValueError,
            r"the gradient of a variable is .*\(3, 2\) is wanted",
            adam.apply,
            [wrong],
            [w],
        )
    for wrong in (None, w.numpy(), Tensor(w.numpy()), "w"):
        raises(TypeError, "a Variable is wanted", adam.apply, [g], [wrong])
    raises(ValueError, "1 gradients came for 2 variables", adam.apply, [g], [w, w])
    for wrong in (None, 5, w):
        raises(TypeError, "a list of variables is wanted", adam.apply, [g], wrong)
        raises(TypeError, "a list of gradients is wanted", adam.apply, wrong, [w])
        raises(TypeError, "a list of pairs", adam.apply_gradients, wrong)
    raises(TypeError, "one dtype", adam.apply, [Tensor(np.ones((3, 2), "float32"))], [w])
    raises(ValueError, "overlaps", Adam().apply, [g, g], [w, w])
    single = pair(dtype="float32")
    raises(TypeError, "one dtype", Adam().apply, [g, single[0]], [w, single[1]])
    n = Variable(np.ones(2, "int32"))
    raises(TypeError, "float32 or float64", Adam().apply, [Tensor(np.ones(2, "int32"))], [n])
    assert (w.numpy() == 1).all()


def test_a_new_variable_needs_a_new_optimizer():
    (g, w), (_, other) = pair(), pair()
    adam = Adam()
    adam.apply([g], [w])
    raises(ValueError, "that the first step did not have", adam.apply, [g], [other])


def test_an_optimizer_of_ones_own():
    class Descent(Optimizer):
        def step(self, positions, variables, grads):
            for v, g in zip(variables, grads, strict=True):
                v.assign(v.numpy() - float(self.learning_rate) * g.numpy())

    g, w = pair()
    Descent(0.25).apply([g], [w])
    assert (w.numpy() == 0.5).all()
    raises(TypeError, "Optimizer defines no step", Optimizer(0.1).apply, [g], [w])
    assert isinstance(Adam(), fastnn.optimizers.Optimizer)


def test_adam_at_the_ends_of_the_root():
    """The root of v has cases of its own: 0, infinity, NaN."""
    w, m, v, g = (np.full(100, x, "float32") for x in (2, 0, 0, 0))
    g[20:40] = 1e30  # its square is infinite, and the step so much shorter
    g[40:60] = np.nan
    g[60:80] = -np.inf
    state = np.array(0.1), np.array(0, "int64")
    fastnn.kernels.adam_update([w], [m], [v], [g], *state, (0.9, 0.999, 1e-7))
    assert np.isinf(v[20:40]).all()
    assert (w[:40] == 2).all() and np.isnan(w[40:80]).all() and (w[80:] == 2).all()


def test_overlaps_among_many_segments_are_found():
    memory = np.zeros(1000, "float32")
    lists = [[np.zeros(5, "float32") for _ in range(100)] for _ in range(4)]
    state = np.array(0.1), np.array(0, "int64"), (0.9, 0.999, 1e-7)
    fastnn.kernels.adam_update(*lists, *state)
    for (i, a), (j, b) in (((0, 3), (3, 90)), ((1, 50), (2, 50)), ((3, 1), (0, 99))):
        kept = lists[i][a], lists[j][b]
        lists[i][a], lists[j][b] = memory[:5], memory[4:9]
        raises(ValueError, "overlaps", fastnn.kernels.adam_update, *lists, *state)
        lists[i][a], lists[j][b] = kept
    lists[3] = [lists[3][0]] * 100  # what is only read may be the same
    fastnn.kernels.adam_update(*lists, *state)
