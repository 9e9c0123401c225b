"""batch_norm as a user meets it: gradients through the tape, moving averages, what is refused."""

import fastnn
import numpy as np
import pytest
from fastnn import Variable, ops
from test_tape import check

RNG = np.random.default_rng(5)


def moving(channels=3, dtype="float64"):
    mean = Variable(RNG.standard_normal(channels).astype(dtype), trainable=False)
    return mean, Variable(RNG.uniform(0.5, 2, channels).astype(dtype), trainable=False)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 4, 3), (5, 1)])
def test_gradients(shape, training):
    averages = moving(shape[-1])

    def norm(x, gamma, beta):
        return ops.batch_norm(x, gamma, beta, *averages, training)

    check(norm, shape, shape[-1:], shape[-1:])
    check(lambda x: norm(x, None, None), shape)
    check(lambda x, beta: norm(x, None, beta), shape, shape[-1:])
    check(lambda x, gamma: norm(x, gamma, None), shape, shape[-1:])
    check(lambda x, both: norm(x, both, both), shape, shape[-1:])


def test_values_and_moving_averages():
    x = 3 + 2 * RNG.standard_normal((4, 5, 3))
    mean, variance = moving()
    before = mean.numpy(), variance.numpy()
    gamma, beta = RNG.standard_normal((2, 3))
    y = ops.batch_norm(x, gamma, beta, mean, variance, True, 0.9, 0.01).numpy()
    m, v = x.mean((0, 1)), x.var((0, 1))
    np.testing.assert_allclose(y, (x - m) / np.sqrt(v + 0.01) * gamma + beta, rtol=1e-12)
    np.testing.assert_allclose(mean.numpy(), 0.9 * before[0] + 0.1 * m, rtol=1e-13)
    np.testing.assert_allclose(variance.numpy(), 0.9 * before[1] + 0.1 * v, rtol=1e-13)

    after = mean.numpy(), variance.numpy()
    y = ops.batch_norm(x, gamma, beta, mean, variance, False, 0.9, 0.01).numpy()
    want = (x - after[0]) / np.sqrt(after[1] + 0.01) * gamma + beta
    np.testing.assert_allclose(y, want, rtol=1e-12)
    assert (mean.numpy() == after[0]).all() and (variance.numpy() == after[1]).all()


def test_a_large_mean_costs_the_variance_nothing():
    """A one-pass sum of squares in float32 would find a variance of thousands here."""
    x = (1e4 + RNG.standard_normal((5000, 3))).astype("float32")
    mean, variance = moving(3, "float32")
    ops.batch_norm(x, None, None, mean, variance, True, momentum=0.0)
    exact = x.astype("float64")
    np.testing.assert_allclose(variance.numpy(), exact.var(axis=0), rtol=1e-6)
    np.testing.assert_allclose(mean.numpy(), exact.mean(axis=0), rtol=1e-7)


def test_compiled_steps_move_the_averages():
    x = RNG.standard_normal((8, 3)).astype("float32")
    gamma = Variable(np.ones(3, "float32"))
    runs = []
    for compiled in (False, True):
        averages = [Variable(np.full(3, v, "float32"), trainable=False) for v in (0.0, 1.0)]

        def step(x, averages=averages):
            loss = ops.mean_squared_error(ops.batch_norm(x, gamma, None, *averages, True), x)
            return fastnn.gradients(loss, [gamma])[0]

        call = fastnn.compile(step) if compiled else step
        gradients = [call(x + i).numpy() for i in range(5)]
        assert not compiled or call.programs()
        runs.append([a.tobytes() for a in (*gradients, *(v.numpy() for v in averages))])
    assert runs[0] == runs[1]


def test_symbolic_calls_leave_the_averages_alone():
    averages = moving(4)
    before = [v.numpy() for v in averages]
    y = ops.batch_norm(fastnn.Input((4,), dtype="float64"), None, None, *averages, True)
    assert y.shape == (None, 4) and fastnn.symbolic.is_symbolic(y)
    assert all((v.numpy() == b).all() for v, b in zip(averages, before, strict=True))


def test_empty_and_nan():
    averages = moving()
    y = ops.batch_norm(np.zeros((0, 3)), None, None, *averages, False)
    assert y.shape == (0, 3)
    x = RNG.standard_normal((6, 3))
    x[2, 1] = np.nan
    y = ops.batch_norm(x, None, None, *averages, False).numpy()
    assert np.isnan(y[2, 1]) and np.isnan(y).sum() == 1
    y = ops.batch_norm(x, None, None, *averages, True).numpy()
    assert (np.isnan(y) == [False, True, False]).all()


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def test_what_is_refused():
    x, averages = np.ones((4, 3)), moving()
    arrays = [v.numpy() for v in averages]
    raises(TypeError, "moving_mean is a ndarray", ops.batch_norm, x, None, None, *arrays, True)
    raises(
        ValueError, r"gamma has shape \(2,\)", ops.batch_norm, x, [1.0] * 2, None, *arrays, False
    )
    raises(ValueError, r"x is empty", ops.batch_norm, x[:0], None, None, *averages, True)
    raises(ValueError, "1 channel", ops.batch_norm, np.array(3.0), None, None, *averages, True)
    raises(ValueError, "epsilon is -1", ops.batch_norm, x, None, None, *averages, True, 0.9, -1.0)
    raises(TypeError, "training is 1", ops.batch_norm, x, None, None, *averages, 1)
    other = x.astype("float32")
    raises(TypeError, "one dtype", ops.batch_norm, other, None, None, *averages, True)
    w = Variable(x)
    y = ops.batch_norm(w, None, None, *averages, False)
    averages[0].assign(np.zeros(3))
    loss = ops.mean_squared_error(y, x)
    raises(RuntimeError, "written to after the forward", fastnn.gradients, loss, [w])
