"""Constraints: norms, compiled steps, names, and what they refuse. Keras's numbers: tests/parity;
within training: test_optimizer_options.py."""

import fastnn
import numpy as np
import pytest
from fastnn import Variable, constraints, ops
from fastnn.constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def weight(dtype):
    return (np.random.default_rng(1).standard_normal((3, 4, 5)) * 2).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("axis", [0, -1, (0, 1), [1, 2], (0, 1, 2), None])
def test_norms(axis, dtype):
    """They come out as wanted, but for Keras's 1e-7 in the divisor."""
    w = weight(dtype)
    axes = tuple(axis) if isinstance(axis, list) else axis

    def norms(x):
        return np.sqrt((x.astype("float64") ** 2).sum(axes))

    before = norms(w)
    for constraint, wanted in (
        (MaxNorm(3, axis), np.minimum(before, 3)),
        (UnitNorm(axis), np.ones_like(before)),
        (MinMaxNorm(2, 3, axis=axis), before.clip(2, 3)),
        (MinMaxNorm(2, 3, 0.25, axis), 0.25 * before.clip(2, 3) + 0.75 * before),
    ):
        y = constraint(w)
        assert (y.shape, y.dtype) == (w.shape, dtype)
        np.testing.assert_allclose(norms(y.numpy()), wanted, rtol=2e-6)
        cosine = (y.numpy() * w).sum(axes) / (norms(y.numpy()) * before)
        np.testing.assert_allclose(cosine, 1, rtol=2e-6)


def test_signs_and_what_is_no_number():
    w = np.array([-1.0, -0.0, 0.0, 2.0, np.nan, np.inf])
    np.testing.assert_array_equal(NonNeg()(w).numpy(), [0, 0, 0, 2, np.nan, np.inf])
    for constraint in (MaxNorm(), UnitNorm(), MinMaxNorm(0.5)):
        assert (constraint(np.zeros((2, 3))).numpy() == 0).all()  # no direction to go
    assert Constraint()(w).numpy() is w


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_compiled_steps_give_the_same_bits(dtype):
    def all_of_them(w):
        for constraint in (MaxNorm(3), MinMaxNorm(1, 2, 0.5, -1), NonNeg(), UnitNorm((0, 1))):
            w = constraint(w)
        return w

    compiled = fastnn.compile(all_of_them)
    for _ in range(4):
        assert (
            compiled(weight(dtype)).numpy().tobytes()
            == all_of_them(weight(dtype)).numpy().tobytes()
        )
    assert compiled.programs()


def test_by_name_class_and_function():
    for name, kind in (
        ("max_norm", MaxNorm),
        ("MinMaxNorm", MinMaxNorm),
        ("non_neg", NonNeg),
        (UnitNorm, UnitNorm),
        (constraints.unit_norm, UnitNorm),
    ):
        assert type(constraints.get(name)) is kind
    mine = MaxNorm(3)
    assert constraints.get(None) is None
    assert constraints.get(mine) is mine and constraints.get(ops.relu) is ops.relu
    layer = fastnn.layers.Layer()
    assert type(layer.add_weight((2, 3), constraint="non_neg").constraint) is NonNeg
    assert layer.add_weight((2, 3)).constraint is None


def test_what_is_refused():
    message = (
        "constraints: 'maxnorm' is unknown; 'max_norm', .* Did you mean 'MaxNorm' or 'max_norm'"
    )
    raises(ValueError, message, constraints.get, "maxnorm")
    for wrong in (5, [], {"class_name": "MaxNorm"}):
        raises(ValueError, "constraints: .* is unknown", constraints.get, wrong)
    for wrong in (-1, float("nan"), "1", None, True):
        raises(ValueError, "MaxNorm: max_value is .*; a finite number >= 0", MaxNorm, wrong)
        raises(ValueError, "MinMaxNorm: min_value is", MinMaxNorm, wrong)
        raises(ValueError, "MinMaxNorm: rate is", MinMaxNorm, rate=wrong)
    raises(ValueError, "min_value is 2 and max_value 1; the smaller one first", MinMaxNorm, 2, 1)
    raises(ValueError, "no axis 3|axis", MaxNorm(axis=3), Variable(np.ones((2, 2))))
    raises(TypeError, "NonNeg: str is no tensor", NonNeg(), "w")
