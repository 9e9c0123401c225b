"""Callbacks beyond those of fit.py, in fit and by themselves; text is compared byte by byte."""

import contextlib
import io
import os
import tempfile
import types

import numpy as np

from parity import case, numbers
from parity.fit import CLASSES, X, fitted, network

VALUES = [0.9, 0.8, 0.79995, 0.85, 0.7, 0.7, 0.75, 0.71, 0.69, 0.9, 0.9, 0.9, 0.9]


def characters(text):
    return np.array(list(text.encode()), "float64")


# ReduceLROnPlateau


@case(
    patience=({"patience": 2},),
    cooldown=({"patience": 1, "cooldown": 2},),
    least=({"patience": 1, "min_lr": 0.04, "factor": 0.3},),
    zero_patience=({"patience": 0},),
    rising=({"patience": 1, "mode": "max", "min_delta": 0.06},),
    every_delta=({"patience": 1, "min_delta": 0},),
    nothing=({"patience": 1, "factor": 0.0, "cooldown": 1},),
)
def reduced(k, arguments):
    """The rates after each epoch, the state, and what is printed."""
    model = types.SimpleNamespace(optimizer=k.optimizers.SGD(0.5))
    reduce = k.callbacks.ReduceLROnPlateau("loss", verbose=1, **{"factor": 0.5} | arguments)
    reduce.set_model(model)
    said, seen = io.StringIO(), []
    with contextlib.redirect_stdout(said):
        reduce.on_train_begin()
        for epoch, value in enumerate(VALUES):
            logs = {"loss": value}
            reduce.on_epoch_end(epoch, logs)
            rate = float(model.optimizer.learning_rate)
            seen.append([logs["learning_rate"], rate, reduce.wait, reduce.cooldown_counter])
    return {"seen": np.array(seen), "best": reduce.best, "said": characters(said.getvalue())}


@case
def reduced_in_fit(k):
    reduce = k.callbacks.ReduceLROnPlateau(patience=1, min_delta=0.02)
    data = (X[:6], CLASSES[6:12])
    return fitted(k, network(k), X, CLASSES, validation_data=data, epochs=12, callbacks=[reduce])


# CSVLogger


@case(
    plain=({}, [{"loss": 0.5, "acc": 1 / 3}, {"loss": 1e-7, "acc": 1.0}]),
    validation=({}, [{"loss": 0.5, "val_loss": float("nan")}, {"loss": 1e22}]),
    lists=({}, [{"loss": [1.0, 2], "a": np.array([1, 2]), "b": "x,y", "c": np.array(3)}]),
    tabs=({"separator": "\t"}, [{"loss": 0.5, "a": "b\tc"}]),
    appended=({"append": True}, [{"loss": 0.5}, {"loss": 0.25}]),
    nothing=({}, [{}, {}]),
)
def csv(k, arguments, logs):
    """The text of the file after two trainings."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log.csv")
        for _ in range(2):
            log = k.callbacks.CSVLogger(path, **arguments)
            log.on_train_begin()
            for epoch, numbers_of_epoch in enumerate(logs):
                log.on_epoch_end(epoch, numbers_of_epoch)
            log.on_train_end()
        with open(path, "rb") as file:
            return {"text": np.array(list(file.read()), "float64")}


# TerminateOnNaN


@case(nan=(np.nan,), infinite=(np.inf,), negative=(-np.inf,))
def terminated(k, spoiled):
    """The second batch of the second epoch has a loss that is none."""
    model = network(k, units=1, activation=None)
    x = [X[:8], X[8:16], X[16:]]
    count = [0]

    def batches():
        while True:
            for part in x:
                y = part[:, :1].copy()
                if count[0] == 4:
                    y[3] = spoiled
                count[0] += 1
                yield part, y

    ended = []
    stop = k.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: ended.append(epoch),
        on_train_end=lambda logs: ended.append(-1),
    )
    model.compile("sgd", "mae" if np.isinf(spoiled) else "mse")
    said = io.StringIO()
    with contextlib.redirect_stdout(said), np.errstate(all="ignore"):
        history = model.fit(
            batches(),
            steps_per_epoch=3,
            epochs=5,
            verbose=0,
            callbacks=[k.callbacks.TerminateOnNaN(), stop],
        )
    losses = np.array(history.history["loss"])
    return {"loss": losses, "ended": np.array(ended), "said": characters(said.getvalue())}


# SwapEMAWeights


@case(plain=(False, 3), epochs=(True, 3), one=(True, 1))
def averaged(k, swap_on_epoch, epochs):
    """What is measured with the averages, what a callback behind sees, what is left."""
    model = network(k)
    swap = k.callbacks.SwapEMAWeights(swap_on_epoch=swap_on_epoch)
    seen = []
    see = k.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()[0])
    )
    optimizer = k.optimizers.Adam(0.05, use_ema=True, ema_momentum=0.7)
    found = fitted(
        k,
        model,
        X,
        CLASSES,
        optimizer=optimizer,
        validation_data=(numbers(5, 6, seed=9), CLASSES[:5]),
        callbacks=[swap, see],
        epochs=epochs,
    )
    return found | {"seen": np.array(seen)}
