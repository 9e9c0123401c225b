"""ReduceLROnPlateau, CSVLogger, TerminateOnNaN, SwapEMAWeights beyond what Keras's answers show
(tests/parity/callbacks.py): wrong input, resumed files, interrupted trainings."""

import csv
import os

import fastnn
import numpy as np
import pytest
from fastnn.callbacks import (
    Callback,
    CallbackList,
    CSVLogger,
    LambdaCallback,
    ReduceLROnPlateau,
    SwapEMAWeights,
    TerminateOnNaN,
)
from fitting import Model, fit
from training import ONE, X, Y, network

# ReduceLROnPlateau


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"factor": 1.0}, ValueError, r"factor is 1\.0; a number of at least 0 and below 1"),
        ({"factor": -0.1}, ValueError, r"factor is -0\.1; a number of at least 0"),
        ({"factor": float("nan")}, ValueError, "factor is nan; a number of at least 0"),
        ({"factor": "0.1"}, TypeError, "factor is '0.1'; a number is wanted"),
        ({"patience": None}, TypeError, "patience is None; a number is wanted"),
        ({"cooldown": "2"}, TypeError, "cooldown is '2'; a number is wanted"),
        ({"min_lr": -1}, ValueError, "min_lr is -1; a finite number >= 0 is wanted"),
        ({"mode": "up"}, ValueError, "mode is 'up'; 'auto', 'min' or 'max' is wanted"),
        ({"monitor": 3}, TypeError, "monitor is 3; a name is wanted"),
    ],
)
def test_wrong_arguments_of_reduce_lr(arguments, error, message):
    with pytest.raises(error, match="ReduceLROnPlateau: " + message):
        ReduceLROnPlateau(**arguments)


def test_reduce_lr_says_what_is_not_there_and_logs_the_rate_all_the_same():
    model = network()
    with pytest.warns(UserWarning, match="ReduceLROnPlateau: monitor is 'val_loss', which is not"):
        history = model.fit(X, Y, verbose=0, callbacks=ReduceLROnPlateau()).history
    assert history["learning_rate"] == [pytest.approx(0.01)]


def test_reduce_lr_refuses_a_schedule_before_training():
    schedule = fastnn.optimizers.schedules.ExponentialDecay(0.5, 2, 0.8)
    model = network(optimizer=fastnn.optimizers.SGD(schedule))
    before = model.get_weights()
    with pytest.raises(TypeError, match="it follows ExponentialDecay"):
        model.fit(X, Y, verbose=0, callbacks=ReduceLROnPlateau("loss"))
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_reduce_lr_reaches_recorded_steps():
    model = network(optimizer=fastnn.optimizers.SGD(0.5))
    stop_moving = ReduceLROnPlateau("loss", factor=0, patience=0, mode="max")
    weights = []
    see = LambdaCallback(on_epoch_end=lambda epoch, logs: weights.append(model.get_weights()[0]))
    model.fit(X, Y, epochs=4, batch_size=10, verbose=0, callbacks=[stop_moving, see])
    np.testing.assert_array_equal(weights[2], weights[3])  # the rate is 0
    assert (weights[0] != weights[1]).any()


# CSVLogger


def test_csv_holds_what_the_history_holds(tmp_path):
    path = tmp_path / "log.csv"
    model = network(metrics=["accuracy"])
    log = CSVLogger(path)
    history = model.fit(X, Y, epochs=2, validation_data=(X, Y), verbose=0, callbacks=log).history
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    for name, values in history.items():
        assert [float(row[name]) for row in rows] == values


def test_what_is_no_number_has_a_cell_too(tmp_path):
    log = CSVLogger(tmp_path / "log.csv")
    log.on_train_begin()
    values = fastnn.Tensor(np.array([1.0, 2.0])), fastnn.Tensor(np.array(0.5))
    log.on_epoch_end(0, dict(zip("ab", values, strict=True), val_c="x"))
    with open(log.filename, newline="") as file:
        assert list(csv.reader(file))[1] == ["0", '"[1.0, 2.0]"', "0.5", "x"]


def test_a_resumed_file_keeps_its_columns(tmp_path):
    path = tmp_path / "log.csv"

    def write(logs):
        log = CSVLogger(path, append=True)
        log.on_train_begin()
        log.on_epoch_end(0, logs)

    write({"b": 1.0, "a": 2.0, "val_a": 3.0})
    write({"b": 4.0, "val_a": 5.0})
    assert path.read_text().split() == ["epoch,a,b,val_a", "0,2.0,1.0,3.0", "0,NA,4.0,5.0"]
    with pytest.raises(ValueError, match=r"has the columns a, b, val_a, and none for c, d\. Appe"):
        write({"b": 4.0, "c": 5.0, "d": 1.0})
    assert len(path.read_text().split()) == 3


