"""Callbacks do what Keras's do: who is called when, with what, and when training stops."""

import fastnn
import numpy as np
import pytest
from fastnn.callbacks import (
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ProgbarLogger,
)
from fastnn.callbacks.callback import HOOKS
from fitting import Model, fit


class Recorder(Callback):
    """Writes down all that it hears."""

    def __init__(self):
        self.calls = []

    def __getattribute__(self, name):
        if name not in HOOKS:
            return super().__getattribute__(name)
        return lambda *arguments: self.calls.append((name, *arguments))


# CallbackList


def test_all_callbacks_hear_all_in_keras_order():
    recorder = Recorder()
    fit(recorder, 1)
    loss = {"loss": 1.0}
    assert recorder.calls == [
        ("on_train_begin", {}),
        ("on_epoch_begin", 0, {}),
        ("on_train_batch_begin", 0, {}),
        ("on_train_batch_end", 0, loss),
        ("on_train_batch_begin", 1, {}),
        ("on_train_batch_end", 1, loss),
        ("on_test_begin", {}),
        ("on_test_batch_begin", 0, {}),
        ("on_test_batch_end", 0, loss),
        ("on_test_end", loss),
        ("on_epoch_end", 0, loss),
        ("on_train_end", loss),
    ]
    callbacks = CallbackList(recorder)
    recorder.calls.clear()
    callbacks.on_predict_begin()
    callbacks.on_predict_batch_begin(0)
    callbacks.on_predict_batch_end(0, {"outputs": np.ones((1, 1))})
    callbacks.on_predict_end()
    assert [call[0] for call in recorder.calls] == [
        "on_predict_begin",
        "on_predict_batch_begin",
        "on_predict_batch_end",
        "on_predict_end",
    ]
    assert recorder.calls[2][2]["outputs"].shape == (1, 1)


def test_the_older_names_of_batches():
    class Older(Callback):
        def __init__(self):
            self.calls = []

        def on_batch_begin(self, batch, logs=None):
            self.calls.append(batch)

        def on_batch_end(self, batch, logs=None):
            self.calls.append((batch, logs))

    older = Older()
    callbacks = fit(older, 1)
    assert older.calls == [0, (0, {"loss": 1.0}), 1, (1, {"loss": 1.0})]
    older.calls.clear()
    callbacks.on_batch_begin(5)
    callbacks.on_batch_end(5)
    older.on_train_batch_begin(6)
    assert older.calls == [5, (5, {}), 6]


def test_logs_are_plain_numbers_and_shared():
    seen = []
    adds = LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(more=1.0))
    sees = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs))
    callbacks = CallbackList([adds, sees], add_history=True)
    logs = {"loss": np.float32(0.5), "a": fastnn.Tensor(np.ones(())), "b": {"c": 2}, "d": "text"}
    callbacks.on_epoch_end(3, logs)
    assert seen == [{"loss": 0.5, "a": 1.0, "c": 2.0, "d": "text", "more": 1.0}]
    assert [type(seen[0][name]) for name in ("loss", "a", "c")] == [float] * 3
    assert "more" not in logs
    assert callbacks.history.epoch == [3]
    assert callbacks.history.history["more"] == [1.0]


def test_logs_are_read_at_most_once_and_only_if_somebody_looks():
    reads = []

    def logs():
        reads.append(None)
        return {"loss": 0.5}

    arguments = {"add_history": True, "add_progbar": True, "epochs": 1, "steps": 3, "verbose": 2}
    quiet = CallbackList(EarlyStopping("loss"), **arguments)
    quiet.on_train_batch_end(0, logs)
    assert (len(reads), quiet.batch_hooks_train) == (0, False)
    heard = []
    looks = [LambdaCallback(on_train_batch_end=lambda batch, logs: heard.append(logs))] * 2
    looking = CallbackList(looks, **arguments)
    looking.on_train_batch_end(0, logs)
    assert (len(reads), looking.batch_hooks_train) == (1, True)
    assert heard == [{"loss": 0.5}] * 2


def test_which_batches_matter():
    def hooks(callback, **params):
        of = CallbackList(callback, **params)
        return of.batch_hooks_train, of.batch_hooks_test, of.batch_hooks_predict

    assert hooks(None) == hooks([]) == hooks(History()) == (False, False, False)
    for name, kind in (
        ("on_batch_begin", 0),
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 0),
        ("on_test_batch_begin", 1),
        ("on_test_batch_end", 1),
        ("on_predict_batch_end", 2),
    ):
        callback = LambdaCallback(**{name: lambda batch, logs: None})
        assert hooks(callback) == tuple(kind == k for k in range(3)), name
    # A bar that shows nothing until the end must only count what nobody else knows.
    assert hooks(ProgbarLogger(), verbose=2, steps=5, epochs=1) == (False, False, False)
    assert hooks(ProgbarLogger(), verbose=2, steps=None, epochs=1) == (True, True, True)
    assert hooks(ProgbarLogger(), verbose=0, steps=None, epochs=1) == (False, False, False)


