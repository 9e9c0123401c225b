"""What the tests of checkpoints and backups share: a network that draws, and a crash."""

import fastnn
import numpy as np
from fastnn.callbacks import Callback
from fastnn.layers import BatchNormalization, Dense, Dropout, GaussianNoise

X = np.random.default_rng(0).standard_normal((50, 6)).astype("float32")
Y = np.random.default_rng(1).integers(0, 3, 50)
LOSS = "sparse_categorical_crossentropy"


class Largest(fastnn.metrics.Metric):
    """Makes its variable with the first batch."""

    value = None

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self.value is None:
            self.value = self.add_variable(name="value")
        largest = fastnn.ops.cast(fastnn.ops.max(y_pred), self.dtype)
        self.value.assign(fastnn.ops.maximum(self.value, largest))

    def result(self):
        return self.value


def network(seed, optimizer=None):
    fastnn.utils.set_random_seed(seed)
    for _ in range(seed):
        fastnn.utils.draw_seed()  # so that layers of another seed have other streams, too
    layers = [Dense(8, "relu"), BatchNormalization(), Dropout(0.3), GaussianNoise(0.1)]
    model = fastnn.Sequential([fastnn.Input((6,)), *layers, Dense(3, "softmax")])
    optimizer = optimizer or fastnn.optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=5)
    model.compile(optimizer, LOSS, metrics=["accuracy", Largest()])
    return model


def state(model):
    return [v.numpy() for v in (*model.weights, *model.optimizer.variables)]


def assert_same(a, b):
    for v, w in zip(a, b, strict=True):
        np.testing.assert_array_equal(v, w)


class Crash(Callback):
    """Ends a training before its n-th step, from 1, or as late as can be."""

    def __init__(self, n):
        self.left = n

    def on_train_batch_begin(self, batch, logs=None):
        if self.left != "end":
            self.left -= 1
        if self.left == 0:
            raise ConnectionAbortedError

    def on_train_end(self, logs=None):
        raise ConnectionAbortedError
