"""What all optimizers share: averages, constraints, spared weights, variables, arguments. Keras's
numbers: tests/parity."""

import inspect

import fastnn
import numpy as np
import pytest
from fastnn import Tensor, Variable, constraints, ops, optimizers
from fastnn.optimizers import SGD, Adam, AdamW, Lion, Nadam, Optimizer, RMSprop
from networks import batches, classification_step, digest, mlp


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def pair(shape=(3, 2), dtype="float64"):
    return Tensor(np.full(shape, 2.0, dtype)), Variable(np.ones(shape, dtype))


def step_of(optimizer, w, compiled):
    def step(g):
        optimizer.apply([g], [w])

    return fastnn.compile(step) if compiled else step


def trained(compiled, optimizer, dtype="float32", prepare=lambda model, optimizer: None):
    model = mlp(dtype=dtype)
    prepare(model, optimizer)
    step = classification_step(model, optimizer)
    call = fastnn.compile(step) if compiled else step
    for x, y in batches(10, dtype=dtype):
        call(x, y)
    assert not compiled or len(call.programs()) == 1
    before = digest(model)
    optimizer.finalize_variable_values(model.trainable_weights)
    return before, digest(model)


def constrain(model, optimizer):
    kernels, biases = model.weights[::2], model.weights[1::2]
    for w, constraint in zip(
        kernels, (constraints.MaxNorm(1), constraints.UnitNorm(1)), strict=False
    ):
        w.constraint = constraint
    biases[0].constraint = constraints.NonNeg()
    kernels[2].constraint = lambda w: ops.clip(w, -0.2, 0.2)


def spare(model, optimizer):
    optimizer.exclude_from_weight_decay([model.weights[0]], ["bias"])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: Adam(0.02, use_ema=True),
        lambda: SGD(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3),
        lambda: Lion(0.01, weight_decay=0.1, use_ema=True, ema_overwrite_frequency=4),
        lambda: Nadam(0.02, weight_decay=0.1, clipnorm=0.1),
    ],
    ids=["adam", "sgd", "lion", "nadam"],
)
@pytest.mark.parametrize("prepare", [constrain, spare], ids=["constrained", "spared"])
def test_eager_and_compiled_give_the_same_bits(prepare, make, dtype):
    assert trained(False, make(), dtype, prepare) == trained(True, make(), dtype, prepare)


def test_constraints_hold_after_each_step():
    model = mlp()
    constrain(model, None)
    step = fastnn.compile(classification_step(model, SGD(1.0)))
    for x, y in batches(6):
        step(x, y)
        one, two, three = (w.numpy() for w in model.weights[::2])
        assert np.linalg.norm(one, axis=0).max() <= 1 + 1e-6
        np.testing.assert_allclose(np.linalg.norm(two, axis=1), 1, rtol=1e-6)
        assert model.weights[1].numpy().min() >= 0 and np.abs(three).max() <= np.float32(0.2)
    assert np.linalg.norm(one, axis=0).max() > 0.99


def test_a_constraint_must_keep_the_shape():
    g, w = pair()
    w.constraint = lambda w: ops.sum(w, axis=0)
    raises(ValueError, r"assign: the value has shape \(2,\)", SGD(0.1).apply, [g], [w])


def test_a_constraint_given_between_compiled_steps():
    seen = []
    for compiled in (False, True):
        (g, w), sgd = pair(), SGD(0.25)
        step = step_of(sgd, w, compiled)
        for i in range(8):
            if i == 4:
                w.constraint = constraints.NonNeg()
            step(g)
            seen.append(w.numpy().max())
    assert seen[:8] == seen[8:] == [0.5, 0, -0.5, -1, 0, 0, 0, 0]


def test_averages():
    g, w = pair()
    sgd = SGD(0.5, use_ema=True, ema_momentum=0.75)
    sgd.apply([g], [w])  # 0, and so is the average
    sgd.apply([g], [w])  # -1
    sgd.finalize_variable_values([w])
    assert (w.numpy() == -0.25).all()
    plain = SGD(0.5)
    plain.finalize_variable_values([w])
    plain.apply([g], [w])
    plain.finalize_variable_values([w])
    assert (w.numpy() == -1.25).all()
    raises(
        ValueError, "that the first step did not have", sgd.finalize_variable_values, [pair()[1]]
    )
    sgd.finalize_variable_values(iter([w]))
    assert (w.numpy() == -0.25).all()


