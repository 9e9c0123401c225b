"""Optimizers: numbers, state, limits, and what they refuse. Keras's numbers: test_oracles.py."""

import fastnn
import numpy as np
import pytest
from fastnn import Tensor, Variable
from fastnn._names import snake_case
from fastnn.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Nadam,
    Optimizer,
    RMSprop,
    get,
)
from networks import batches, classification_step, digest, mlp

ADAM = (0.9, 0.999, 1e-7, 0.0, 0.0, 0.0)  # its settings


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
    raises(ValueError, "is None, as all are", adam.apply, [None], [w])
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
    fastnn.kernels.adam_update([w], [m], [v], [], [g], *state, None, ADAM)
    assert np.isinf(v[20:40]).all()
    assert (w[:40] == 2).all() and np.isnan(w[40:80]).all() and (w[80:] == 2).all()


def test_overlaps_among_many_segments_are_found():
    memory = np.zeros(1000, "float32")
    lists = [[np.zeros(5, "float32") for _ in range(100)] for _ in range(4)]
    lists.insert(3, [])
    state = np.array(0.1), np.array(0, "int64"), None, ADAM
    fastnn.kernels.adam_update(*lists, *state)
    for (i, a), (j, b) in (((0, 3), (4, 90)), ((1, 50), (2, 50)), ((4, 1), (0, 99))):
        kept = lists[i][a], lists[j][b]
        lists[i][a], lists[j][b] = memory[:5], memory[4:9]
        raises(ValueError, "overlaps", fastnn.kernels.adam_update, *lists, *state)
        lists[i][a], lists[j][b] = kept
    lists[4] = [lists[4][0]] * 100  # what is only read may be the same
    fastnn.kernels.adam_update(*lists, *state)


ALL = [SGD, lambda **k: SGD(momentum=0.9, nesterov=True, **k), RMSprop, Adagrad, Adadelta]
ALL += [lambda **k: RMSprop(momentum=0.5, centered=True, **k), Adam, AdamW]
ALL += [lambda **k: Adam(amsgrad=True, **k), Adamax, Nadam, Lion, Ftrl, Lamb]
LIMITS = [{"clipnorm": 0.5}, {"clipvalue": 0.25}, {"global_clipnorm": 0.5}]


@pytest.mark.parametrize(
    "make, limits",
    [
        *((make, {}) for make in ALL),
        *((kind, limits) for kind in (Adam, Lion) for limits in LIMITS),
    ],
)
def test_bits_with_any_number_of_threads_and_compiled(make, limits):
    """Eager and compiled, with slots that are made within the step; on 1, 2 and 4 threads."""
    data = batches(5)
    before, seen = fastnn.get_num_threads(), set()
    try:
        for compiled in (False, True):
            for threads in (1, 2, 4):
                fastnn.set_num_threads(threads)
                model = mlp((20, 200, 150, 5))
                step = classification_step(model, make(**limits))
                if compiled:
                    step = fastnn.compile(step)
                for x, labels in data:
                    step(x, labels)
                assert not compiled or step.programs()
                seen.add(digest(model))
    finally:
        fastnn.set_num_threads(before)
    assert len(seen) == 1


@pytest.mark.parametrize("make", ALL)
def test_frozen_variables_and_gradients_are_left_alone(make):
    (g, w), (h, frozen) = pair(), pair()
    optimizer = make(learning_rate=0.1, clipnorm=0.5)
    optimizer.apply([g, h], [w, frozen])
    kept, moved = frozen.numpy().copy(), w.numpy().copy()
    optimizer.apply([g], [w])
    assert (frozen.numpy() == kept).all() and (w.numpy() < moved).all()
    assert (g.numpy() == 2).all() and optimizer.iterations.item() == 2
    optimizer.apply([h, h], [frozen, w])  # one gradient for two, in another order
    assert (frozen.numpy() < kept).all()


