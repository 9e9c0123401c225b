"""ModelCheckpoint. What it saves when is compared with Keras's in tests/parity/checkpoints.py."""

import os

import fastnn
import numpy as np
import pytest
from fastnn.callbacks import ModelCheckpoint
from fastnn.layers import Layer
from resuming import X, Y, assert_same, network, state


def test_wrong_arguments_of_checkpoints(tmp_path):
    for wrong in (0, -1, True, 2.0, "batch", None, False):
        with pytest.raises(ValueError, match=f"ModelCheckpoint: save_freq is {wrong!r}; 'epoch' o"):
            ModelCheckpoint("x.npz", save_freq=wrong)
    with pytest.raises(ValueError, match=r"ModelCheckpoint: 'x.keras' ends in '.keras'; '.npz' or"):
        ModelCheckpoint("x.keras")
    with pytest.raises(ValueError, match=r"ModelCheckpoint: filepath is '{epoch.npz'"):
        ModelCheckpoint("{epoch.npz")
    saving = ModelCheckpoint(tmp_path / "{val_loss}.npz")
    with pytest.raises(ValueError, match=r"'val_loss'.*There are epoch, accuracy, largest, loss\."):
        network(1).fit(X, Y, callbacks=saving, verbose=0)


def test_a_checkpoint_has_the_optimizer(tmp_path):
    path = tmp_path / "made/{epoch}.safetensors"
    model = network(1, fastnn.optimizers.Adam(0.01))
    model.fit(X, Y, epochs=2, verbose=0, callbacks=ModelCheckpoint(path))
    other = network(2, fastnn.optimizers.Adam(0.5))
    other.fit(X, Y, epochs=4, verbose=0)  # recorded steps must notice what is loaded
    other.load_weights(tmp_path / "made/2.safetensors")
    for one in (model, other):
        one.fit(X, Y, shuffle=False, verbose=0)
    assert_same(state(model), state(other))
    sgd = network(3, fastnn.optimizers.SGD())
    with pytest.warns(UserWarning, match="the state of optimizer is not that of this SGD: unexp"):
        sgd.load_weights(tmp_path / "made/2.safetensors")


def test_checkpoints_say_what_they_do(tmp_path, capsys):
    path = str(tmp_path / "best.npz")
    saving = ModelCheckpoint(path, "loss", verbose=1, save_best_only=True, mode="min")
    saving.set_model(network(1))
    for epoch, loss in enumerate((0.5, 0.75, 0.25)):
        saving.on_epoch_end(epoch, {"loss": loss})
    assert capsys.readouterr().out == (
        f"Epoch 1: loss is 0.50000\nEpoch 1: the model is saved to {path}\n"
        "Epoch 2: loss is 0.75000, not better than 0.50000\n"
        f"Epoch 3: loss is 0.25000, after 0.50000\nEpoch 3: the model is saved to {path}\n"
    )


def test_a_model_of_which_nothing_is_known_is_saved(tmp_path):
    saving = ModelCheckpoint(tmp_path / "{epoch}.npz", "val_gain", save_best_only=True)
    saving.set_model(network(1))
    with pytest.warns(UserWarning, match="ModelCheckpoint: monitor is 'val_gain', which is not"):
        saving.on_epoch_end(0, {"loss": 1.0})
    with pytest.warns(UserWarning, match=r"val_gain is an array of shape \(2,\).* Each is saved"):
        saving.on_epoch_end(1, {"val_gain": np.ones(2)})
    assert sorted(os.listdir(tmp_path)) == ["1.npz", "2.npz"]


class Generator:
    """A source of random numbers that a layer holds."""

    random_position = (5, 0, 7)


class Drawing(Layer):
    def __init__(self):
        super().__init__()
        self.generator = Generator()

    def call(self, x):
        return x


def test_sources_of_random_numbers_in_a_layer_go_on(tmp_path):
    models = [fastnn.Sequential([fastnn.Input((2,)), Drawing()]) for _ in range(2)]
    models[0].layers[0].generator.random_position = (5, 3, 8)
    saving = ModelCheckpoint(tmp_path / "w.npz")
    saving.set_model(models[0])
    saving.on_epoch_end(0, {})
    with np.load(tmp_path / "w.npz") as archive:
        assert "random:layers/drawing/generator" in archive
    models[1].load_weights(tmp_path / "w.npz")
    assert models[1].layers[0].generator.random_position == [5, 3, 8]
