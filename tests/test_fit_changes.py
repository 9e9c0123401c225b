"""Models that change between fits: compiled again, layers added, popped, frozen, shared."""

import fastnn
import numpy as np
import pytest
from fastnn.layers import Dense
from networks import digest
from training import X, Y, network, noisy, state


def test_fits_go_on_where_the_last_one_ended():
    runs = []
    for parts in ((6,), (2, 1, 3)):
        fastnn.utils.set_random_seed(6)
        model = noisy()
        for epochs in parts:
            model.fit(X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0)
        runs.append(state(model))
    assert runs[0] == runs[1]
    assert int(model.optimizer.iterations.numpy()) == 30


def test_compile_again_begins_anew_but_keeps_the_weights():
    model = network(metrics=["accuracy"])
    model.fit(X, Y, epochs=2, verbose=0)
    weights, optimizer = digest(model), model.optimizer
    model.compile("adam", "mse", metrics=["mae"])
    assert digest(model) == weights and model.optimizer is not optimizer
    assert not model.optimizer.built
    model.fit(X, np.eye(4)[Y], epochs=3, verbose=0)
    assert sorted(model.history.history) == ["loss", "mae"]
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert model.fit(X, Y, verbose=0).history.keys() == {"loss"}


def test_add_and_pop_after_fit():
    model = network(units=5)
    model.fit(X, Y, epochs=2, verbose=0)
    model.add(Dense(4, "softmax"))
    assert model.predict(X, verbose=0).shape == (40, 4)
    with pytest.raises(ValueError, match=r"call compile\(\) again"):
        model.fit(X, Y, verbose=0)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    before = model.get_weights()
    model.fit(X, Y, epochs=3, verbose=0)
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))
    model.pop()
    assert model.predict(X, verbose=0).shape == (40, 5)
    model.fit(X, Y, verbose=0)  # the optimizer knows all that are left
    assert model.evaluate(X, Y, verbose=0, return_dict=True).keys() == {"accuracy", "loss"}


def test_freezing_between_fits():
    model = noisy()
    model.fit(X, Y, epochs=3, verbose=0)
    first = model.layers[0]
    first.trainable = False
    kernel, others = first.get_weights(), model.layers[-1].get_weights()
    model.fit(X, Y, epochs=3, verbose=0)
    assert all((a == b).all() for a, b in zip(kernel, first.get_weights(), strict=True))
    assert (others[0] != model.layers[-1].get_weights()[0]).any()
    first.trainable = True  # the optimizer has its slots
    model.fit(X, Y, epochs=3, verbose=0)
    assert (kernel[0] != first.get_weights()[0]).any()


def test_what_was_frozen_at_first_wants_another_compile():
    model = network()
    model.layers[0].trainable = False
    model.fit(X, Y, epochs=3, verbose=0)
    model.layers[0].trainable = True
    before = state(model)
    with pytest.raises(ValueError, match=r"layers were added or unfrozen.*call compile\(\) again"):
        model.fit(X, Y, verbose=0)
    assert state(model) == before
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(X, Y, epochs=3, verbose=0)
    assert state(model)[0] != before[0]


def test_a_model_that_is_frozen_whole():
    model = network()
    model.trainable = False
    before = digest(model)
    with pytest.warns(UserWarning, match="there is nothing to train"):
        model.fit(X, Y, verbose=0)
    assert digest(model) == before


def test_gradients_of_frozen_layers_are_not_computed():
    def kernels(frozen):
        model = network()
        for layer in model.layers[:frozen]:
            layer.trainable = False
        model.fit(X[:32], Y[:32], epochs=3, verbose=0)
        [step] = [step for (kind, *_), step in model._steps.items() if kind == "train"]
        [program] = step.function.programs()
        return program.dump().count("gemm")

    assert (kernels(0), kernels(1)) == (
        5,
        3,
    )  # forward 2; of kernels 2 and 1; of what is between 1, 0


def test_a_model_in_two_models():
    shared = fastnn.Sequential([fastnn.Input((6,)), Dense(5, "relu")])
    models = [fastnn.Sequential([shared, Dense(n, "softmax")]) for n in (4, 4)]
    for model in models:
        model.compile("adam", "sparse_categorical_crossentropy")
    for _ in range(3):
        for model in models:
            before, head = digest(shared), digest(model.layers[-1])
            model.fit(X, Y, epochs=2, verbose=0)
            assert digest(shared) != before and digest(model.layers[-1]) != head
    assert (models[0].layers[0](X).numpy() == models[1].layers[0](X).numpy()).all()
