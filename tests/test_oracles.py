"""Ten training steps in float64 against Keras, and against PyTorch's gradients with Keras's update.

Each oracle answers once, in a process of its own, from one file of numbers to another:
    x (steps, batch, inputs); labels (steps, batch); values (steps, batch, outputs), for MSE; rate;
    weights0 ..: where all of them start, weight_count; clip_p, clip_labels: see PROBABILITIES;
    optimizers: OPTIMIZERS as JSON;
    loss_x, p, t, n, w: logits, probabilities, targets, labels, weights; norm_x, dy, gamma, beta.
Where a package is not installed (pip install ".[oracles]") its tests are skipped.
"""

import functools
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import fastnn
import numpy as np
import pytest
from networks import mlp

STEPS, BATCH, SIZES, RATE = 10, 24, (20, 32, 16, 5), 0.01
ORACLES = {"keras": ("keras", "jax"), "torch": ("torch",)}
KINDS = ("logits", "probabilities", "mse")

# (probabilities, label): at, below and above Keras's clip to 1e-7 .. 1 - 1e-7, after a division by
# the row's sum, which moves some of them in and others out.
PROBABILITIES = [
    ((0.7, 0.2, 0.1), 1),
    ((0.0, 0.4, 0.6), 0),
    ((1e-8, 0.4, 0.6 - 1e-8), 0),
    ((5e-7, 0.4, 0.6 - 5e-7), 0),
    ((1 - 1e-9, 1e-9, 0.0), 0),
    ((1 - 1e-6, 1e-6, 0.0), 0),
    ((1.0, 0.0, 0.0), 0),
    ((1.0, 0.0, 0.0), 2),
    ((0.2, 0.1, 0.1), 0),  # of sum 0.4
    ((3.0, 2.0, 1.0), 2),  # of sum 6
    ((4e-8, 0.05, 0.15), 0),  # 2e-7 once divided: not clipped
    ((4e-7, 3.0, 5.0), 0),  # 5e-8 once divided: clipped
    ((1e-15, 1e-15, 0.0), 0),
]


# Classes of both libraries, and their arguments. The limits cut every step's gradients; Adadelta's
# rate lets ten of its steps move the weights.
OPTIMIZERS = {
    "sgd": ("SGD", {}),
    "sgd momentum": ("SGD", {"momentum": 0.9, "weight_decay": 0.01}),
    "sgd nesterov": ("SGD", {"momentum": 0.9, "nesterov": True, "clipvalue": 0.01}),
    "rmsprop": ("RMSprop", {"clipnorm": 0.1}),
    "rmsprop momentum": ("RMSprop", {"rho": 0.8, "momentum": 0.5, "weight_decay": 0.1}),
    "rmsprop centered": ("RMSprop", {"centered": True, "epsilon": 1e-3}),
    "rmsprop all": ("RMSprop", {"momentum": 0.9, "centered": True, "global_clipnorm": 0.5}),
    "adagrad": ("Adagrad", {}),
    "adagrad decay": ("Adagrad", {"initial_accumulator_value": 0.0, "weight_decay": 0.1}),
    "adadelta": ("Adadelta", {"learning_rate": 1.0, "global_clipnorm": 0.1}),
    "adadelta decay": ("Adadelta", {"learning_rate": 1.0, "rho": 0.5, "weight_decay": 0.01}),
    "adam": ("Adam", {"global_clipnorm": 0.1, "weight_decay": 0.01}),
    "adam amsgrad": ("Adam", {"amsgrad": True, "beta_2": 0.6, "clipnorm": 0.05}),
    "adamw": ("AdamW", {}),
    "adamw amsgrad": ("AdamW", {"amsgrad": True, "beta_2": 0.5, "weight_decay": 0.5}),
}


