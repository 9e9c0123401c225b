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

keras.config.set_floatx("float64")

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
    np.savez(answers, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