class Plain(Optimizer):
    """Gradient descent, made of operations."""

    def update_step(self, gradient, variable, learning_rate):
        variable.assign(variable - learning_rate * gradient)


@pytest.mark.parametrize("descent", [SGD, Plain])
def test_limits_are_keras(descent):
    """What a step of gradient descent moves is the gradient as it was cut."""

    def moved(values, **limits):
        grads = [Tensor(np.array(one)) for one in values]
        weights = [Variable(np.zeros(one.shape)) for one in grads]
        descent(1.0, **limits).apply(grads, weights)
        return [(-w.numpy()).tolist() for w in weights]

    grads = [[3.0, 4.0], [0.3, 0.4]]  # of norms 5 and 0.5, together sqrt(25.25)
    assert moved(grads) == moved(grads, clipnorm=0, clipvalue=None) == grads
    np.testing.assert_allclose(moved(grads, clipnorm=1.0), [[0.6, 0.8], [0.3, 0.4]])
    np.testing.assert_allclose(moved(grads, clipvalue=0.35), [[0.35, 0.35], [0.3, 0.35]])
    np.testing.assert_allclose(
        moved(grads, global_clipnorm=1.0), np.array(grads) / 25.25**0.5, rtol=1e-15
    )
    assert moved(grads, global_clipnorm=6.0) == grads
    assert moved([[0.0, 0.0]], clipnorm=1.0) == moved([[0.0, 0.0]], global_clipnorm=1.0)
    for limits in ({"clipnorm": 1.0}, {"global_clipnorm": 1.0}):
        assert np.isnan(moved([[np.nan, 1.0]], **limits)).all()
    assert moved([[-np.inf, 1.0]], clipvalue=0.5) == [[-0.5, 0.5]]
    # Keras: an infinite norm of all makes NaN of everything, that of one variable zeros.
    assert np.isnan(moved([[np.inf, 1.0], [1.0, 2.0]], global_clipnorm=1.0)).all()
    (lost, zero), others = moved([[np.inf, 1.0], [0.5, 0.0]], clipnorm=1.0)
    assert np.isnan(lost) and zero == 0 and others == [0.5, 0.0]


def test_wrong_limits():
    for make in (SGD, RMSprop, Adagrad, Adadelta, Adam, AdamW, Adamax, Nadam, Lion, Ftrl, Lamb):
        name = make.__name__
        for limit in ("clipnorm", "clipvalue", "global_clipnorm", "weight_decay"):
            for wrong in (-1, float("nan"), float("inf"), "1", [1.0]):
                raises(ValueError, f"{name}: {limit} is .*>= 0 is wanted", make, **{limit: wrong})
        raises(ValueError, "at most one of them", make, clipnorm=1.0, global_clipnorm=1.0)
        raises(TypeError, f"{name}: name is 5", make, name=5)
        assert make().name == snake_case(name) and make(name="mine").name == "mine"
    raises(ValueError, "SGD: momentum is 1.5", SGD, momentum=1.5)
    raises(ValueError, "AdamW: weight_decay is None", AdamW, weight_decay=None)
    raises(ValueError, "RMSprop: rho is 1; 0 <= rho < 1", RMSprop, rho=1)
    raises(ValueError, "Adagrad: initial_acc", Adagrad, initial_accumulator_value=-0.1)
    for kind in (Adamax, Nadam, Lamb):
        raises(ValueError, f"{kind.__name__}: beta_2 is 1; 0 <= beta_2 < 1", kind, beta_2=1)
    raises(ValueError, "Lion: beta_1 is 1.5; 0 <= beta_1 <= 1", Lion, beta_1=1.5)
    raises(ValueError, "Lion: beta_1 is 0, which", Lion, beta_1=0)
    for power in (0.5, float("nan"), "1", -float("inf")):
        raises(ValueError, "Ftrl: learning_rate_power is", Ftrl, learning_rate_power=power)
    for name in ("l1", "l2", "l2_shrinkage"):
        name += "_regularization_strength"
        raises(ValueError, f"Ftrl: {name} is -1; a number >= 0", Ftrl, **{name: -1})