def questions():
    rng = np.random.default_rng(8)
    weights = mlp(SIZES, dtype="float64").get_weights()
    p, labels = zip(*PROBABILITIES, strict=True)
    return {
        "x": rng.standard_normal((STEPS, BATCH, SIZES[0])),
        "labels": rng.integers(0, SIZES[-1], (STEPS, BATCH)).astype("int32"),
        "values": rng.standard_normal((STEPS, BATCH, SIZES[-1])),
        "rate": RATE,
        "weight_count": len(weights),
        **{f"weights{i}": w for i, w in enumerate(weights)},
        "clip_p": np.array(p),
        "clip_labels": np.array(labels, "int32"),
        "optimizers": json.dumps(OPTIMIZERS),
        **{f"loss_{key}": value for key, value in loss_questions().items()},
        "norm_x": 5 + rng.standard_normal((6, 7, 4)),
        "norm_dy": rng.standard_normal((6, 7, 4)),
        "norm_gamma": rng.standard_normal(4),
        "norm_beta": rng.standard_normal(4),
    }


def loss_questions():
    """Some probabilities lie outside of the clip, before or after the division by the row's sum."""
    rng = np.random.default_rng(9)
    p = rng.random((12, 5))
    p[::3, 1] = [0, 1e-9, 3e-8, 1e-3]
    p[1] = [1 - 1e-9, 0, 1e-10, 0, 1e-9]
    return {
        "x": 3 * rng.standard_normal((12, 5)),
        "p": p,
        "t": rng.random((12, 5)),
        "n": rng.integers(0, 5, 12).astype("int32"),
        "w": rng.uniform(0, 2, 12),
    }


@functools.cache
def answers(oracle):
    missing = [name for name in ORACLES[oracle] if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed: pip install '.[oracles]'")
    script = Path(__file__).with_name(f"oracle_{oracle}.py")
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder, "questions.npz"), Path(folder, "answers.npz")
        np.savez(asked, **questions())
        command = [sys.executable, script, asked, answered]
        run = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, run.stderr[-3000:]
        return dict(np.load(answered))


def network(kind):
    """The network of a kind of loss, and its loss from (targets, outputs)."""
    model = mlp(SIZES, dtype="float64")
    if kind == "mse":
        return model, fastnn.losses.MeanSquaredError()
    if kind == "probabilities":
        model.add(fastnn.layers.Activation("softmax", dtype="float64"))
    return model, fastnn.losses.SparseCategoricalCrossentropy(from_logits=kind == "logits")


