"""layer_norm as a user meets it: gradients through the tape, axes, what is refused."""

import fastnn
import numpy as np
import pytest
from fastnn import ops
from test_tape import check

RNG = np.random.default_rng(6)


@pytest.mark.parametrize(
    "shape, axis, columns",
    [((4, 7), -1, (7,)), ((2, 3, 5), 2, (5,)), ((2, 3, 5), (1, 2), (3, 5)), ((6,), 0, (6,))],
)
def test_gradients(shape, axis, columns):
    def norm(x, gamma, beta):
        return ops.layer_norm(x, gamma, beta, axis)

    check(norm, shape, columns, columns)
    check(lambda x: norm(x, None, None), shape)
    check(lambda x, gamma: norm(x, gamma, None), shape, columns)
    check(lambda x, beta: norm(x, None, beta), shape, columns)
    check(lambda x, both: norm(x, both, both), shape, columns)


@pytest.mark.parametrize("axis", [-1, (-1, -2), (0, 1, 2)])
def test_values(axis):
    x = 3 + RNG.standard_normal((4, 3, 5))
    axes = axis if isinstance(axis, tuple) else (axis,)
    m, v = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    y = ops.layer_norm(x, axis=axis, epsilon=0.1).numpy()
    np.testing.assert_allclose(y, (x - m) / np.sqrt(v + 0.1), rtol=1e-12)


def test_empty_nan_symbolic_and_compiled():
    assert ops.layer_norm(np.zeros((0, 3))).shape == (0, 3)
    x = RNG.standard_normal((4, 3))
    x[1, 2] = np.nan
    assert (np.isnan(ops.layer_norm(x).numpy()).any(axis=1) == [False, True, False, False]).all()
    assert ops.layer_norm(fastnn.Input((3, 4)), axis=(1, 2)).shape == (None, 3, 4)
    call = fastnn.compile(lambda x: ops.layer_norm(x))
    want = ops.layer_norm(x).numpy()
    assert all(call(x).numpy().tobytes() == want.tobytes() for _ in range(4))


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def test_what_is_refused():
    x = np.ones((2, 3, 4))
    for axis in (0, 1, (0, 2), 3, -4, (), (2, 2)):
        raises(ValueError, "the last axes are wanted", ops.layer_norm, x, axis=axis)
    raises(TypeError, "axis is 1.5", ops.layer_norm, x, axis=1.5)
    raises(ValueError, r"gamma has shape \(3,\); \(4,\)", ops.layer_norm, x, np.ones(3))
    raises(ValueError, "epsilon is -1", ops.layer_norm, x, epsilon=-1.0)
    raises(ValueError, "last axis of at least 1", ops.layer_norm, x[..., :0])
    raises(TypeError, "one dtype", ops.layer_norm, x, np.ones(4, "float32"))
