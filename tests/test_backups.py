"""BackupAndRestore: trainings that go on as if nothing had happened."""

import os
import subprocess
import sys

import fastnn
import killed
import pytest
from fastnn.callbacks import (
    BackupAndRestore,
    EarlyStopping,
    LearningRateScheduler,
    ReduceLROnPlateau,
    SwapEMAWeights,
)
from fastnn.layers import Dense
from resuming import LOSS, Crash, X, Y, assert_same, network, state


def train(folder, save_freq, crash=None, seed=1, fresh=None, **arguments):
    """What a training leaves: (weights and slots, history, epochs); None if it crashed."""
    model = network(seed)
    watching = [EarlyStopping("loss", 0.02, 2, restore_best_weights=True)]
    watching += [LearningRateScheduler(lambda epoch, rate: rate * 0.7)]
    if folder:
        watching.insert(0, BackupAndRestore(folder, save_freq))
    watching += [Crash(crash)] * bool(crash)
    arguments = {"batch_size": 8, "epochs": 8, "validation_data": (X, Y)} | arguments
    data = (X, Y) if fresh is None else (fresh(), None)
    try:
        history = model.fit(*data, callbacks=watching, verbose=0, **arguments)
    except ConnectionAbortedError:
        return None
    return state(model), history.history, history.epoch, watching[-2 - bool(crash)].wait


OPTIONS = {
    "epochs": ("epoch", {}),
    "every batch": (1, {}),
    "batches": (3, {"shuffle": "batch"}),
    "in order": (4, {"shuffle": False}),
    "steps": (2, {"steps_per_epoch": 5}),
    "split": (5, {"validation_data": None, "validation_split": 0.2}),
}


@pytest.mark.filterwarnings("ignore:fit. the data ended after")
@pytest.mark.parametrize("name", OPTIONS)
def test_a_training_goes_on_bit_by_bit(name, tmp_path):
    """Seven batches an epoch or five, until EarlyStopping ends it; later lives have other seeds."""
    save_freq, arguments = OPTIONS[name]
    whole = train(None, save_freq, **arguments)
    for crash in (2, 8, 10, 12, "end"):
        folder = tmp_path / str(crash)
        assert train(folder, save_freq, crash, **arguments) is None
        begun = folder.exists()
        assert begun == (crash == "end" or crash > (7 if save_freq == "epoch" else save_freq))
        again = train(folder, save_freq, None, seed=9 if begun else 1, **arguments)
        assert_same(whole[0], again[0])
        assert whole[1:] == again[1:]
        assert not folder.exists()


class Batches(fastnn.utils.PyDataset):
    def __len__(self):
        return 7

    def __getitem__(self, i):
        return X[8 * i : 8 * i + 8], Y[8 * i : 8 * i + 8]


def test_datasets_go_on_at_epochs_only(tmp_path):
    arguments = {"fresh": Batches, "batch_size": None}
    whole = train(None, "epoch", **arguments)
    assert train(tmp_path, "epoch", 16, **arguments) is None
    again = train(tmp_path, "epoch", seed=9, **arguments)
    assert_same(whole[0], again[0])
    assert whole[1:] == again[1:]
    with pytest.raises(ValueError, match="save_freq is 3, but batches that an iterable makes"):
        train(tmp_path, 3, **arguments)


