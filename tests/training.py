"""Small models and data for the tests of fit, and what a refusal must leave as it was."""

import fastnn
import numpy as np
import pytest
from fastnn.layers import BatchNormalization, Concatenate, Dense, Dropout

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 6)).astype("float32")
Y = np.arange(40) % 4
A, B = X, X[:, :3].copy()
ONE, TWO = X[:, :2].copy(), X[:, 2:5].copy()


def network(loss="sparse_categorical_crossentropy", units=4, activation="softmax", **compiling):
    """6 inputs, 5 hidden units; compiled unless `loss` is None."""
    model = fastnn.Sequential(
        [fastnn.Input((6,)), Dense(5, "relu"), Dense(units, activation=activation)]
    )
    if loss is not None:
        model.compile(compiling.pop("optimizer", "sgd"), loss, **compiling)
    return model


def noisy(**compiling):
    """With dropout and batch normalization."""
    layers = [Dense(8, "relu"), BatchNormalization(), Dropout(0.4), Dense(4, "softmax")]
    model = fastnn.Sequential([fastnn.Input((6,)), *layers])
    settings = {"metrics": ["accuracy"]} | compiling
    model.compile("adam", "sparse_categorical_crossentropy", **settings)
    return model


def two_by_two(**compiling):
    """Inputs a (6) and b (3), outputs one (2) and two (3)."""
    a, b = fastnn.Input((6,), name="a"), fastnn.Input((3,), name="b")
    hidden = Concatenate()([Dense(4, "tanh")(a), b])
    model = fastnn.Model([a, b], [Dense(2, name="one")(hidden), Dense(3, name="two")(hidden)])
    model.compile("sgd", **{"loss": "mse"} | compiling)
    return model


def state(model):
    """All that training changes: weights, and what the optimizer keeps."""
    optimizer = model.optimizer
    variables = [*model.weights, *(optimizer.variables if optimizer is not None else [])]
    return [v.numpy().tobytes() for v in variables]


def refused(error, message, model, call, works=lambda model: model.fit(X, Y, verbose=0)):
    """`call(model)` raises, changes nothing, and the model learns afterwards. The error's text."""
    before = state(model)
    with pytest.raises(error, match=message) as caught:
        call(model)
    after = state(model)
    assert after[: len(before)] == before, "a refused call has changed weights"
    if works is not None:
        works(model)
        assert all(np.isfinite(w).all() for w in model.get_weights())
        assert state(model)[: len(before)] != before
    return str(caught.value)


def refused_twice(error, message, make, call, **keywords):
    """By a new model, and by one whose steps are recorded."""
    refused(error, message, make(), call, **keywords)
    model = make()
    keywords.get("works", lambda model: model.fit(X, Y, epochs=4, verbose=0))(model)
    return refused(error, message, model, call, **keywords)
