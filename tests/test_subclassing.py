"""Layers and models as Keras's guide "Making new layers and models via subclassing" writes them."""

import fastnn
import numpy as np
import pytest
from fastnn import layers, ops

X = np.random.RandomState(0).rand(32, 8).astype("float32")


class Linear(layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")
        super().build(input_shape)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b


class Residual(layers.Layer):
    """Its layers lie in lists, and are made in build()."""

    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        def convolution(size, strides=1):
            return layers.Conv2D(self.filters, size, strides, padding="same", use_bias=False)

        self.main = [convolution(3, self.strides), layers.BatchNormalization()]
        self.main += [layers.Activation("relu"), convolution(3), layers.BatchNormalization()]
        self.skip = []
        if self.strides > 1:
            self.skip += [convolution(1, self.strides), layers.BatchNormalization()]

    def call(self, x, training=None):
        main = x
        for layer in self.main:
            main = layer(main)
        for layer in self.skip:
            x = layer(x)
        return ops.relu(main + x)


class ResNet(fastnn.Model):
    """Its layers lie in a dict, and in lists of lists."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.blocks = {"a": Residual(4), "b": Residual(8, strides=2)}
        self.head = [[layers.GlobalAveragePooling2D()], [layers.Dense(4), (layers.Dense(3),)]]

    def call(self, inputs, training=False):
        x = self.blocks["b"](self.blocks["a"](inputs, training=training), training=training)
        return self.head[1][1][0](self.head[1][0](self.head[0][0](x)))


class Adding(layers.Layer):
    def __init__(self, rate=1e-2, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(inputs))
        return inputs


def test_build_by_hand_is_the_build():
    """A second one, at the first call, would double the weights."""
    for layer, shape in ((Linear(4), (None, 8)), (layers.Dense(4), (None, 8))):
        layer.build(shape)
        assert layer.built and len(layer.weights) == 2
        layer(X)
        assert len(layer.weights) == 2 and layer.input_shape == shape


def test_build_makes_the_layers_inside():
    class Twice(layers.Layer):
        def build(self, input_shape):
            self.inner = layers.Dense(input_shape[-1])
            self.inner.build(input_shape)
            self.built = True

        def call(self, x):
            return self.inner(x) + x

    layer = Twice()
    assert layer(X).shape == X.shape and len(layer.weights) == 2


def test_build_with_the_shapes_of_several_arguments():
    class Attend(layers.Layer):
        def build(self, query_shape, context_shape):
            self.w = self.add_weight((query_shape[-1], context_shape[-1]))

        def call(self, query, context, scale=1.0):
            return ops.matmul(query, self.w) * scale + context

    layer = Attend()
    assert layer(X, context=np.ones((32, 3), "float32"), scale=2.0).shape == (32, 3)
    a, b = fastnn.Input((8,)), fastnn.Input((3,))
    model = fastnn.Model([a, b], Attend()(a, b, scale=0.5))
    assert model([X, np.ones((32, 3))]).shape == (32, 3) and model.weights[0].shape == (8, 3)

    class Other(Attend):
        def call(self, x, y):
            return x

    with pytest.raises(TypeError, match="query_shape, context_shape, and call"):
        Other()(X, X)


def test_parts_in_nested_containers():
    model = ResNet()
    model.build((None, 8, 8, 4))
    assert len(model.weights) == 10 + 15 + 4 and len(model.trainable_weights) == 6 + 9 + 4
    assert [type(layer).__name__ for layer in model.layers] == [
        *("Residual", "Residual", "GlobalAveragePooling2D", "Dense", "Dense")
    ]
    model.trainable = False
    assert model.trainable_weights == []


def test_a_model_of_ones_own_is_built_without_data():
    keyword = ResNet(name="net")
    keyword.build((None, 8, 8, 4))
    called = ResNet()
    called(np.ones((2, 8, 8, 4)))
    assert keyword.name == "net" and keyword.count_params() == called.count_params()
    assert keyword.predict(np.ones((2, 8, 8, 4)), verbose=0).shape == (2, 3)
    with pytest.raises(ValueError, match=r"\(None, 8, 4\)"):
        ResNet().build((None, 8, 4))


def test_recorded_and_eager_training_of_a_subclass_give_the_same_bits():
    results = []
    for run_eagerly in (True, False):
        fastnn.utils.set_random_seed(0)
        model = ResNet()
        loss = fastnn.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss, metrics=["accuracy"], run_eagerly=run_eagerly)
        x, y = np.random.RandomState(0).rand(16, 8, 8, 4), np.arange(16) % 3
        history = model.fit(x, y, batch_size=4, epochs=2, verbose=0).history
        results.append((history, [w.tobytes() for w in model.get_weights()]))
    assert results[0] == results[1]


# add_loss


def test_losses_are_those_of_the_last_call_also_of_layers_inside():
    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = Adding()
            self.dense = layers.Dense(8, kernel_regularizer=fastnn.regularizers.l2(1e-3))

        def call(self, x):
            return self.dense(self.inner(x))

    layer = Outer()
    assert layer.losses == []
    for _ in range(2):
        layer(X)
        assert len(layer.losses) == 2 and len(layer.inner.losses) == 1
        assert layer.losses[0] is layer.inner.losses[0]
    layer.inner(2 * X)  # by itself, as a train_step calls the parts of a model
    np.testing.assert_allclose(layer.losses[0].item(), 2e-2 * X.mean(), rtol=1e-6)
    layer.inner.call = lambda x: x
    layer(X)
    assert len(layer.losses) == 1 and layer.inner.losses == []


def test_losses_in_a_loop_of_ones_own():
    results = []
    for compile in (lambda f: f, fastnn.compile):
        fastnn.utils.set_random_seed(0)
        inputs = fastnn.Input((8,))
        x = Adding()(layers.Dense(4, kernel_regularizer="l2")(inputs))
        model = fastnn.Model(inputs, layers.Dense(1)(x))
        optimizer = fastnn.optimizers.Adam()

        def step(x, model=model, optimizer=optimizer):
            loss = fastnn.losses.MeanSquaredError()(x[:, :1], model(x, training=True))
            loss += ops.sum(model.losses)
            weights = model.trainable_weights
            optimizer.apply_gradients(zip(fastnn.gradients(loss, weights), weights, strict=True))
            return loss

        step = compile(step)
        losses = [step(fastnn.Tensor(X)).item() for _ in range(4)]
        results.append((losses, [w.tobytes() for w in model.get_weights()]))
    assert results[0] == results[1]


def test_a_layer_with_a_metric():
    """As the endpoint layer of Keras's guide: its loss and its metric need no compile()."""

    class Endpoint(layers.Layer):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.error = fastnn.metrics.MeanAbsoluteError(name="error")

        def call(self, targets, x):
            self.add_loss(fastnn.losses.MeanSquaredError()(targets, x))
            self.error.update_state(targets, x)
            return x

    inputs, targets = fastnn.Input((8,), name="inputs"), fastnn.Input((1,), name="targets")
    model = fastnn.Model([inputs, targets], Endpoint()(targets, layers.Dense(1)(inputs)))
    model.compile("sgd")
    assert model.metrics_names == ["loss", "error"]
    data = {"inputs": X, "targets": X[:, :1]}
    history = model.fit(data, epochs=2, verbose=0, shuffle=False).history
    assert sorted(history) == ["error", "loss"] and history["error"][1] < history["error"][0]
    model.more = [fastnn.metrics.Mean(name="more")]  # its own come before those inside
    assert model.metrics_names == ["loss", "more", "error"]


def test_a_random_layer_in_an_autoencoder():
    """Sampling and add_loss: the guide's VAE."""

    class Sampling(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seed_generator = fastnn.random.SeedGenerator(1337)

        def call(self, inputs):
            mean, log_var = inputs
            batch, size = ops.shape(mean)
            epsilon = fastnn.random.normal(shape=(batch, size), seed=self.seed_generator)
            return mean + ops.exp(0.5 * log_var) * epsilon

    class Autoencoder(fastnn.Model):
        def __init__(self, name="autoencoder", **kwargs):
            super().__init__(name=name, **kwargs)
            self.mean, self.log_var = layers.Dense(2), layers.Dense(2)
            self.sampling = Sampling()
            self.decoder = fastnn.Sequential([layers.Dense(8, activation="sigmoid")])

        def call(self, inputs):
            mean, log_var = self.mean(inputs), self.log_var(inputs)
            self.add_loss(-0.5 * ops.mean(log_var - ops.square(mean) - ops.exp(log_var) + 1))
            return self.decoder(self.sampling((mean, log_var)))

    results = []
    for run_eagerly in (True, False):
        fastnn.utils.set_random_seed(0)
        model = Autoencoder()
        model.compile("adam", fastnn.losses.MeanSquaredError(), run_eagerly=run_eagerly)
        history = model.fit(X, X, batch_size=8, epochs=3, verbose=0).history
        results.append((history, [w.tobytes() for w in model.get_weights()]))
    assert results[0] == results[1]
