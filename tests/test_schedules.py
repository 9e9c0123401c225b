"""Schedules: what they refuse, and optimizers that follow them, eager and compiled. Keras's
numbers: tests/parity."""

import fastnn
import numpy as np
import pytest
from fastnn import Tensor, Variable, ops
from fastnn.optimizers import SGD, Adam, Lion, schedules
from networks import batches, classification_step, digest, mlp


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


@pytest.mark.parametrize("growth", [1, 1.25, 1.5, 2, 3, 7])
def test_a_restart_starts_at_its_very_step(growth):
    """Also where the logarithm of the step is rounded to just below a whole number."""
    schedule = schedules.CosineDecayRestarts(1.0, 1, t_mul=growth, m_mul=0.5)
    for period in range(12):
        start = sum(growth**n for n in range(period))
        assert schedule(start) == 0.5**period
        assert schedule(start + 0.5 * growth**period) == pytest.approx(0.5 ** (period + 1))


def test_schedules_give_floats():
    for schedule in (
        schedules.ExponentialDecay(1, 10, 1),
        schedules.InverseTimeDecay(1, 10, 0),
        schedules.PolynomialDecay(1, 10, 1, 0),
        schedules.PiecewiseConstantDecay([2], [1, 2]),
        schedules.PiecewiseConstantDecay([], [1]),
        schedules.CosineDecay(1, 10, warmup_target=1, warmup_steps=3),
        schedules.CosineDecayRestarts(1, 10, 1),
    ):
        for step in (0, 1, np.int64(7), Variable(np.array(12))):
            assert type(schedule(step)) is float


def test_what_schedules_refuse():
    for kind, more in (
        (schedules.ExponentialDecay, (0.5,)),
        (schedules.InverseTimeDecay, (0.5,)),
        (schedules.PolynomialDecay, ()),
        (schedules.CosineDecay, ()),
    ):
        name = kind.__name__
        for steps in (0, -1, None, "3", float("nan"), True):
            raises(ValueError, f"{name}: decay_steps is .* > 0 is wanted", kind, 0.1, steps, *more)
        for rate in (None, "0.1", float("inf"), [0.1]):
            raises(ValueError, f"{name}: initial_learning_rate is", kind, rate, 10, *more)
    raises(ValueError, "first_decay_steps is 0", schedules.CosineDecayRestarts, 0.1, 0)
    raises(ValueError, "t_mul is 0.5; a number >= 1", schedules.CosineDecayRestarts, 0.1, 9, 0.5)
    raises(ValueError, "warmup_target is 'a'", schedules.CosineDecay, 0.1, 9, warmup_target="a")
    pieces = schedules.PiecewiseConstantDecay
    raises(ValueError, "2 boundaries and 2 values came; one more", pieces, [1, 2], [0.1, 0.2])
    raises(ValueError, "increasing numbers are wanted", pieces, [2, 1], [0.1, 0.2, 0.3])
    raises(TypeError, "one of the boundaries or values is 'a'", pieces, ["a"], [0.1, 0.2])
    raises(TypeError, "a int came; a list of numbers is wanted", pieces, 3, [0.1, 0.2])
    raises(
        TypeError, "LearningRateSchedule defines no __call__", schedules.LearningRateSchedule(), 1
    )


def pair(dtype="float64"):
    return Tensor(np.full(3, 2.0, dtype)), Variable(np.ones(3, dtype))


def test_the_rate_reads_as_that_of_the_next_step():
    (g, w), schedule = pair(), schedules.ExponentialDecay(0.5, 1, 0.5)
    sgd = SGD(schedule)
    assert sgd.learning_rate == 0.5
    sgd.apply([g], [w])
    assert (w.numpy() == 0).all() and sgd.learning_rate.item() == 0.25
    sgd.iterations.assign(3)
    assert sgd.learning_rate.item() == 0.0625
    assert len(sgd.variables) == 1  # the rate is no state of its own
    sgd.apply([g], [w])
    assert (w.numpy() == -0.125).all()


def test_a_rate_that_follows_a_schedule_is_not_assigned():
    (g, w), sgd = pair(), SGD(schedules.CosineDecay(0.5, 10))
    for _ in range(2):
        message = "SGD: learning_rate is set to 0.1, but it follows CosineDecay.* another schedule"
        raises(TypeError, message, setattr, sgd, "learning_rate", 0.1)
        sgd.apply([g], [w])
    sgd.learning_rate = schedules.PiecewiseConstantDecay([], [0.25])
    assert float(sgd.learning_rate) == 0.25
    sgd.learning_rate = lambda: 0.125
    assert float(sgd.learning_rate) == 0.125


def test_what_a_schedule_may_not_say():
    for wrong, error in ((-0.5, ValueError), (float("nan"), ValueError), ("1", TypeError)):
        (g, w), sgd = pair(), SGD(lambda wrong=wrong: wrong)
        raises(error, "SGD: learning_rate", sgd.apply, [g], [w])
        assert (w.numpy() == 1).all()
    raises(TypeError, "SGD: learning_rate: a type came", SGD, schedules.CosineDecay)


RATES = {
    "schedule": lambda: schedules.ExponentialDecay(0.1, 2, 0.7),
    "restarts": lambda: schedules.CosineDecayRestarts(0.1, 3),
    "function": lambda: iter([0.1 / (1 + i) for i in range(100)]).__next__,
}


