"""Sequential: its layers, its weights, and what is trained of them."""

import fastnn
import numpy as np
import pytest
from fastnn.layers import Dense, Dropout
from networks import batches, mlp

X = np.ones((2, 4), "float32")


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def shapes(model):
    return [w.shape for w in model.weights]


def test_an_input_builds_the_weights_at_once():
    early = fastnn.Sequential([fastnn.Input((4,)), Dense(3, "relu"), Dropout(0.1), Dense(2)])
    assert early.built and shapes(early) == [(4, 3), (3,), (3, 2), (2,)]
    assert (early.input_shape, early.output_shape) == ((None, 4), (None, 2))
    assert early.count_params() == 23
    late = fastnn.Sequential([Dense(3, "relu"), Dense(2)])
    assert not late.built and shapes(late) == []
    raises(ValueError, "not built", lambda: late.output_shape)
    assert late(X).shape == (2, 2)
    assert late.built and shapes(late) == shapes(early) and late.output_shape == (None, 2)


def test_the_summary_shows_its_layers_without_the_input(capsys):
    fastnn.Sequential([fastnn.Input((4,)), Dense(3, name="first"), Dense(2, name="last")]).summary()
    rows = [line.split()[1] for line in capsys.readouterr().out.splitlines() if "│" in line]
    assert rows == ["first", "last"]


def test_the_output_is_that_of_its_layers():
    model = mlp()
    x, _ = batches(1)[0]
    y = x
    for layer in model.layers:
        y = layer(y)
    assert (model(x).numpy() == y.numpy()).all()
    assert (fastnn.Sequential()(X).numpy() == X).all()


def test_add_and_pop():
    model = fastnn.Sequential([fastnn.Input((4,))])
    model.add(Dense(3))
    kept = model.get_weights()
    model.add(Dense(2))
    assert model(X).shape == (2, 2) and len(model.weights) == 4
    assert (model.get_weights()[0] == kept[0]).all()  # is not drawn anew
    last = model.layers[-1]
    assert model.pop() is last
    assert model(X).shape == (2, 3) and len(model.weights) == 2
    model.add(last)
    assert model(X).shape == (2, 2)
    late = fastnn.Sequential()
    late.add(fastnn.Input((4,)))
    late.add(Dense(3))
    assert late.built and late.output_shape == (None, 3)


def test_what_cannot_be_added():
    model = fastnn.Sequential([fastnn.Input((4,)), Dense(3)])
    raises(ValueError, "Input can only come first", model.add, fastnn.Input((3,)))
    raises(
        ValueError, "Input can only come first", fastnn.Sequential, [Dense(1), fastnn.Input((3,))]
    )
    raises(ValueError, "contain itself", model.add, model)
    for wrong in (None, "dense", Dense, len, X):
        raises(TypeError, "is no layer", model.add, wrong)
    for wrong in (Dense(3), 5):
        raises(TypeError, "a list of layers is wanted", fastnn.Sequential, wrong)
    assert len(model.layers) == 1
    empty = fastnn.Sequential()
    raises(ValueError, "no layer to pop", empty.pop)


def test_models_in_models_and_shared_layers():
    shared = Dense(4)
    inner = fastnn.Sequential([shared, Dense(4)])
    model = fastnn.Sequential([fastnn.Input((4,)), shared, inner, Dropout(0.5)])
    assert len(model.weights) == 4  # each once
    assert [w.name.split("/")[1] for w in model.weights] == ["kernel", "bias"] * 2
    assert (model(X, training=True).numpy() == 0).any() and not (model(X).numpy() == 0).any()
    inner.trainable = False
    assert model.trainable_weights == []  # shared is one of inner's
    shared.trainable = True
    assert model.trainable_weights == shared.weights


def test_trainable():
    model = mlp()
    everything = model.weights
    model.layers[0].trainable = False
    assert model.trainable_weights == everything[2:]
    assert model.non_trainable_weights == everything[:2]
    model.trainable = False
    assert model.trainable_weights == [] and model.non_trainable_weights == everything
    assert not any(w.requires_grad for w in everything)
    model.trainable = True
    assert model.trainable_weights == everything and all(w.requires_grad for w in everything)
    everything[1].trainable = False
    assert model.trainable_weights == [everything[0], *everything[2:]]


def test_weights_go_out_and_in():
    one, two = mlp(seed=1), mlp(seed=2)
    x, _ = batches(1)[0]
    assert (one(x).numpy() != two(x).numpy()).any()
    two.set_weights(one.get_weights())
    assert (one(x).numpy() == two(x).numpy()).all()
    values = one.get_weights()
    values[0][:] = 0  # a copy
    assert one.get_weights()[0].any()
    two.set_weights(mlp(seed=3).weights)  # variables
    two.set_weights([w.tolist() for w in one.get_weights()])
    assert (one(x).numpy() == two(x).numpy()).all()


@pytest.mark.parametrize(
    "spoil, error",
    [
        (lambda values: values[:-1], ValueError),
        (lambda values: [*values, values[0]], ValueError),
        (lambda values: values[::-1], ValueError),
        (lambda values: [*values[:-1], values[-1][:, None]], ValueError),
        (lambda values: [*values[:-1], np.full(5, None)], TypeError),
        (lambda values: [*values[:-1], np.full(5, "a")], TypeError),
        (lambda values: [*values[:-1], np.full(5, 1j)], TypeError),
        (lambda values: [*values[:-1], None], TypeError),
        (lambda values: [*values[:-1], [[1], [1, 2]]], ValueError),
        (lambda values: None, TypeError),
        (lambda values: 5, TypeError),
        (lambda values: [], ValueError),
    ],
)
def test_weights_are_set_all_or_none(spoil, error):
    model, other = mlp(seed=1), mlp(seed=2)
    before = model.get_weights()
    raises(error, "set_weights", model.set_weights, spoil(other.get_weights()))
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))
