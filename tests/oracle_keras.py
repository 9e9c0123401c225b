"""What Keras on JAX, in float64, makes of the numbers in one .npz file; answers go to another.

    python tests/oracle_keras.py questions.npz answers.npz

Keys of the questions are explained in test_oracles.py, which writes them.
"""

import json
import os
import sys

os.environ |= {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1"}

import jax
import keras
import numpy as np
from keras.src import backend
from keras.src.backend.common import dtypes

keras.config.set_floatx("float64")


def result_type(*types, known=dtypes.result_type):
    """Keras's own gives float32 for float64 and float32, and takes every mean in that."""
    return "float64" if "float64" in map(str, types) else known(*types)


dtypes.result_type = backend.result_type = result_type

LOSSES = {
    "logits": (None, lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True)),
    "probabilities": ("softmax", lambda: keras.losses.SparseCategoricalCrossentropy()),
    "mse": (None, keras.losses.MeanSquaredError),
}


def train(kind, weights, x, targets, optimizer):
    """The weights after one step a batch, with Keras's own optimizer."""
    activation, loss = LOSSES[kind]
    sizes = [w.shape[1] for w in weights[::2]]
    hidden = [keras.layers.Dense(units, activation="relu") for units in sizes[:-1]]
    last = keras.layers.Dense(sizes[-1], activation=activation)
    model = keras.Sequential([keras.Input((x.shape[-1],)), *hidden, last])
    model.set_weights(weights)
    model.compile(optimizer=optimizer, loss=loss())
    for batch, target in zip(x, targets, strict=True):
        model.train_on_batch(batch, target)
    return model.get_weights()


def clipped(labels, p):
    """Loss and gradient of the cross-entropy of probabilities, in the dtype of `p`."""
    loss = keras.losses.SparseCategoricalCrossentropy(dtype=p.dtype.name)
    return jax.value_and_grad(lambda p: loss(labels, p))(p)


def elementwise_losses():
    """By name: the loss, its targets and its predictions among the questions."""
    loss = keras.losses
    return {
        "squared": (loss.MeanSquaredError(), "t", "x"),
        "absolute": (loss.MeanAbsoluteError(), "t", "x"),
        "huber": (loss.Huber(0.7), "t", "x"),
        "binary": (loss.BinaryCrossentropy(label_smoothing=0.1), "t", "p"),
        "binary_logits": (loss.BinaryCrossentropy(True, label_smoothing=0.1), "t", "x"),
        "soft": (loss.CategoricalCrossentropy(label_smoothing=0.1), "t", "p"),
        "soft_logits": (loss.CategoricalCrossentropy(True, label_smoothing=0.1), "t", "x"),
        "sparse": (loss.SparseCategoricalCrossentropy(), "n", "p"),
        "sparse_logits": (loss.SparseCategoricalCrossentropy(True), "n", "x"),
    }


def losses(asked):
    """Value and gradient of each loss, with and without weights."""
    for name, (loss, target, prediction) in elementwise_losses().items():
        for weights in (None, asked["loss_w"]):
            call = jax.value_and_grad(lambda p: loss(asked[f"loss_{target}"], p, weights))  # noqa: B023
            key = f"loss_{name}{'' if weights is None else '_weighted'}"
            yield key, call(asked[f"loss_{prediction}"])


def norms(asked):
    """Results, gradients and moving averages of the two normalisations."""
    x, dy, gamma, beta = (asked[f"norm_{name}"] for name in ("x", "dy", "gamma", "beta"))

    def batch(x, gamma, beta):
        mean, variance = keras.ops.moments(x, axes=(0, 1))
        return keras.ops.batch_normalization(x, mean, variance, -1, beta, gamma, 1e-3)

    def layer(x, gamma, beta):
        return keras.ops.layer_normalization(x, gamma, beta, axis=-1, epsilon=1e-3)

    for name, function in {"batch": batch, "layer": layer}.items():
        y, back = jax.vjp(function, x, gamma, beta)
        yield from zip((f"{name}{i}" for i in range(4)), (y, *back(dy)), strict=True)
    norm = keras.layers.BatchNormalization(momentum=0.9)
    norm(x, training=True)
    yield "moving_mean", norm.moving_mean
    yield "moving_variance", norm.moving_variance


def main(questions, answers):
    asked = np.load(questions)
    weights = [asked[f"weights{i}"] for i in range(int(asked["weight_count"]))]
    found = {}
    for kind in LOSSES:
        targets = asked["values"] if kind == "mse" else asked["labels"]
        adam = keras.optimizers.Adam(float(asked["rate"]))
        trained = train(kind, weights, asked["x"], targets, adam)
        found |= {f"{kind}{i}": w for i, w in enumerate(trained)}
    for name, (kind, arguments) in json.loads(str(asked["optimizers"])).items():
        optimizer = getattr(keras.optimizers, kind)(**arguments)
        trained = train("logits", weights, asked["x"], asked["labels"], optimizer)
        found |= {f"{name}{i}": w for i, w in enumerate(trained)}
    for dtype in ("float64", "float32"):
        loss, gradient = clipped(asked["clip_labels"], asked["clip_p"].astype(dtype))
        found |= {f"clip_loss_{dtype}": loss, f"clip_gradient_{dtype}": gradient}
    for key, (value, gradient) in losses(asked):
        found |= {key: value, f"{key}_gradient": gradient}
    found |= dict(norms(asked))
    np.savez(answers, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
