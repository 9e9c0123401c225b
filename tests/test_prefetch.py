"""Batches that threads make ahead: their order, errors, memory, ends, forks."""

import gc
import os
import signal
import threading
import time
import warnings

import fastnn
import numpy as np
import pytest
from fastnn.utils import PyDataset
from fastnn.utils._prefetch import prefetched
from training import X, Y, network

PREFIX = "fastnn prefetch"


def running():
    return [t for t in threading.enumerate() if t.name.startswith(PREFIX)]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    gc.collect()
    assert running() == []


class Batches(PyDataset):
    """Ten of four samples; the later ones are made faster, so that threads overtake each other."""

    broken = None

    def __init__(self, **queue):
        super().__init__(**queue)
        self.asked, self.threads = [], set()

    def __len__(self):
        return 10

    def __getitem__(self, i):
        self.asked.append(i)
        self.threads.add(threading.get_ident())
        time.sleep(0.001 * (10 - i))
        if i == self.broken:
            raise OSError("picture-3.jpg is gone")
        return X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]


def fitted(**arguments):
    """Weights and losses after two epochs, and the dataset."""
    fastnn.utils.set_random_seed(1)
    data, model = Batches(**arguments), network()
    losses = model.fit(data, epochs=2, verbose=0).history["loss"]
    return [w.tobytes() for w in model.get_weights()], losses, data


@pytest.mark.parametrize("workers", [2, 3, 20])
def test_any_number_of_workers_gives_the_same(workers):
    weights, losses, data = fitted(workers=workers)
    assert len(data.threads) > 1 and threading.get_ident() not in data.threads
    assert (weights, losses) == fitted(workers=1)[:2]
    assert sorted(data.asked) == sorted(2 * [*range(10)])


@pytest.mark.parametrize(
    "queue, by_others",
    [({}, False), ({"workers": 0}, False), ({"workers": 1, "use_multiprocessing": True}, True)],
)
def test_who_makes_them(queue, by_others):
    data = fitted(**queue)[2]
    assert (threading.get_ident() not in data.threads) == by_others


def test_an_order_for_each_epoch_unless_fit_says_otherwise():
    data = Batches()
    network().fit(data, epochs=2, verbose=0)
    assert data.asked[:10] != data.asked[10:] and sorted(data.asked[:10]) == [*range(10)]
    for arguments in ({"workers": 1}, {"workers": 3}):
        data, model = Batches(**arguments), network()
        model.fit(data, shuffle=False, verbose=0)
        model.evaluate(data, verbose=0)
        predicted = model.predict(data, verbose=0)
        np.testing.assert_array_equal(predicted, model.predict(X, batch_size=4, verbose=0))
    assert [y.tolist() for _, y in data] == Y.reshape(10, 4).tolist()  # by itself: no thread


def test_epochs_are_announced():
    said = []

    class Announced(Batches):
        def on_epoch_begin(self):
            said.append("begin")

        def on_epoch_end(self):
            said.append("end")

    network().fit(Announced(workers=2), epochs=2, verbose=0)
    assert said == ["begin", "end"] * 2


@pytest.mark.parametrize("size", [1, 2, 5])
def test_no_more_are_made_than_may_wait(size):
    made = []
    values = prefetched(lambda n: made.append(n) or n, range(30), 4, size)
    for i in range(10):
        assert next(values) == i
        time.sleep(0.002)
        assert len(made) <= i + 1 + size
    deadline = time.monotonic() + 10
    while len(made) < 10 + size and time.monotonic() < deadline:
        time.sleep(0.001)
    assert sorted(made) == [*range(10 + size)]
    values.close()


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_an_error_comes_where_its_batch_would_have(workers):
    data = Batches(workers=workers)
    data.broken = 3
    model, seen = network(), []

    class Count(fastnn.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)

    with pytest.raises(OSError, match=r"picture-3\.jpg is gone") as caught:
        model.fit(data, shuffle=False, callbacks=[Count()], verbose=0)
    assert seen == [0, 1, 2]
    assert running() == [] and caught  # though the traceback is kept
    with pytest.raises(OSError, match="picture-3"):
        model.predict(data, verbose=0)
    with pytest.raises(OSError, match="picture-3"):
        model.evaluate(data, verbose=0)
    data.broken = None
    model.fit(data, verbose=0)


def test_an_early_end():
    class Stop(fastnn.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    model = network()
    model.fit(Batches(workers=3), epochs=9, callbacks=[Stop()], verbose=0)
    assert running() == []
    model.fit(Batches(workers=3), steps_per_epoch=3, epochs=2, verbose=0)
    assert running() == []
    values = prefetched(lambda n: n, range(100), 3, 2)
    assert next(values) == 0 and len(running()) > 0
    del values  # forgotten
    assert running() == []


@pytest.mark.parametrize("what", ["fit", "evaluate", "predict"])
def test_ctrl_c(what):
    class Press(fastnn.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

        on_test_batch_end = on_predict_batch_end = on_train_batch_end

    with pytest.raises(KeyboardInterrupt) as caught:
        getattr(network(), what)(Batches(workers=3), callbacks=[Press()], verbose=0)
    assert running() == [] and caught  # whose traceback keeps the frames


def test_ctrl_c_in_validation():
    class Press(fastnn.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        data = {"validation_data": Batches(workers=3), "callbacks": [Press()]}
        network().fit(Batches(workers=3), steps_per_epoch=2, verbose=0, **data)
    assert running() == [] and caught


def test_a_forked_child_makes_them_itself():
    values = prefetched(lambda n: n, range(50), 3, 4)
    assert [next(values) for _ in range(5)] == [*range(5)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's, of a process with threads
        child = os.fork()
    if child == 0:
        signal.alarm(60)  # else it would wait for threads that it does not have
        os._exit(0 if [*values] == [*range(5, 50)] and not running() else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert [*values] == [*range(5, 50)]


@pytest.mark.parametrize(
    "name, value", [("workers", 2.5), ("workers", True), ("workers", "2"), ("max_queue_size", 0)]
)
def test_wrong_numbers(name, value):
    with pytest.raises(ValueError, match=f"Batches: {name} is .*a whole number of at least"):
        network().fit(Batches(**{name: value}), verbose=0)
