"""Ctrl-C in fit, at many moments; test_fit_interrupted.py runs it as a program of its own, since
a signal belongs to a whole process. It prints a line for each moment."""

import gc
import os
import signal
import threading
import time

import fastnn
import numpy as np
from fastnn.layers import Dense, Dropout, Layer

X = np.random.default_rng(0).standard_normal((24, 6)).astype("float32")
Y = np.arange(24) % 4
FOREVER = 10**9
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a shell's background


class Interrupting(Layer):
    """Sends Ctrl-C from within its n-th call: the first is run as it is, the second recorded."""

    def __init__(self, n):
        super().__init__()
        self.n, self.calls = n, -FOREVER

    def call(self, x):
        self.calls += 1
        if self.calls == self.n:
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(1000):  # the signal reaches Python between two of its instructions
                pass
        return x


def network(*layers, eager=False):
    fastnn.utils.set_random_seed(5)
    layers = [Dense(16, "relu"), Dropout(0.3), *layers, Dense(4, "softmax")]
    model = fastnn.Sequential(layers)
    model.build((None, 6))
    for layer in layers:
        layer.calls = 0  # what building has called does not count
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss, metrics=["accuracy"], run_eagerly=eager)
    return model


def steps_of(model):
    return int(model.optimizer.iterations.numpy()) if model.optimizer.built else 0


def weights_after(steps):
    model = network()
    if steps:
        model.fit(X, Y, batch_size=24, epochs=steps, shuffle=False, verbose=0)
    return model.get_weights()


def press(delay, ended):
    """Ctrl-C after a while, and again after a second, as users do, should it have no effect."""
    while not ended.wait(delay):
        os.kill(os.getpid(), signal.SIGINT)
        delay = 1.0


def interrupt(what, model, delay=None, callbacks=None):
    """fit until Ctrl-C; the weights must be those of the last whole step, and fit must go on."""
    gc.collect()  # Python loses what is raised while an object of another model is freed
    ended = threading.Event()
    try:
        if delay:
            threading.Thread(target=press, args=(delay, ended), daemon=True).start()
        model.fit(
            X,
            Y,
            batch_size=24,
            epochs=FOREVER,
            shuffle=False,
            verbose=0,
            callbacks=callbacks,
        )
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError(f"{what}: fit has ended by itself")
    finally:
        ended.set()
    steps = steps_of(model)
    wanted = weights_after(steps)
    assert all((a == b).all() for a, b in zip(model.get_weights(), wanted, strict=True)), what
    history = model.fit(X, Y, epochs=4, validation_data=(X, Y), verbose=0).history
    assert np.isfinite([*history["loss"], *history["val_loss"]]).all(), what
    assert steps_of(model) == steps + 4
    assert np.isfinite(model.predict(X, verbose=0)).all()
    print(f"{what}: {steps} steps", flush=True)


class Hook(fastnn.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if self.model.optimizer.iterations.item() == 5:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)


def main():
    for n in (1, 2):
        interrupt(f"call {n}", network(Interrupting(n)))
        interrupt(f"call {n}, in Python", network(Interrupting(n), eager=True))
    interrupt("a callback", network(), callbacks=[Hook()])
    for eager in (False, True):
        for delay in (0.0003, 0.001, 0.002, 0.004, 0.008, 0.016, 0.03, 0.06):
            kind = "in Python" if eager else "compiled"
            interrupt(f"{kind}, {delay} s", network(eager=eager), delay)


if __name__ == "__main__":
    main()
