"""Regularizers: gradients, compiled steps, names, and what they refuse. Keras's numbers:
tests/parity."""

import fastnn
import numpy as np
import pytest
from fastnn import Variable, ops, regularizers
from fastnn.regularizers import L1, L1L2, L2, OrthogonalRegularizer, Regularizer


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


ALL = [L1(0.3), L2(0.3), L1L2(0.1, 0.2), OrthogonalRegularizer(0.5)]
ALL += [OrthogonalRegularizer(0.5, "columns")]


@pytest.mark.parametrize("regularizer", ALL, ids=lambda r: type(r).__name__)
def test_gradients(regularizer):
    """Central differences in float64: an error of h^2 and of rounding / h."""
    x = np.random.default_rng(1).standard_normal((3, 4))
    w, h = Variable(x), 1e-5
    [g] = fastnn.gradients(regularizer(w), [w])
    for place in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[place] = h
        difference = regularizer(Variable(x + step)).item() - regularizer(Variable(x - step)).item()
        assert abs(difference / (2 * h) - g.numpy()[place]) < 1e-9


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("regularizer", ALL, ids=lambda r: type(r).__name__)
def test_compiled_training_gives_the_same_bits(regularizer, dtype):
    seen = []
    for compiled in (False, True):
        w = Variable(np.random.default_rng(1).standard_normal((3, 4)).astype(dtype))
        adam = fastnn.optimizers.Adam(0.1)

        def step(x, w=w, adam=adam):
            loss = ops.mean_squared_error(x, w) + regularizer(w)
            adam.apply(fastnn.gradients(loss, [w]), [w])
            return loss

        call = fastnn.compile(step) if compiled else step
        losses = [call(np.ones((3, 4), dtype)).numpy() for _ in range(6)]
        assert losses[-1] < losses[0] and losses[0].dtype == dtype and losses[0].shape == ()
        seen.append((w.numpy().tobytes(), np.array(losses).tobytes()))
    assert seen[0] == seen[1]


def test_a_factor_changed_between_compiled_steps_takes_effect():
    penalty = L2(1.0)
    step = fastnn.compile(lambda x: penalty(x))
    for i in range(6):
        penalty.l2 = 1.0 + i // 3
        assert step(np.full(4, 2.0)).item() == 16 * penalty.l2


def test_shapes_of_little():
    assert L1L2()(np.ones(3)).numpy().tolist() == 0.0
    assert Regularizer()(np.ones(3, "float32")).dtype == "float32"
    assert OrthogonalRegularizer()(np.ones((1, 4))).item() == 0  # one row has no other
    assert L2()(np.ones((0, 4))).item() == 0
    assert L2()([1.0, 2.0]).item() == pytest.approx(0.05)


def test_by_name_class_and_function():
    for name, kind in (
        ("l1", L1),
        ("L2", L2),
        ("l1_l2", L1L2),
        ("l1l2", L1L2),
        ("orthogonal_regularizer", OrthogonalRegularizer),
        (L2, L2),
        (regularizers.l1_l2, L1L2),
    ):
        assert type(regularizers.get(name)) is kind
    assert regularizers.get(None) is None
    mine = L2(0.5)
    for one in (mine, ops.sum):
        assert regularizers.get(one) is one
    assert (L1(None).l1, L2(None).l2, L1L2(None, None).l2) == (0.01, 0.01, 0.0)
    layer = fastnn.layers.Layer()
    assert layer.add_weight((2, 3), regularizer="l2").regularizer.l2 == 0.01
    assert layer.add_weight((2, 3)).regularizer is None
    raises(ValueError, "regularizers: 'l3' is unknown", layer.add_weight, (2,), regularizer="l3")


def test_what_is_refused():
    message = "regularizers: 'l1_2' is unknown; 'l1', .* or a callable is wanted. Did you mean 'l1"
    raises(ValueError, message, regularizers.get, "l1_2")
    for wrong in (5, [], {"class_name": "L2"}, int):
        raises(ValueError, "regularizers: .* is unknown", regularizers.get, wrong)
    for wrong in (-1, float("nan"), float("inf"), "1", True, [0.1]):
        raises(ValueError, "L1: l1 is .*; a finite number >= 0", L1, wrong)
        raises(ValueError, "L2: l2 is .*; a finite number >= 0", L2, wrong)
        raises(ValueError, "L1L2: l2 is .*; a finite number >= 0", L1L2, 0.1, wrong)
        raises(ValueError, "OrthogonalRegularizer: factor is", OrthogonalRegularizer, wrong)
    for wrong in ("row", None, 3, []):
        raises(ValueError, "mode is .*; 'rows' or 'columns'", OrthogonalRegularizer, mode=wrong)
    for shape in ((3,), (2, 2, 2)):
        raises(ValueError, "a matrix is wanted", OrthogonalRegularizer(), np.ones(shape))
    raises(TypeError, "L1: str is no tensor", L1(), "w")
