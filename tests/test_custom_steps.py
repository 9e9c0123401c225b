"""Steps of the user's own, as Keras's guides "Customizing what happens in fit()" and "Writing a
training loop from scratch" have them: recorded, they give the bits that they give in Python."""

import fastnn
import numpy as np
import pytest
from fastnn import layers, ops

X = np.random.RandomState(0).rand(40, 8).astype("float32")
Y = np.random.RandomState(1).rand(40, 1).astype("float32")


def assert_same_bits(build, *data, **arguments):
    """fit, replayed and with run_eagerly=True; the history."""
    results = []
    for run_eagerly in (True, False):
        fastnn.utils.set_random_seed(3)
        model = build(run_eagerly)
        history = model.fit(*data, batch_size=10, epochs=2, verbose=0, **arguments).history
        results.append((history, [w.tobytes() for w in model.get_weights()]))
    assert results[0] == results[1]
    return history


def functional(kind, **arguments):
    inputs = fastnn.Input((8,))
    model = kind(inputs, layers.Dense(1)(layers.Dense(4, "relu")(inputs)))
    model.compile(**arguments)
    return model


class WithTorch(fastnn.Model):
    """The guide's train_step, for PyTorch."""

    def train_step(self, data):
        x, y = data
        y_pred = self(x, training=True)
        loss = self.compute_loss(y=y, y_pred=y_pred)
        self.zero_grad()
        loss.backward()
        weights = [v for v in self.trainable_weights]
        gradients = [v.grad for v in weights]
        with fastnn.no_grad():
            self.optimizer.apply(gradients, weights)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class Weighing(fastnn.Model):
    """The same for sample weights, with gradients as a function."""

    def train_step(self, data):
        sample_weight = data[2] if len(data) == 3 else None
        x, y = data[:2]
        y_pred = self(x, training=True)
        loss = self.compute_loss(y=y, y_pred=y_pred, sample_weight=sample_weight)
        weights = self.trainable_variables
        gradients = fastnn.gradients(loss, weights)
        self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return self.compute_metrics(x, y, y_pred, sample_weight)


class OwnMetrics(fastnn.Model):
    """Metrics of its own, which `metrics` lists, and no compiled loss."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_tracker = fastnn.metrics.Mean(name="loss")
        self.error = fastnn.metrics.MeanAbsoluteError(name="mae")
        self.loss_fn = fastnn.losses.MeanSquaredError()

    @property
    def metrics(self):
        return [self.loss_tracker, self.error]

    def train_step(self, data):
        x, y = data
        y_pred = self(x, training=True)
        loss = self.loss_fn(y, y_pred)
        weights = self.trainable_weights
        self.optimizer.apply(fastnn.gradients(loss, weights), weights)
        return self.test_step(data)

    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
        self.loss_tracker.update_state(self.loss_fn(y, y_pred))
        self.error.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class OwnLoss(fastnn.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_tracker = fastnn.metrics.Mean(name="own")

    @property
    def metrics(self):
        return [self.loss_tracker]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = ops.mean((y_pred - y) ** 2)
        self.loss_tracker.update_state(loss)
        return loss


def test_train_steps_of_the_guide():
    compiled = {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]}
    first = assert_same_bits(lambda e: functional(WithTorch, run_eagerly=e, **compiled), X, Y)
    plain = assert_same_bits(lambda e: functional(fastnn.Model, run_eagerly=e, **compiled), X, Y)
    own = assert_same_bits(lambda e: functional(Weighing, run_eagerly=e, **compiled), X, Y)
    assert sorted(first) == sorted(plain) == ["loss", "mae"]
    for name in plain:  # the loss is a mean of batches of one size
        np.testing.assert_allclose(first[name], plain[name], rtol=1e-6)
        assert own["mae"] == plain["mae"]
    weights = np.linspace(0, 2, 40)
    with_weights = assert_same_bits(
        lambda e: functional(Weighing, run_eagerly=e, **compiled), X, Y, sample_weight=weights
    )
    assert with_weights["mae"][1] != plain["mae"][1]


def test_metrics_of_ones_own_begin_anew_each_epoch():
    def build(run_eagerly):
        return functional(OwnMetrics, optimizer="sgd", run_eagerly=run_eagerly)

    history = assert_same_bits(build, X, Y, validation_data=(X, Y), shuffle=False)
    assert sorted(history) == ["loss", "mae", "val_loss", "val_mae"]
    model = build(False)
    model.fit(X, Y, epochs=3, verbose=0)
    error = model.evaluate(X, Y, verbose=0, return_dict=True)["mae"]
    np.testing.assert_allclose(error, abs(model.predict(X, verbose=0) - Y).mean(), rtol=1e-6)
    assert model.metrics_names == ["loss", "mae"]


def test_a_loss_and_metrics_of_ones_own():
    history = assert_same_bits(lambda e: functional(OwnLoss, run_eagerly=e, optimizer="sgd"), X, Y)
    assert list(history) == ["own"] and history["own"][1] < history["own"][0]

    class More(fastnn.Model):
        def compute_metrics(self, x, y, y_pred, sample_weight):
            results = super().compute_metrics(x, y, y_pred, sample_weight)
            return results | {"largest": ops.max(y_pred)}

    compiled = {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]}
    history = assert_same_bits(lambda e: functional(More, run_eagerly=e, **compiled), X, Y)
    assert sorted(history) == ["largest", "loss", "mae"]


def test_predict_step():
    class Shares(fastnn.Model):
        def predict_step(self, data):
            x, _, _ = fastnn.utils.unpack_x_y_sample_weight(data)
            return {"shares": ops.sigmoid(self(x, training=False))}

    model = functional(Shares)
    want = 1 / (1 + np.exp(-model(X).numpy()))
    np.testing.assert_allclose(model.predict(X, verbose=0)["shares"], want, rtol=1e-5)


class Gan(fastnn.Model):
    """Two optimizers, as the guide's GAN has them."""

    def __init__(self, torch, **kwargs):
        super().__init__(**kwargs)
        self.torch = torch
        self.discriminator = fastnn.Sequential([fastnn.Input((8,)), layers.Dense(6, "elu")])
        self.discriminator.add(layers.Dense(1))
        self.generator = fastnn.Sequential([fastnn.Input((3,)), layers.Dense(8)])
        self.d_loss_tracker = fastnn.metrics.Mean(name="d_loss")
        self.g_loss_tracker = fastnn.metrics.Mean(name="g_loss")
        self.seed_generator = fastnn.random.SeedGenerator(1337)
        self.built = True

    @property
    def metrics(self):
        return [self.d_loss_tracker, self.g_loss_tracker]

    def compile(self, d_optimizer, g_optimizer, loss_fn, **kwargs):
        super().compile(**kwargs)
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def descend(self, loss, optimizer, weights):
        if self.torch:
            self.zero_grad()
            loss.backward()
            optimizer.apply([v.grad for v in weights], weights)
        else:
            gradients = fastnn.gradients(loss, weights)
            optimizer.apply_gradients(zip(gradients, weights, strict=True))

    def train_step(self, real):
        real = real[0] if isinstance(real, tuple) else real
        batch = ops.shape(real)[0]
        latent = fastnn.random.normal((batch, 3), seed=self.seed_generator)
        pictures = ops.concatenate([self.generator(latent), real], axis=0)
        labels = ops.concatenate([ops.ones((batch, 1)), ops.zeros((batch, 1))], axis=0)
        labels += 0.05 * fastnn.random.uniform(ops.shape(labels), seed=self.seed_generator)
        d_loss = self.loss_fn(labels, self.discriminator(pictures))
        self.descend(d_loss, self.d_optimizer, self.discriminator.trainable_weights)
        latent = fastnn.random.normal((batch, 3), seed=self.seed_generator)
        g_loss = self.loss_fn(ops.zeros((batch, 1)), self.discriminator(self.generator(latent)))
        self.descend(g_loss, self.g_optimizer, self.generator.trainable_weights)
        self.d_loss_tracker.update_state(d_loss)
        self.g_loss_tracker.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


