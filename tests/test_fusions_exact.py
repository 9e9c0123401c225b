"""FASTNN_FUSION=exact: a network that all fusions have something to do with has eager mode's bits,
trained and used, on the CPU and as a captured graph on the emulated GPU."""

import os
import subprocess
import sys

import pytest
import support

RUN = """
import contextlib, sys
import fastnn, numpy as np, support
from fastnn import layers as L, ops

device = support.open_device("emulated").device if sys.argv[1] == "emulated" else None
upload = device.upload if device else np.asarray
rng = np.random.default_rng(3)
X, Y = rng.standard_normal((4, 8, 8, 2)).astype("float32"), np.arange(4, dtype="int32") % 3


def network():
    def normalised(x):
        return L.BatchNormalization()(L.Conv2D(4, 3, padding="same", use_bias=False)(x))

    fastnn.utils.set_random_seed(1)
    inputs = fastnn.Input((8, 8, 2))
    x = L.MaxPooling2D()(L.Conv2D(4, 3, padding="same", activation="relu")(inputs))
    x = L.ReLU()(L.Add()([x, normalised(L.ReLU()(normalised(x)))]))
    return fastnn.Model(inputs, L.Dense(3)(L.Flatten()(L.MaxPooling2D()(x))))


def bits(compiled):
    with device or contextlib.nullcontext():
        model = network()
    weights, optimizer = model.trainable_weights, fastnn.optimizers.Adam(0.01)

    def step(x, y):
        logits = model(x, training=True)
        loss = ops.sparse_categorical_crossentropy(y, logits, from_logits=True)
        optimizer.apply(fastnn.gradients(loss, weights), weights)
        return loss

    def use(x):
        return model(x, training=False)

    if compiled:
        step, use = fastnn.compile(step), fastnn.compile(use)
    for _ in range(4):
        step(upload(X), upload(Y))
    for _ in range(3):
        used = use(upload(X)).numpy()
    return b"".join(w.tobytes() for w in (*model.get_weights(), used))


print(bits(True) == bits(False))
"""


@pytest.mark.parametrize("where", ["cpu", "emulated"])
def test_the_bits_of_eager_mode(where):
    support.open_device(where)  # or skips
    environment = os.environ | {"FASTNN_FUSION": "exact", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", RUN, where]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "True", done.stderr
