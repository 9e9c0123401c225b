"""Layers of the user's own: what is inside them, what their call() takes, what shape it gives."""

import fastnn
import numpy as np
import pytest
from fastnn.layers import Dense


class Block(fastnn.layers.Layer):
    """Layers, a list of layers and a variable as attributes."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.first = Dense(4, "relu")
        self.more = [Dense(3), Dense(2)]
        self.scale = fastnn.Variable([1.0, 1.0], name="scale")

    def call(self, x, training=False):
        for layer in (self.first, *self.more):
            x = layer(x)
        return x + self.scale if training else x


def test_a_layer_has_the_weights_of_the_layers_inside():
    block = Block()
    block(np.ones((2, 5), "float32"))
    assert block.count_params() == 5 * 4 + 4 + 4 * 3 + 3 + 3 * 2 + 2 + 2
    assert len(block.trainable_weights) == 7
    block.trainable = False
    assert block.trainable_weights == [] and not block.first.kernel.requires_grad
    block.trainable = True
    model = fastnn.Sequential([fastnn.Input((5,)), Block(), Dense(3)])
    assert model.layers[1].kernel.shape == (2, 3)
    optimizer = fastnn.optimizers.Adam(0.1)
    before = model.get_weights()
    x, y = np.ones((6, 5), "float32"), np.zeros((6, 3), "float32")
    loss = fastnn.ops.mean_squared_error(model(x, training=True), y)
    weights = model.trainable_weights
    optimizer.apply(fastnn.gradients(loss, weights), weights)
    assert len(before) == 9
    assert any((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_a_replaced_layer_is_gone():
    """Its weights too, and a recorded step notices."""
    block = Block()
    x = np.ones((2, 5), "float32")
    f = fastnn.compile(lambda x: block(x))
    for _ in range(3):
        f(x)
    block.more = [*block.more[:1], Dense(2, kernel_initializer="zeros")]
    assert f(x).numpy().tolist() == block(x).numpy().tolist() == [[0.0, 0.0]] * 2
    block.first = Dense(4)
    assert f(x).numpy().tolist() == block(x).numpy().tolist() == [[0.0, 0.0]] * 2
    assert len(block.weights) == 7 and block.first.kernel in block.weights


def test_training_reaches_every_call_that_takes_it():
    block = Block()
    x = np.ones((2, 5), "float32")
    np.testing.assert_allclose(block(x, training=True).numpy(), block(x).numpy() + 1, rtol=1e-6)


def test_the_output_shape_is_what_call_gives():
    class Wide(fastnn.layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight((input_shape[-1], 8), name="w")

        def call(self, x):
            return fastnn.ops.matmul(x, self.w)

    model = fastnn.Sequential([fastnn.Input((5,)), Wide(), Dense(2)])
    assert model.layers[1].kernel.shape == (8, 2)
    assert model(np.ones((6, 5), "float32")).shape == (6, 2)


def test_super_init_is_asked_for():
    class Careless(fastnn.layers.Layer):
        def __init__(self):
            self.inner = Dense(3)

    with pytest.raises(RuntimeError, match="super"):
        Careless()


def test_a_frozen_variable_has_no_gradient():
    a, b = fastnn.Variable([1.0]), fastnn.Variable([2.0], name="b")
    b.trainable = False
    with pytest.raises(ValueError, match="b is not trainable"):
        fastnn.gradients(fastnn.ops.mean_squared_error(a, b), [a, b])