def trained(compiled, optimizer, dtype="float32", change=lambda i, optimizer: None, data=None):
    """The digest of a network's weights after ten steps, and how many programs there were."""
    model = mlp(dtype=dtype)
    step = classification_step(model, optimizer)
    call = fastnn.compile(step) if compiled else step
    for i, (x, y) in enumerate(data or batches(10, dtype=dtype)):
        change(i, optimizer)
        call(x, y)
    return digest(model), len(call.programs()) if compiled else 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", [SGD, Adam, Lion])
def test_compiled_steps_follow_a_schedule(kind, rate, dtype):
    bits, programs = trained(True, kind(RATES[rate]()), dtype)
    assert programs == 1
    assert bits == trained(False, kind(RATES[rate]()), dtype)[0]
    assert bits != trained(True, kind(0.1), dtype)[0]


def test_several_programs_share_the_step_count():
    data = batches(6) + batches(3, size=7) + batches(4) + batches(4, size=7)
    runs = [trained(c, Adam(RATES["restarts"]()), data=data) for c in (True, False)]
    assert runs[0][1] == 2 and runs[0][0] == runs[1][0]


def test_iterations_assigned_between_compiled_steps():
    def back(i, optimizer):
        if i in (4, 7):
            optimizer.iterations.assign(i - 3)

    runs = {trained(c, Adam(RATES["restarts"]()), change=back)[0] for c in (True, False)}
    assert len(runs) == 1
    assert trained(True, Adam(RATES["restarts"]()))[0] not in runs


def test_another_schedule_between_compiled_steps():
    """Also in place of a number, and of one whose numbers are changed."""

    def another(i, optimizer):
        if i == 4:
            optimizer.learning_rate = schedules.ExponentialDecay(0.2, 1, 0.5)
        if i == 7:
            optimizer.learning_rate = schedule = schedules.InverseTimeDecay(0.1, 1, 1.0)
            schedule.decay_rate = 0.5

    for rate in (lambda: 0.1, RATES["schedule"]):
        runs = {trained(c, SGD(rate()), change=another)[0] for c in (True, False)}
        assert len(runs) == 1 and trained(True, SGD(rate()))[0] not in runs


def test_several_updates_in_one_compiled_step():
    """Each has its own rate, also of two optimizers in turn."""

    def run(compiled):
        (g, w), (_, v) = pair(), pair()
        one, two = SGD(schedules.ExponentialDecay(0.5, 1, 0.5)), SGD(RATES["function"]())

        def step(x):
            for _ in range(3):
                one.apply([x], [w])
                two.apply([x * w], [v])

        call = fastnn.compile(step) if compiled else step
        seen = []
        for _ in range(5):
            call(g)
            seen += [w.numpy(), v.numpy(), np.full(3, one.learning_rate.item())]
        assert not compiled or call.programs()
        return np.array(seen)

    eager = run(False)
    assert (eager == run(True)).all() and len(np.unique(eager)) == 15


def test_a_schedule_made_of_operations_is_not_recorded():
    class Root(schedules.LearningRateSchedule):
        def __call__(self, step):
            asked.append(step)
            return ops.rsqrt(ops.cast(step, "float64") + 4)

    g, w = pair()
    asked, sgd = [], SGD(Root())
    step = fastnn.compile(lambda x: sgd.apply([x], [w]))
    for _ in range(6):
        step(g)
    assert asked == list(range(6))
    [program] = step.programs()
    assert "rsqrt" not in program.dump()
    np.testing.assert_allclose(w.numpy(), 1 - 2 * sum((4 + t) ** -0.5 for t in range(6)))


def test_a_schedule_that_fails_stops_the_step():
    def rate():
        if len(asked) == 4:
            raise KeyError("no more rates")
        asked.append(1)
        return 0.5

    (g, w), asked = pair(), []
    sgd = SGD(rate)
    step = fastnn.compile(lambda x: sgd.apply([x], [w]))
    for _ in range(4):
        step(g)
    raises(KeyError, "no more rates", step, g)
    assert (w.numpy() == -3).all() and sgd.iterations.item() == 4
    asked.clear()
    step(g)
    assert (w.numpy() == -4).all()


def test_a_schedule_that_fails_while_it_is_recorded():
    def rate():
        if len(asked) == 1:
            asked.append(1)
            raise KeyError("no rate now")
        asked.append(1)
        return 0.5

    (g, w), asked = pair(), []
    sgd = SGD(rate)
    step = fastnn.compile(lambda x: sgd.apply([x], [w]))
    step(g)
    raises(KeyError, "no rate now", step, g)
    for _ in range(3):
        step(g)
    assert (w.numpy() == -3).all() and sgd.iterations.item() == 4


def test_the_rate_is_not_read_inside_a_compiled_step():
    (g, w), sgd = pair(), SGD(RATES["schedule"]())

    def step(x):
        sgd.apply([x], [w])
        return sgd.learning_rate

    call = fastnn.compile(step)
    call(g)
    raises(RuntimeError, "SGD: learning_rate is read inside a compiled step", call, g)


def test_replays_without_a_schedule_prepare_nothing():
    (g, w), sgd = pair(), SGD(0.5)
    step = fastnn.compile(lambda x: sgd.apply([x], [w]))
    for _ in range(3):
        step(g)
    assert [program.prepared for program in step._programs.values()] == [[]]