def test_two_optimizers_and_a_step_of_ones_own_go_on(tmp_path):
    class Two(fastnn.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = Dense(4, "tanh"), Dense(3, "softmax")
            self.slow, self.fast = fastnn.optimizers.SGD(0.01, 0.9), fastnn.optimizers.Nadam(0.1)

        def call(self, x):
            return self.b(self.a(x))

        def train_step(self, data):
            x, y = data[:2]
            loss = fastnn.ops.mean(fastnn.losses.sparse_categorical_crossentropy(y, self(x)))
            for layer, optimizer in ((self.a, self.slow), (self.b, self.fast)):
                grads = fastnn.gradients(loss, layer.trainable_weights)
                optimizer.apply(grads, layer.trainable_weights)
                loss = fastnn.ops.mean(fastnn.losses.sparse_categorical_crossentropy(y, self(x)))
            return {"loss": loss}

    def run(folder, crash=None, seed=1):
        fastnn.utils.set_random_seed(seed)
        model = Two()
        model(X)
        model.compile()
        callbacks = [BackupAndRestore(folder, 2)] + [Crash(crash)] * bool(crash)
        try:
            history = model.fit(X, Y, 8, 3, verbose=0, callbacks=callbacks).history
        except ConnectionAbortedError:
            return None
        return state(model)[:4] + [v.numpy() for v in model.fast.variables], history

    whole = run(tmp_path / "a")
    for crash in (4, 8, 9):
        assert run(tmp_path / "b", crash) is None
        again = run(tmp_path / "b", seed=3)
        assert_same(whole[0], again[0])
        assert whole[1] == again[1]


def test_backups_that_are_damaged_or_of_another_training(tmp_path):
    model = network(1)
    arguments = {"verbose": 0, "epochs": 3}
    keeping = BackupAndRestore(tmp_path, double_checkpoint=True, delete_checkpoint=False)
    model.fit(X, Y, callbacks=keeping, **arguments)
    trained = state(model)[:6]
    path, previous = tmp_path / "training.npz", tmp_path / "training.previous.npz"
    assert sorted(os.listdir(tmp_path)) == [path.name, previous.name]

    with pytest.raises(ValueError, match="samples is 40, but was 50 in the training"):
        network(2).fit(X[:40], Y[:40], callbacks=keeping, **arguments)
    sgd = network(2, fastnn.optimizers.SGD())
    with pytest.raises(ValueError, match="the state of optimizer is not that of this SGD: unexp"):
        sgd.fit(X, Y, callbacks=BackupAndRestore(tmp_path), **arguments)

    path.write_bytes(path.read_bytes()[:-99])
    model = network(2)
    with pytest.warns(UserWarning, match=r"training\.npz.* damaged.* The backup before it is tak"):
        history = model.fit(X, Y, callbacks=keeping, **arguments)
    assert history.epoch == [0, 1, 2]
    assert_same(trained, state(model)[:6])
    path.write_bytes(b"half")
    with pytest.raises(ValueError, match=r"training\.npz: the file is damaged.*Remove .* to train"):
        network(2).fit(X, Y, callbacks=BackupAndRestore(tmp_path), **arguments)
    network(2).save_weights(path)
    with pytest.raises(ValueError, match="is no backup of a training"):
        network(2).fit(X, Y, callbacks=BackupAndRestore(tmp_path), **arguments)


def test_wrong_arguments_of_backups(tmp_path):
    for wrong in (0, -1, True, 2.0, "batch", None, False):
        with pytest.raises(ValueError, match=f"BackupAndRestore: save_freq is {wrong!r}; 'epoch'"):
            BackupAndRestore("b", save_freq=wrong)
    for wrong in ("", None, 3):
        with pytest.raises(ValueError, match="BackupAndRestore: backup_dir is"):
            BackupAndRestore(wrong)
    model = fastnn.Sequential([Dense(3)])
    model.compile("sgd", LOSS)
    with pytest.raises(ValueError, match=r"BackupAndRestore: .* is not built"):
        model.fit(X, Y, callbacks=BackupAndRestore(tmp_path), verbose=0)


def test_ten_kills():
    command = [sys.executable, killed.__file__, "--kills", "10"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.startswith("10 kills")


class Noise(fastnn.layers.Layer):
    """Draws from a generator of its own."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.seeds = fastnn.random.SeedGenerator()

    def call(self, x, training=False):
        return x + fastnn.random.normal(x.shape, 0.0, 0.1, seed=self.seeds) if training else x


@pytest.mark.parametrize("save_freq", ["epoch", 3])
def test_others_that_hold_something_go_on(save_freq, tmp_path):
    """Averages in the weights' place from an epoch's end on, a rate that waits, a generator."""

    def fit(folder, crash=None, seed=1):
        fastnn.utils.set_random_seed(seed)
        for _ in range(seed):
            fastnn.utils.draw_seed()
        model = fastnn.Sequential([fastnn.Input((6,)), Noise(), Dense(3, "softmax")])
        model.compile(fastnn.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5), LOSS)
        watching = [ReduceLROnPlateau("loss", patience=1, min_delta=0.3), SwapEMAWeights(True)]
        if folder:
            watching.insert(0, BackupAndRestore(folder, save_freq))
        watching += [Crash(crash)] * bool(crash)
        try:
            history = model.fit(X, Y, 8, 5, callbacks=watching, verbose=0)
        except ConnectionAbortedError:
            return None
        return state(model), history.history

    whole = fit(None)
    for crash in (8, 12, 16, 22, "end"):
        assert fit(tmp_path, crash) is None
        again = fit(tmp_path, seed=9)
        assert_same(whole[0], again[0])
        assert whole[1] == again[1]