def test_a_frequency_given_between_compiled_steps():
    seen = []
    for compiled in (False, True):
        (g, w), sgd = pair(), SGD(0.5, use_ema=True, ema_momentum=0.5)
        step = step_of(sgd, w, compiled)
        for i in range(9):
            if i == 4:
                sgd.ema_overwrite_frequency = 2
            step(g)
            seen.append(w.numpy())
    assert (np.array(seen[:9]) == np.array(seen[9:])).all()
    assert (seen[5] != seen[0] - 5).all()


def test_spared_weights():
    (g, w), (_, bias) = pair(), pair()
    g = Tensor(np.zeros((3, 2)))
    named = Variable(bias.numpy(), name="bias/kernel"), Variable(bias.numpy(), name="dense/bias")
    for make in (AdamW, lambda **k: Nadam(weight_decay=0.5, **k)):
        optimizer = make(learning_rate=0.5)
        optimizer.exclude_from_weight_decay(var_list=[w], var_names=["bias", "gamma"])
        optimizer.apply([g] * 3, [w, *named])
        assert (w.numpy() == 1).all() and (named[1].numpy() == 1).all()
        assert (named[0].numpy() < 1).all()
        optimizer.exclude_from_weight_decay()
        optimizer.apply([g] * 3, [w, *named])
        assert (w.numpy() < 1).all() and (named[1].numpy() < 1).all()
        w.assign(np.ones((3, 2)))
        named[1].assign(np.ones((3, 2)))
    spare = optimizer.exclude_from_weight_decay
    raises(TypeError, "var_names is 'bias'; a list of texts", spare, var_names="bias")
    raises(TypeError, r"var_names is \[3\]", spare, var_names=[3])
    raises(TypeError, "one of var_list is a str", spare, ["bias"])


def test_sparing_between_compiled_steps():
    seen = []
    for compiled in (False, True):
        (g, w), adam = pair(), AdamW(0.1, weight_decay=0.5)
        step = step_of(adam, w, compiled)
        for i in range(8):
            if i == 4:
                adam.exclude_from_weight_decay([w])
            step(g)
        seen.append(w.numpy())
    assert (seen[0] == seen[1]).all()


def test_variables():
    (g, w), adam = pair(), Adam(0.5, use_ema=True)
    assert adam.variables == [] and not adam.built
    adam.build([w])
    assert adam.built and adam.iterations.item() == 0 and adam.learning_rate.item() == 0.5
    before = adam.variables
    adam.build([w])
    assert adam.variables == before and len(before) == 5
    assert before[:2] == [adam.iterations, adam.learning_rate]
    assert [v.name for v in before[2:]] == [f"variable_{name}" for name in ("average", "m", "v")]
    assert adam.apply_gradients([(g, w)]) is adam.iterations
    adam.apply([g])
    assert adam.iterations.item() == 2
    raises(ValueError, "2 gradients came for 1 variables", adam.apply, [g, g])
    raises(TypeError, "gradients came alone; a list of variables is wanted", Adam().apply, [g])
    raises(ValueError, "an empty list of variables", Adam().build, [])
    raises(TypeError, "a Variable is wanted", Adam().build, [g])


def test_what_is_not_supported_says_so():
    for kind in (SGD, AdamW, Lion):
        name = kind.__name__
        raises(
            ValueError, f"{name}: gradient_acc.* is 4; None", kind, gradient_accumulation_steps=4
        )
        raises(ValueError, f"{name}: loss_scale_factor is 2.0; None", kind, loss_scale_factor=2.0)
        for momentum in (-0.1, 1.1, None, "1"):
            message = f"{name}: ema_momentum is .*; 0 <= ema_momentum <= 1"
            raises(ValueError, message, kind, ema_momentum=momentum)
        for frequency in (0, -1, 1.5, True, "1"):
            message = f"{name}: ema_overwrite_frequency is .*; a whole number"
            raises(ValueError, message, kind, ema_overwrite_frequency=frequency)
        raises(ValueError, "'decay' is unknown; 'learning_rate', ", kind, decay=0.1)
        kind(ema_overwrite_frequency=np.int64(3))
    message = "Adam's arguments: 'beta1' is unknown; 'learning_rate', 'beta_1', .*'beta_1' or"
    raises(ValueError, message, Adam, beta1=0.5)
    raises(ValueError, "Did you mean 'momentum'", SGD, momentun=0.5)