@pytest.mark.parametrize("torch", [False, True])
def test_a_gan(torch):
    def build(run_eagerly):
        gan = Gan(torch)
        loss = fastnn.losses.BinaryCrossentropy(from_logits=True)
        adam = fastnn.optimizers.Adam
        gan.compile(d_optimizer=adam(3e-3), g_optimizer=adam(1e-3), loss_fn=loss)
        gan.run_eagerly = run_eagerly
        return gan

    assert sorted(assert_same_bits(build, X)) == ["d_loss", "g_loss"]


# Loops


@pytest.mark.parametrize("torch", [False, True])
def test_gradients_added_up_over_batches(torch):
    """Four batches' gradients are that of all, and bits do not depend on recording."""
    results = []
    for compile in (lambda f: f, fastnn.compile):
        fastnn.utils.set_random_seed(1)
        model = functional(fastnn.Model)
        weights = model.trainable_weights
        loss_fn, optimizer = fastnn.losses.MeanSquaredError(), fastnn.optimizers.SGD(0.1)

        def added(x, y, model=model, loss_fn=loss_fn):
            loss = loss_fn(y, model(x, training=True)) / 4
            loss.backward()
            return loss

        def step(model=model, weights=weights, optimizer=optimizer):
            optimizer.apply([v.grad for v in weights], weights)
            model.zero_grad()

        def at_once(x, y, model=model, weights=weights, optimizer=optimizer, loss_fn=loss_fn):
            total = None
            for i in range(0, 40, 10):
                loss = loss_fn(y[i : i + 10], model(x[i : i + 10], training=True)) / 4
                found = fastnn.gradients(loss, weights)
                pairs = zip(total or found, found, strict=True)
                total = [a + b for a, b in pairs] if total else found
            optimizer.apply(total, weights)

        added, step, at_once = map(compile, (added, step, at_once))
        for _ in range(4):
            if torch:
                for i in range(0, 40, 10):
                    added(X[i : i + 10], Y[i : i + 10])
                step()
            else:
                at_once(fastnn.Tensor(X), fastnn.Tensor(Y))
        results.append([w.numpy().tobytes() for w in model.weights])
    assert results[0] == results[1]


def test_what_has_no_gradient_stays():
    a, b = fastnn.Variable([1.0], name="a"), fastnn.Variable([2.0], name="b")
    optimizer = fastnn.optimizers.SGD(0.5)
    with pytest.warns(UserWarning, match="SGD: there are no gradients of b"):
        optimizer.apply_gradients([(ops.ones((1,)), a), (None, b)])
    optimizer.apply([ops.ones((1,))] * 2, [a, b])  # which it knows all the same
    assert (a.item(), b.item()) == (0.0, 1.5)


def test_no_grad_decorates():
    @fastnn.no_grad()
    def double(w):
        return w * 2

    assert not double(fastnn.Variable([1.0])).requires_grad