@pytest.mark.parametrize("append", [False, True])
def test_a_file_that_cannot_be_written(tmp_path, append):
    model = network()
    before = model.get_weights()
    wrong = (
        (tmp_path / "no" / "log.csv", FileNotFoundError, "There is no such folder; make it first"),
        (tmp_path, IsADirectoryError, "Give a path that can be written"),
    )
    for path, error, cure in wrong:
        with pytest.raises(error, match=f"CSVLogger: .*{cure}") as caught:
            model.fit(X, Y, verbose=0, callbacks=CSVLogger(path, append=append))
        assert str(path) in str(caught.value)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert os.listdir(tmp_path) == []


def test_wrong_arguments_of_csv_logger():
    with pytest.raises(TypeError, match="CSVLogger: filename is a int; a path is wanted"):
        CSVLogger(3)
    for wrong in (";;", "", None, '"', "\n"):
        with pytest.raises(TypeError, match=r"CSVLogger: separator is .* one character is wanted"):
            CSVLogger("log.csv", wrong)


# TerminateOnNaN


def spoiled():
    y = ONE[:, :1].copy()
    y[20] = np.nan
    return y


def test_nan_ends_fit_without_an_error_only_where_a_callback_handles_it(capsys):
    def fitted(*callbacks):
        model = network("mse", units=1, activation=None)
        return model.fit(X, spoiled(), batch_size=8, shuffle=False, verbose=0, callbacks=callbacks)

    history = fitted(TerminateOnNaN())
    assert capsys.readouterr().out == "Batch 2: Invalid loss, terminating training\n"
    assert np.isnan(history.history["loss"]).all() and history.model.stop_training
    assert CallbackList([LambdaCallback(), TerminateOnNaN()]).handles_nan
    with pytest.raises(FloatingPointError, match="the loss became NaN"):
        fitted(LambdaCallback())


def test_nan_raises_if_asked():
    model = network("mse", units=1, activation=None)
    with pytest.raises(RuntimeError, match=r"NaN or Inf loss encountered at batch 2\. Loss value"):
        model.fit(
            X,
            spoiled(),
            batch_size=8,
            shuffle=False,
            verbose=0,
            callbacks=TerminateOnNaN(raise_error=True),
        )


# SwapEMAWeights


def averaging(**arguments):
    optimizer = fastnn.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5)
    return network(optimizer=optimizer, **arguments)


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_the_weights_are_their_averages_only_while_they_are_measured(swap_on_epoch):
    model = averaging()
    model.fit(X, Y, verbose=0, epochs=3)
    model.fit(X, Y, verbose=0, steps_per_epoch=1, callbacks=SwapEMAWeights(swap_on_epoch))
    model.train_on_batch(X, Y)
    now = model.get_weights()
    swap = SwapEMAWeights(swap_on_epoch)
    with_averages = model.evaluate(X, Y, verbose=0, callbacks=swap)
    predicted = model.predict(X, verbose=0, callbacks=swap)
    for w, before in zip(model.get_weights(), now, strict=True):
        np.testing.assert_array_equal(w, before)
    assert with_averages != model.evaluate(X, Y, verbose=0)
    model.optimizer.finalize_variable_values(model.trainable_weights)
    assert with_averages == model.evaluate(X, Y, verbose=0)
    np.testing.assert_array_equal(predicted, model.predict(X, verbose=0))


def test_what_a_training_leaves_is_not_undone_by_a_later_evaluation():
    model, swap = averaging(), SwapEMAWeights(swap_on_epoch=True)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=swap)
    left = model.get_weights()
    model.evaluate(X, Y, verbose=0, callbacks=swap)
    for w, before in zip(model.get_weights(), left, strict=True):
        np.testing.assert_array_equal(w, before)


def test_a_training_that_stops_early_ends_with_the_averages():
    """Keras's swap leaves the weights of the last step then, since it counts the epochs."""

    class Stop(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    results = []
    for swap in ([], [SwapEMAWeights(swap_on_epoch=True)]):
        fastnn.utils.set_random_seed(0)
        model = averaging()
        model.fit(X, Y, epochs=5, shuffle=False, verbose=0, callbacks=[*swap, Stop()])
        results.append(model.get_weights())
    for wanted, got in zip(*results, strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_swap_before_the_first_step_and_without_averages():
    model = averaging()
    loss = model.evaluate(X, Y, verbose=0)
    assert loss == model.evaluate(X, Y, verbose=0, callbacks=SwapEMAWeights())
    model = network()
    for call in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match=r"SwapEMAWeights: .* SGD, keeps no .* use_ema=True"):
            call(X, Y, verbose=0, callbacks=SwapEMAWeights())


def test_each_takes_every_call():
    model = Model()
    model.optimizer = fastnn.optimizers.SGD(1.0)
    fit([ReduceLROnPlateau("loss"), TerminateOnNaN()], 2, model)
