"""What fit promises beyond Keras's numbers: order, bits, sizes, fresh results."""

import warnings
from itertools import chain

import fastnn
import numpy as np
import pytest
from fastnn.callbacks import Callback
from fastnn.layers import Dense, Dropout, Flatten, Layer
from networks import digest
from training import X, Y, network, noisy, state


class Rows(Layer):
    """Passes on its input, and notes the first column: which samples a batch holds."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def call(self, x, training=False):
        if training:
            self.seen.append(x.numpy()[:, 0].astype(int).tolist())
        return x


def orders(epochs, count=20, batch_size=6, seed=1, **arguments):
    """The samples of each batch of each epoch."""
    fastnn.utils.set_random_seed(seed)
    rows = Rows()
    model = fastnn.Sequential([rows, Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    x = np.arange(count, dtype="float32")[:, None] * [1.0, 0.0]
    # A step so small that the loss stays finite.
    model.optimizer.learning_rate = 1e-6
    model.fit(x, x[:, :1], epochs=epochs, batch_size=batch_size, verbose=0, **arguments)
    steps = -(-count // batch_size)
    return [rows.seen[i : i + steps] for i in range(0, len(rows.seen), steps)]


# Order


def test_each_sample_comes_once_an_epoch_in_another_order():
    epochs = orders(5)
    assert len(epochs) == 5
    flat = [[*chain(*epoch)] for epoch in epochs]
    assert all(sorted(rows) == list(range(20)) for rows in flat)
    assert len({tuple(rows) for rows in flat}) == 5 and list(range(20)) not in flat
    assert all([len(batch) for batch in epoch] == [6, 6, 6, 2] for epoch in epochs)


def test_the_order_follows_from_the_seed():
    assert orders(3) == orders(3) != orders(3, seed=2)
    fastnn.utils.set_random_seed(1)
    model = network()
    first = digest(model)
    model.fit(X, Y, epochs=2, verbose=0)
    fastnn.utils.set_random_seed(1)
    again = network()
    assert digest(again) == first
    again.fit(X, Y, epochs=2, verbose=0)
    assert digest(again) == digest(model)


def test_another_fit_has_another_order():
    fastnn.utils.set_random_seed(1)
    rows = Rows()
    model = fastnn.Sequential([rows, Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    x = np.arange(20.0)[:, None] / 20
    for _ in range(3):
        rows.seen.append("fit")
        model.fit(x * 20, x, batch_size=20, verbose=0)
    assert len({tuple(seen) for seen in rows.seen if seen != "fit"}) == 3


def test_shuffle_off_and_of_batches():
    ascending = [list(range(i, min(i + 6, 20))) for i in range(0, 20, 6)]
    for off in (False, None, np.False_):
        assert orders(2, shuffle=off) == [ascending] * 2
    epochs = orders(6, shuffle="batch")
    assert all(epoch[-1] == ascending[-1] for epoch in epochs)  # the short one last
    assert all(sorted(epoch) == ascending for epoch in epochs)
    assert len({str(epoch) for epoch in epochs}) > 1


def test_validation_keeps_the_last_samples():
    [epoch] = orders(1, validation_split=0.25)
    assert sorted(chain(*epoch)) == list(range(15))


# Bits


def learned(make, threads=1, epochs=4, **arguments):
    before = fastnn.get_num_threads()
    fastnn.set_num_threads(threads)
    try:
        fastnn.utils.set_random_seed(11)
        model = make()
        data = {"x": X, "y": Y, "validation_data": (X[:9], Y[:9])} | arguments
        history = model.fit(batch_size=7, epochs=epochs, verbose=0, **data).history
        return history, state(model), model.predict(data["x"], batch_size=7, verbose=0).tobytes()
    finally:
        fastnn.set_num_threads(before)


def wide(**compiling):
    """Large enough that two threads share the work."""
    layers = [Dense(300, "relu"), Dropout(0.5), Dense(200, "tanh"), Dense(4, "softmax")]
    model = fastnn.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], **compiling)
    return model


@pytest.mark.parametrize("make", [noisy, wide, network])
def test_the_same_bits_in_python_recorded_and_on_threads(make):
    large = {"x": np.tile(X, (8, 30)), "y": np.tile(Y, 8)} if make is wide else {}
    validation = {"validation_data": (large["x"][:9], large["y"][:9])} if large else {}
    runs = [
        learned(lambda: make(run_eagerly=eager), threads, **large, **validation)  # noqa: B023
        for eager in (True, False)
        for threads in (1, 2)
    ]
    assert runs[0] == runs[1] == runs[2] == runs[3]


def test_steps_are_replayed():
    """Else the tests above would compare Python with Python."""
    calls = []

    class Seen(Layer):
        def call(self, x):
            calls.append(x.shape[0])
            return x

    model = fastnn.Sequential([fastnn.Input((6,)), Seen(), Dense(4, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    calls.clear()
    model.fit(X, Y, batch_size=16, epochs=10, validation_data=(X, Y), verbose=0)
    assert sorted(calls) == [8] * 4 + [16] * 4  # run and recorded, of each shape
    model.fit(X, Y, batch_size=16, epochs=10, verbose=0)
    assert len(calls) == 8


# Sizes


def test_one_sample_and_large_batches():
    for count, size in ((1, None), (1, 64), (3, 2), (40, 1000), (40, 10**9)):
        model = noisy()
        history = model.fit(X[:count], Y[:count], batch_size=size, epochs=3, verbose=0)
        assert np.isfinite(history.history["loss"]).all()
        assert model.predict(X[:count], batch_size=size, verbose=0).shape == (count, 4)


def test_a_model_without_input():
    model = fastnn.Sequential([Dense(5, "relu"), Dense(4, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert not model.built and model.weights == []
    model.fit(X, Y, batch_size=16, epochs=2, verbose=0)
    assert model.built and model.input_shape == (None, 6)
    rows = fastnn.Sequential([Dense(5, "relu"), Dense(4, activation="softmax")])
    rows.compile("sgd", "sparse_categorical_crossentropy")
    rows.fit(list(X), list(Y), verbose=0)
    assert rows.input_shape == (None, 6)
    losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    with pytest.raises(ValueError, match=r"\(40, 5\); \(None, 6\) is wanted"):
        model.fit(X[:, :5], Y, verbose=0)


# Results


PREDICT = {
    "at once": lambda model, x: model.predict(x, verbose=0),
    "in batches": lambda model, x: model.predict(x, batch_size=8, verbose=0),
    "from a generator": lambda model, x: model.predict(iter([x, x]), verbose=0),
    "on a batch": lambda model, x: model.predict_on_batch(x),
}


@pytest.mark.parametrize("way", PREDICT)
@pytest.mark.parametrize("layers", [[], [Flatten()], [Dense(3)]], ids=str)
@pytest.mark.parametrize("eager", [False, True])
def test_predictions_are_fresh(way, layers, eager):
    model = fastnn.Sequential(layers)
    model.run_eagerly = eager
    x = X.copy()
    found = [PREDICT[way](model, x) for _ in range(4)]
    kept = found[0].copy()
    assert not any(np.shares_memory(x, y) for y in found)
    assert not any(np.shares_memory(found[0], y) for y in found[1:])
    for y in found[1:]:
        y[:] = 0
    assert (found[0] == kept).all() and (x == X).all()


def test_single_batches_are_those_of_fit():
    fastnn.utils.set_random_seed(5)
    one = noisy()
    fastnn.utils.set_random_seed(5)
    other = noisy()
    history = one.fit(X, Y, batch_size=8, epochs=1, shuffle=False, verbose=0).history
    measured = [other.train_on_batch(X[i : i + 8], Y[i : i + 8]) for i in range(0, 40, 8)]
    assert state(one) == state(other)
    assert np.mean(measured, axis=0) == pytest.approx([history["loss"][0], history["accuracy"][0]])


def test_history_and_what_callbacks_see():
    seen = []

    class Seen(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, dict(logs)))

    model = network(metrics=["accuracy"])
    history = model.fit(X, Y, epochs=3, validation_split=0.2, callbacks=Seen(), verbose=0)
    assert history is model.history and history.epoch == [0, 1, 2]
    assert [logs["val_loss"] for _, logs in seen] == history.history["val_loss"]
    assert all(type(v) is float for _, logs in seen for v in logs.values())


def test_fit_says_nothing_of_itself(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        noisy().fit(X, Y, epochs=2, validation_data=(X, Y), verbose=0)
    assert capsys.readouterr() == ("", "")
