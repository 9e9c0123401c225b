"""Trainings that are killed at random moments, again and again, and go on until they end.

    python tests/killed.py [--kills 200] [--seed 0]

No file may be lost or half-written, and the weights at the end must be those of a training that was
never killed, bit by bit. test_backups.py runs 10 kills; .ci/nightly runs 200.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import fastnn
import numpy as np
from fastnn import callbacks
from fastnn.layers import BatchNormalization, Dense, Dropout
from fastnn.saving.weights_file import opened

EPOCHS, BATCH, SAMPLES = 3, 8, 68  # 9 batches, the last of them short
X = np.random.default_rng(0).standard_normal((SAMPLES, 16)).astype("float32")
Y = np.random.default_rng(1).integers(0, 5, SAMPLES)


def train(folder):
    """One life. All files but the last are written by callbacks."""
    begun = (folder / "backup/training.npz").exists()
    fastnn.utils.set_random_seed(int(time.time()) if begun else 5)  # the backup knows the seeds
    layers = [Dense(64, "relu"), BatchNormalization(), Dropout(0.3), Dense(5, "softmax")]
    model = fastnn.Sequential([fastnn.Input((16,)), *layers])
    loss = "sparse_categorical_crossentropy"
    model.compile(fastnn.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    saving = [
        callbacks.BackupAndRestore(folder / "backup", save_freq=2, double_checkpoint=True),
        callbacks.EarlyStopping("loss", patience=2, restore_best_weights=True),
        callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.8),
        callbacks.ModelCheckpoint(folder / "{epoch}.npz", save_weights_only=True),
        callbacks.ModelCheckpoint(folder / "latest.safetensors", save_weights_only=True),
    ]
    history = model.fit(X, Y, BATCH, EPOCHS, verbose=0, callbacks=saving).history
    model.save_weights(folder / "end.npz")
    np.savez(folder / "history.npz", **history)


def run(folder, seconds=None):
    """A life in a process of its own, killed after some seconds; whether it came to its end."""
    child = os.fork()
    if not child:
        try:
            train(folder)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return False
    assert status == 0, "the training ended with an error"
    return True


def contents(path):
    with opened(str(path)) as entries:
        return {name: entry.read() for name, entry in entries.items()}


def names_in(folder):
    return sorted(path.name for path in folder.rglob("*"))


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[k], b[k], True) for k in a)


def check(folder, known):
    """Every file is whole; none that was there is gone; half-written ones are hidden, and few."""
    files = {path for path in folder.rglob("*") if path.is_file()}
    parts = {path for path in files if path.name.endswith(".part")}
    whole = {path: contents(path) for path in files - parts if path.name != "history.npz"}
    assert len(parts) <= 5 and all(path.name.startswith(".") for path in parts), parts
    gone = {path for path in known - whole.keys() if path.parent == folder}
    assert not gone, gone
    latest = whole.get(folder / "latest.safetensors")
    epochs = [whole[path] for path in whole if path.stem.isdigit()]
    assert latest is None or any(same(latest, epoch) for epoch in epochs)
    return known | whole.keys()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    kills = trainings = within = 0
    with tempfile.TemporaryDirectory() as top:
        undisturbed = Path(top, "undisturbed")
        undisturbed.mkdir()
        begin = time.perf_counter()
        assert run(undisturbed)
        took = time.perf_counter() - begin
        wanted = contents(undisturbed / "end.npz")
        while kills < given.kills:
            folder = Path(top, str(trainings))
            folder.mkdir()
            known = set()
            while not run(folder, draw.uniform(0, took) if kills < given.kills else None):
                kills += 1
                within += any(folder.rglob("*.part"))
                known = check(folder, known)
            check(folder, known)
            trainings += 1
            assert same(contents(folder / "end.npz"), wanted), "other weights"
            assert same(contents(folder / "history.npz"), contents(undisturbed / "history.npz"))
            assert names_in(folder) == names_in(undisturbed)
    print(f"{kills} kills, {within} of them while a file was written; {trainings} trainings: the")
    print("weights and the history are those of an undisturbed one")


if __name__ == "__main__":
    main()
