"""What fit holds on to: nothing of the data, and no more after many fits than after a few."""

import gc
import resource
import tracemalloc
import weakref

import fastnn
import numpy as np
import pytest
from fastnn.layers import Dense
from training import X, Y, network, noisy


class Array(np.ndarray):
    """NumPy's own arrays take weak references too, but these are surely the ones given."""


def given():
    rng = np.random.default_rng(0)
    return rng.standard_normal((40, 6)).astype("float32").view(Array), Y.copy().view(Array)


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
def test_data_are_let_go(eager, shuffle):
    model = noisy(run_eagerly=eager)
    x, y = given()
    xv, yv = given()
    alive = [weakref.ref(array) for array in (x, y, xv, yv)]
    model.fit(x, y, epochs=3, shuffle=shuffle, validation_data=(xv, yv), verbose=0)
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)
    model.train_on_batch(x, y)
    del x, y, xv, yv
    gc.collect()
    assert [ref() for ref in alive] == [None] * 4


def test_views_of_the_data_are_let_go():
    """The batches of unshuffled data are views; a step that is recorded keeps none."""
    model = network()
    x = X.copy()
    alive = weakref.ref(x)
    model.fit(x, Y, epochs=3, shuffle=False, verbose=0)
    model.predict(x, batch_size=8, verbose=0)
    model.predict_on_batch(x)
    del x
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("make", [network, noisy, lambda: network(run_eagerly=True)])
def test_models_are_let_go(make):
    model = make()
    stopping = fastnn.callbacks.EarlyStopping("loss", restore_best_weights=True)
    model.fit(X, Y, epochs=3, validation_data=(X, Y), callbacks=[stopping], verbose=0)
    model.predict(X, verbose=0)
    things = [model, model.layers[0], *model.weights, model.optimizer, model.history]
    alive = [weakref.ref(thing) for thing in things if not isinstance(thing, int)]
    del model, stopping, things
    gc.collect()
    assert [ref() for ref in alive if ref() is not None] == []


def test_data_are_let_go_after_an_error():
    model = network()
    x, y = given()
    alive = [weakref.ref(x), weakref.ref(y)]
    y[3] = 10
    for _ in range(2):
        try:
            model.fit(x, y, verbose=0)
        except ValueError:
            pass
    x[0] = np.nan
    try:
        model.fit(x, np.minimum(y, 3), verbose=0)
    except FloatingPointError:
        pass
    del x, y
    gc.collect()
    assert [ref() for ref in alive] == [None, None]


def grown(work, times):
    """Bytes that Python holds more after `times` more rounds, and KB of the process's peak."""
    for _ in range(20):
        work()
    gc.collect()
    tracemalloc.start()
    work()
    gc.collect()
    before, peak = tracemalloc.get_traced_memory()[0], resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(times):
        work()
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return held, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak.ru_maxrss


def test_many_fits_of_a_model():
    model = noisy()

    def work():
        model.fit(X, Y, validation_data=(X, Y), verbose=0)
        model.predict(X, verbose=0)

    held, peak = grown(work, 300)
    assert held < 30_000 and peak < 8_000  # a leak of 100 bytes a fit would be 30,000


def test_many_models():
    def work():
        model = fastnn.Sequential([fastnn.Input((6,)), Dense(64, "relu"), Dense(4, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(X, Y, epochs=3, verbose=0)

    held, peak = grown(work, 60)
    assert held < 150_000 and peak < 16_000  # the objects of a step and its metrics are 10 KB


def test_many_compiles_of_a_model():
    model = network()

    def work():
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(X, Y, epochs=3, verbose=0)

    held, peak = grown(work, 60)
    assert held < 150_000 and peak < 16_000  # the objects of a step and its metrics are 10 KB