def test_optimizers_by_name():
    for kind in (SGD, RMSprop, Adagrad, Adadelta, Adam, AdamW, Adamax, Nadam, Lion, Ftrl, Lamb):
        for name in (kind.__name__, kind.__name__.lower()):
            assert type(get(name)) is kind
    adam = Adam()
    assert get(adam) is adam
    for wrong in ("nadamax", None, 5, Adam, {"class_name": "Adam"}):
        raises(ValueError, "optimizers: .* is unknown; 'sgd', ", get, wrong)
    raises(ValueError, "Did you mean 'adamax' or 'nadam'", get, "NAdamax")


def test_a_setting_changed_between_compiled_steps_takes_effect():
    data, seen = batches(6), []
    for compiled in (False, True):
        model, optimizer = mlp(), SGD(0.1, momentum=0.5)
        step = classification_step(model, optimizer)
        step = fastnn.compile(step) if compiled else step
        for i, (x, labels) in enumerate(data):
            if i == 4:
                optimizer.clipnorm, optimizer.weight_decay = 0.01, 0.1
            step(x, labels)
        seen.append(digest(model))
    assert seen[0] == seen[1]


def test_updates_say_what_is_wrong():
    def update(name, *segment, **arguments):
        rate, t = Variable(np.array(0.1)), Variable(np.array(0))
        getattr(fastnn.ops, name)([segment], rate, t, **arguments)

    w, g = Variable(np.ones(3)), Tensor(np.ones(3))
    raises(TypeError, r"sgd_update: each segment .* \(w, g\)", update, "sgd_update", w, w, g)
    raises(TypeError, r"\(w, velocity, g\)", update, "sgd_update", w, g, momentum=0.5)
    raises(TypeError, r"\(w, square, mean, g\)", update, "rmsprop_update", w, g, centered=True)
    raises(TypeError, "the norm is a float", update, "sgd_update", w, g, norm=1.0, clipnorm=1.0)
    raises(ValueError, "norm is None; give", update, "sgd_update", w, g, clipnorm=1.0)
    one = fastnn.ops.norms([g])
    raises(ValueError, "clipnorm is 0; give", update, "sgd_update", w, g, norm=one)
    update("sgd_update", w, g, norm=one, clipnorm=0.5)
    other = Variable(np.ones(2))
    raises(ValueError, r"square\[0\] has shape \(2,\)", update, "adagrad_update", w, other, g)
    kernel = fastnn.kernels.sgd_update
    state = [g.array], np.array(0.1), np.array(0), None
    weight, slot = np.ones(3), np.ones(3)
    settings = (0.5, False, 0.0, 0.0, 0.0)
    raises(ValueError, "momentum is 0.5 and velocity has 0", kernel, [weight], [], *state, settings)
    settings = (0.0, *settings[1:])
    raises(ValueError, "without momentum none", kernel, [weight], [slot], *state, settings)


def test_norms():
    rng = np.random.default_rng(1)
    x = [rng.standard_normal(n).astype("float32") for n in (5000, 0, 7)]
    want = [np.linalg.norm(one.astype("float64")) for one in x]
    np.testing.assert_allclose(fastnn.ops.norms(x).numpy(), want, rtol=1e-15)
    total = fastnn.ops.global_norm([fastnn.Tensor(one) for one in x])
    np.testing.assert_allclose(total.item(), np.linalg.norm(want), rtol=1e-15)
    assert (total.shape, total.dtype) == ((), "float64")
    assert fastnn.ops.norms([]).shape == (0,) and fastnn.ops.global_norm([]).item() == 0
    raises(TypeError, "norms: x.0. is int32", fastnn.ops.norms, [np.ones(3, "int32")])
    mixed = [np.ones(2), np.ones(2, "float32")]
    raises(TypeError, "norms: .* one dtype", fastnn.ops.global_norm, mixed)
