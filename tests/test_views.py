"""Tensors in a Variable's memory, and what they may be used for."""

import fastnn
import numpy as np
import pytest
from fastnn import Variable, ops

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("make", [lambda w: w.reshape(3, 2), lambda w: w.detach().reshape(3, 2)])
def test_a_tape_through_a_view_notices_that_the_variable_changed(make):
    w, x = Variable(RNG.random(6)), Variable(RNG.random((6, 3)))
    loss = ops.mean_squared_error(ops.matmul(x, make(w)), np.zeros((6, 2)))
    w.assign(w.numpy() * 10)
    with pytest.raises(RuntimeError, match="written to after the forward"):
        fastnn.gradients(loss, [x])


def test_labels_in_a_variable_that_changed():
    x = Variable(RNG.random((3, 4)))
    labels = Variable(np.array([0, 1, 2], "int32"))
    loss = ops.sparse_categorical_crossentropy(labels, x, from_logits=True)
    labels.assign(fastnn.Tensor(np.array([3, 3, 3], "int32")))
    with pytest.raises(RuntimeError, match="written to after the forward"):
        fastnn.gradients(loss, [x])


def test_a_variable_takes_its_own_view():
    w = Variable([1.0, 2.0])
    w.assign(w.reshape(2))
    w.assign(w.detach())
    assert w.numpy().tolist() == [1.0, 2.0]


def test_prediction_and_target_in_one():
    w = Variable([1.0, 2.0])
    [g] = fastnn.gradients(ops.mean_squared_error(w, w), [w])
    assert g.numpy().tolist() == [0.0, 0.0]


def test_a_grad_of_the_wrong_kind_is_refused():
    w = Variable([1.0, 2.0])
    for wrong in (np.zeros(2, "float32"), fastnn.Tensor(np.zeros(3, "float32"))):
        w.grad = wrong
        with pytest.raises(TypeError, match=r"the \.grad of"):
            ops.mean_squared_error(w, [0.0, 0.0]).backward()