COMMON = (0.1, None, None, 1.0, True, 0.5, 3, None, None, "mine")  # weight_decay .. name


@pytest.mark.parametrize(
    "name, first",
    {
        "SGD": (0.1, 0.9, True),
        "RMSprop": (0.1, 0.5, 0.5, 1e-3, True),
        "Adagrad": (0.1, 0.5, 1e-3),
        "Adadelta": (0.1, 0.5, 1e-3),
        "Adam": (0.1, 0.5, 0.6, 1e-3, True),
        "Adamax": (0.1, 0.5, 0.6, 1e-3),
        "Nadam": (0.1, 0.5, 0.6, 1e-3),
        "Lamb": (0.1, 0.5, 0.6, 1e-3),
        "Lion": (0.1, 0.5, 0.6),
        "Ftrl": (0.1, -0.4, 0.5, 0.1, 0.2, 0.3, 0.4),
    }.items(),
)
def test_arguments_come_in_keras_order(name, first):
    made = getattr(optimizers, name)(*first, *COMMON)
    wanted = list(first)
    shown = [p for p in inspect.signature(type(made)).parameters][: len(first)]
    assert [getattr(made, n) for n in shown] == wanted
    assert (made.weight_decay, made.clipnorm, made.global_clipnorm) == (0.1, None, 1.0)
    assert (made.use_ema, made.ema_momentum, made.ema_overwrite_frequency) == (True, 0.5, 3)
    assert made.name == "mine"


def test_adamw_takes_its_decay_second():
    made = optimizers.AdamW(0.1, 0.2, 0.3, 0.4, 1e-3, True, 1.0, None, None, True)
    assert (made.weight_decay, made.beta_1, made.clipnorm) == (0.2, 0.3, 1.0)
    assert made.amsgrad and made.use_ema


class Heavy(Optimizer):
    """An optimizer of one's own, as Keras's documentation writes them."""

    def __init__(self, learning_rate=0.1, momentum=0.5, **arguments):
        super().__init__(learning_rate, **arguments)
        self.momentum = momentum

    def build(self, variables):
        super().build(variables)
        self.momenta = [self.add_variable_from_reference(v, name="momentum") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        m = self.momenta[self._get_variable_index(variable)]
        m.assign(m * self.momentum - learning_rate * gradient)
        variable.assign(variable + m)


@pytest.mark.parametrize("limits", [{}, {"clipnorm": 0.5, "weight_decay": 0.1}, {"clipvalue": 0.5}])
def test_an_optimizer_of_ones_own(limits):
    """It does what the fused one does, to rounding, and compiles."""
    weights = []
    for make in (lambda **k: SGD(0.1, momentum=0.5, **k), Heavy):
        for compiled in (False, True):
            model = mlp(dtype="float64")
            step = classification_step(model, make(**limits))
            call = fastnn.compile(step) if compiled else step
            for x, y in batches(6, dtype="float64"):
                call(x, y)
            weights.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    assert (weights[0] == weights[1]).all() and (weights[2] == weights[3]).all()
    np.testing.assert_allclose(weights[0], weights[2], rtol=1e-12, atol=1e-15)


def test_weights_of_two_dtypes_with_operations():
    (g, w), (h, v) = pair(), pair(dtype="float32")
    Lion(0.5).apply([g, h], [w, v])
    assert (w.numpy() == 0.5).all() and (v.numpy() == 0.5).all()
    raises(TypeError, "one dtype", RMSprop().apply, [g, h], [w, v])
