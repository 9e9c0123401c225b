"""Small networks and steps that several tests train."""

import hashlib

import fastnn
import numpy as np
from fastnn.layers import Dense, Dropout


def mlp(sizes=(20, 32, 16, 5), dropout=0.0, dtype="float32", seed=1):
    """A relu network with the given layer sizes, its weights drawn from `seed`."""
    fastnn.utils.set_random_seed(seed)
    layers = [fastnn.Input((sizes[0],), dtype=dtype)]
    for units in sizes[1:-1]:
        layers.append(Dense(units, "relu", dtype=dtype))
        if dropout:
            layers.append(Dropout(dropout, dtype=dtype))
    layers.append(Dense(sizes[-1], dtype=dtype))
    return fastnn.Sequential(layers, dtype=dtype)


def classification_step(model, optimizer, variables=None):
    """An ordinary training step (not compiled): x, labels -> loss."""
    weights = variables if variables is not None else model.trainable_weights

    def step(x, labels):
        logits = model(x, training=True)
        loss = fastnn.ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        optimizer.apply(fastnn.gradients(loss, weights), weights)
        return loss

    return step


def batches(count, size=24, inputs=20, classes=5, dtype="float32", seed=2):
    rng = np.random.default_rng(seed)
    return [
        (
            rng.standard_normal((size, inputs)).astype(dtype),
            rng.integers(0, classes, size).astype("int32"),
        )
        for _ in range(count)
    ]


def digest(model):
    """A fingerprint of all weights' bits."""
    h = hashlib.sha256()
    for w in model.get_weights():
        h.update(np.ascontiguousarray(w).tobytes())
    return h.hexdigest()[:16]


def train(compiled, data, dropout=0.0, threads=None, change=None):
    """The weights' digest after training; `change(i, model, optimizer)` acts between steps."""
    before = fastnn.get_num_threads()
    try:
        if threads:
            fastnn.set_num_threads(threads)
        model = mlp(dropout=dropout)
        optimizer = fastnn.optimizers.Adam(0.01)
        step = classification_step(model, optimizer)
        if compiled:
            step = fastnn.compile(step)
        for i, (x, y) in enumerate(data):
            if change:
                change(i, model, optimizer)
            step(x, y)
        if compiled:
            assert step.programs(), "nothing was recorded: the test compares eager with eager"
        return digest(model)
    finally:
        fastnn.set_num_threads(before)