def test_what_comes_and_goes():
    model, history, bar, more = Model(), History(), ProgbarLogger(), Recorder()
    callbacks = CallbackList([history, bar], True, True, model, epochs=1, steps=1, verbose=0)
    assert callbacks.callbacks == [history, bar]
    assert callbacks.history is model.history is history
    assert bar.model is model and history.params == {"epochs": 1, "steps": 1, "verbose": 0}
    callbacks.append(more)
    callbacks.on_epoch_begin(1)
    assert more.calls == [("on_epoch_begin", 1, {})]
    assert more.model is model and more.params == bar.params
    assert CallbackList(callbacks).callbacks == [history, bar, more]
    assert CallbackList((history,)).callbacks == [history]
    added = CallbackList(None, add_history=True, add_progbar=True).callbacks
    assert [type(callback) for callback in added] == [History, ProgbarLogger]


@pytest.mark.parametrize(
    "wrong, message",
    [
        (EarlyStopping, r"the class EarlyStopping came; .* write EarlyStopping\(\.\.\)"),
        ([EarlyStopping], "the class EarlyStopping came"),
        (print, "a builtin_function_or_method came; a Callback or a list of them is wanted"),
        ([None], "a NoneType came"),
        ("loss", "a str came; .* LambdaCallback"),
        ({"a": History()}, "a dict came"),
    ],
)
def test_what_is_no_callback_is_refused(wrong, message):
    with pytest.raises(TypeError, match="callbacks: " + message):
        CallbackList(wrong)


# History


def test_history():
    history = fit(None, 3).history
    assert history.history == {"loss": [1.0, 0.5, 1 / 3]}
    assert history.epoch == [0, 1, 2]
    fit(history, 1)
    assert (history.epoch, len(history.history["loss"])) == ([0], 4)  # as in Keras


# LearningRateScheduler


def scheduled(schedule, epochs=3, **arguments):
    model = Model()
    model.optimizer = fastnn.optimizers.SGD(1.0)
    history = fit(LearningRateScheduler(schedule, **arguments), epochs, model).history
    return history.history["learning_rate"], model.optimizer


def test_learning_rate_scheduler():
    assert scheduled(lambda epoch, rate: rate / 2)[0] == [0.5, 0.25, 0.125]
    assert scheduled(lambda epoch: epoch)[0] == [0, 1, 2]
    assert scheduled(lambda epoch, rate: fastnn.Tensor(np.array(0.5)))[0] == [0.5] * 3
    assert scheduled(lambda epoch, rate: np.float32(0.5))[0] == [0.5] * 3
    assert scheduled(pow)[0] == [0.0, 1.0, 2.0]


def test_learning_rate_scheduler_writes_the_variable_of_recorded_steps():
    w = fastnn.Variable([1.0])
    optimizer = fastnn.optimizers.SGD(1.0)

    @fastnn.compile
    def step():
        loss = fastnn.ops.sum(w)
        optimizer.apply(fastnn.gradients(loss, [w]), [w])
        return loss

    model = Model()
    model.optimizer = optimizer
    schedule = LearningRateScheduler(lambda epoch, rate: rate / 2)
    schedule.set_model(model)
    values = []
    for epoch in range(3):
        schedule.on_epoch_begin(epoch)
        step()
        values.append(w.numpy().item())
    assert values == [0.5, 0.25, 0.125]


def test_learning_rate_scheduler_speaks_if_asked(capsys):
    scheduled(lambda epoch, rate: rate / 2, 2, verbose=1)
    assert capsys.readouterr().out == (
        "Epoch 1: the learning rate is 0.5\nEpoch 2: the learning rate is 0.25\n"
    )


def test_wrong_schedules():
    with pytest.raises(TypeError, match=r"schedule is 0\.1; a function of the epoch"):
        LearningRateScheduler(0.1)
    with pytest.raises(TypeError, match=r"schedule takes \(a, b, c\); \(epoch, learning_rate\)"):
        LearningRateScheduler(lambda a, b, c: 1)
    for wrong in ("0.1", None, True):
        with pytest.raises(TypeError, match=r"LearningRateScheduler: .* a number is wanted"):
            scheduled(lambda epoch: wrong)  # noqa: B023
    with pytest.raises(ValueError, match=r"learning_rate is -1\.0; a number >= 0 is wanted"):
        scheduled(lambda epoch: -1)

    def broken(epoch, rate):
        raise TypeError("my own")

    with pytest.raises(TypeError, match="my own"):  # and not called again with one argument
        scheduled(broken)


# LambdaCallback


def test_lambda_callback():
    heard = []
    named = {name: lambda *a, name=name: heard.append((name, *a)) for name in HOOKS}
    recorder = Recorder()
    fit([LambdaCallback(**named), recorder], 2)
    assert heard == recorder.calls


def test_wrong_arguments_of_lambda_callback():
    with pytest.raises(TypeError, match=r"LambdaCallback: on_epoch is no method .* on_epoch_end"):
        LambdaCallback(on_epoch=print)
    with pytest.raises(TypeError, match="on_epoch_end is 3; a function is wanted"):
        LambdaCallback(on_epoch_end=3)


def test_every_callback_takes_every_call():
    model = Model()
    model.optimizer = fastnn.optimizers.SGD(1.0)
    for callback in (Callback(), EarlyStopping("loss"), LearningRateScheduler(lambda e: 0.1)):
        fit(callback, 2, model)