def train(kind, compiled, optimizer):
    asked = questions()
    model, loss_of = network(kind)
    model.set_weights([asked[f"weights{i}"] for i in range(asked["weight_count"])])
    weights = model.trainable_weights

    def step(x, target):
        loss = loss_of(target, model(x, training=True))
        optimizer.apply(fastnn.gradients(loss, weights), weights)
        return loss

    call = fastnn.compile(step) if compiled else step
    for x, target in zip(asked["x"], asked["values" if kind == "mse" else "labels"], strict=True):
        call(x, target)
    assert not compiled or call.programs()
    return model.get_weights()


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("oracle", ORACLES)
def test_ten_steps(oracle, kind, compiled):
    wanted = answers(oracle)
    for i, w in enumerate(train(kind, compiled, fastnn.optimizers.Adam(RATE))):
        np.testing.assert_allclose(w, wanted[f"{kind}{i}"], rtol=1e-9, atol=0)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_of_an_optimizer(name, compiled):
    """From Keras's default rate where the arguments name none."""
    wanted = answers("keras")
    kind, arguments = OPTIMIZERS[name]
    optimizer = getattr(fastnn.optimizers, kind)(**arguments)
    for i, w in enumerate(train("logits", compiled, optimizer)):
        np.testing.assert_allclose(w, wanted[f"{name}{i}"], rtol=1e-9, atol=0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_cross_entropy_of_probabilities_is_clipped_as_keras_clips(dtype):
    asked, wanted = questions(), answers("keras")
    eps = np.finfo(dtype).eps
    p = fastnn.Variable(asked["clip_p"].astype(dtype))
    loss = fastnn.losses.SparseCategoricalCrossentropy()(asked["clip_labels"], p)
    np.testing.assert_allclose(loss.numpy(), wanted[f"clip_loss_{dtype}"], rtol=8 * eps)

    got, want = fastnn.gradients(loss, [p])[0].numpy(), wanted[f"clip_gradient_{dtype}"]
    clipped = ~want.any(axis=1)
    assert clipped.sum() == 6
    assert not got[clipped].any()
    # A gradient is 1 / sum, and at the label 1 / sum - 1 / p, which may cancel; over the batch.
    chosen = asked["clip_p"][np.arange(len(want)), asked["clip_labels"]]
    terms = 1 / asked["clip_p"].sum(axis=1) + 1 / np.maximum(chosen, 1e-15)
    assert (np.abs(got - want) <= 8 * eps * terms[:, None] / len(want)).all()


LOSSES = {
    "squared": (fastnn.losses.MeanSquaredError(), "t", "x"),
    "absolute": (fastnn.losses.MeanAbsoluteError(), "t", "x"),
    "huber": (fastnn.losses.Huber(0.7), "t", "x"),
    "binary": (fastnn.losses.BinaryCrossentropy(label_smoothing=0.1), "t", "p"),
    "binary_logits": (fastnn.losses.BinaryCrossentropy(True, label_smoothing=0.1), "t", "x"),
    "soft": (fastnn.losses.CategoricalCrossentropy(label_smoothing=0.1), "t", "p"),
    "soft_logits": (fastnn.losses.CategoricalCrossentropy(True, label_smoothing=0.1), "t", "x"),
    "sparse": (fastnn.losses.SparseCategoricalCrossentropy(), "n", "p"),
    "sparse_logits": (fastnn.losses.SparseCategoricalCrossentropy(True), "n", "x"),
}


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("name", LOSSES)
def test_losses(name, weighted):
    wanted, asked = answers("keras"), loss_questions()
    loss_of, target, prediction = LOSSES[name]
    p = fastnn.Variable(asked[prediction])
    loss = loss_of(asked[target], p, asked["w"] if weighted else None)
    key = f"loss_{name}{'_weighted' if weighted else ''}"
    np.testing.assert_allclose(loss.item(), wanted[key], rtol=1e-9)
    got, want = fastnn.gradients(loss, [p])[0].numpy(), wanted[f"{key}_gradient"]
    # Differences of probabilities cancel: an element is held to the largest of its row.
    size = np.abs(want).max(axis=-1, keepdims=True)
    assert (np.abs(got - want) <= 1e-9 * np.maximum(np.abs(want), 1e-6 * size)).all()


@pytest.mark.parametrize("name", ["batch", "layer"])
def test_normalisation(name):
    wanted, asked = answers("keras"), questions()
    x, gamma, beta = (fastnn.Variable(asked[f"norm_{n}"]) for n in ("x", "gamma", "beta"))
    if name == "layer":
        y = fastnn.ops.layer_norm(x, gamma, beta)
    else:
        moving = [fastnn.Variable(np.full(4, v), trainable=False) for v in (0.0, 1.0)]
        y = fastnn.ops.batch_norm(x, gamma, beta, *moving, True, momentum=0.9)
        for variable, key in zip(moving, ("moving_mean", "moving_variance"), strict=True):
            np.testing.assert_allclose(variable.numpy(), wanted[key], rtol=1e-9)
    np.testing.assert_allclose(y.numpy(), wanted[f"{name}0"], rtol=1e-9, atol=1e-12)
    # The gradient of sum(y dy) is that of the mean of (y - (y - dy / 2))^2, times the size.
    target = y.numpy() - asked["norm_dy"] * y.size / 2
    gradients = fastnn.gradients(fastnn.ops.mean_squared_error(y, target), [x, gamma, beta])
    for i, g in enumerate(gradients):
        np.testing.assert_allclose(g.numpy(), wanted[f"{name}{i + 1}"], rtol=1e-9, atol=1e-12)
