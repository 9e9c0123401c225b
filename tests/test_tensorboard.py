"""The TensorBoard callback: Keras's names, steps and folders, with the numbers of the history."""

import fastnn
import numpy as np
import pytest
from event_records import events, picture
from fastnn.callbacks import LambdaCallback, TensorBoard
from fastnn.layers import Conv2D, Dense, Flatten
from training import X, Y, network


def of_run(folder):
    [path] = folder.iterdir()
    return events(path)


def scalars(folder):
    """name -> {step: number}"""
    found = {}
    for plugin, name, step, value in (event for event in of_run(folder) if len(event) == 4):
        if plugin == "scalars":
            assert step not in found.setdefault(name, {})
            found[name][step] = value.item()
    return found


def fitted(folder, metrics=("accuracy",), **arguments):
    model = network(metrics=list(metrics), optimizer="adam")
    board = TensorBoard(folder, **arguments)
    data = {"validation_data": (X[:8], Y[:8]), "batch_size": 16, "epochs": 3, "verbose": 0}
    return model.fit(X, Y, callbacks=[board], **data)


def by_epoch(values):
    return {epoch: np.float32(value).item() for epoch, value in enumerate(values)}


def test_epochs(tmp_path):
    known = fitted(tmp_path).history
    rate = by_epoch([0.001] * 3)
    assert scalars(tmp_path / "train") == {
        "epoch_accuracy": by_epoch(known["accuracy"]),
        "epoch_loss": by_epoch(known["loss"]),
        "epoch_learning_rate": rate,
    }
    of_steps = {
        f"evaluation_{name}_vs_iterations": {
            3 * epoch + 3: value for epoch, value in by_epoch(known[f"val_{name}"]).items()
        }
        for name in ("accuracy", "loss")
    }
    assert scalars(tmp_path / "validation") == of_steps | {
        "epoch_accuracy": by_epoch(known["val_accuracy"]),
        "epoch_loss": by_epoch(known["val_loss"]),
    }


@pytest.mark.parametrize("freq, steps", [("batch", range(1, 10)), (1, range(1, 10)), (4, (4, 8))])
def test_batches(tmp_path, freq, steps):
    seen = []
    board = TensorBoard(tmp_path, update_freq=freq, write_steps_per_second=True)
    see = LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs["loss"]))
    model = network()
    model.fit(X, Y, batch_size=16, epochs=3, verbose=0, callbacks=[board, see])
    found = scalars(tmp_path / "train")
    names = {"batch_loss", "batch_steps_per_second"}
    names |= {"epoch_loss", "epoch_learning_rate", "epoch_steps_per_second"}
    assert set(found) == names
    assert found["batch_loss"] == {step: np.float32(seen[step - 1]).item() for step in steps}
    assert list(found["batch_steps_per_second"]) == list(steps)
    assert list(found["epoch_steps_per_second"]) == [0, 1, 2]
    assert min(found["epoch_steps_per_second"].values()) > 1
    assert not (tmp_path / "validation").exists()


def test_nobody_listens_to_batches_if_epochs_are_enough():
    hooks = fastnn.callbacks.CallbackList(TensorBoard()).batch_hooks_train
    assert not hooks and fastnn.callbacks.CallbackList(TensorBoard(update_freq=9)).batch_hooks_train


def test_weights(tmp_path):
    model = fastnn.Sequential(
        [fastnn.Input((4, 4, 1)), Conv2D(5, 2, name="conv"), Flatten(), Dense(2, name="dense")]
    )
    model.compile("sgd", "mse")
    x, y = np.ones((4, 4, 4, 1)), np.ones((4, 2))
    board = TensorBoard(tmp_path, histogram_freq=2, write_images=True)
    kept = {}
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: kept.update({epoch: weights(model)}))
    model.fit(x, y, epochs=3, verbose=0, callbacks=[board, keep])
    found = {(name, step): value for _, name, step, value in of_run(tmp_path / "train")[1:]}
    assert {step for name, step in found if name.endswith("histogram")} == {0, 2}
    sizes = {"conv/kernel": (2, 2), "conv/bias": (5, 1), "dense/kernel": (2, 45)}
    for epoch in (0, 2):
        for name, value in kept[epoch].items():
            rows = found[f"{name}/histogram", epoch]
            assert (rows[0, 0], rows[-1, 1]) == (value.min(), value.max())
            assert rows[:, 2].sum() == value.size
        for name, size in sizes.items():
            assert picture(found[f"{name}/image", epoch][2]).shape == (*size, 1)
    images = [picture(data)[..., 0] for data in found["conv/kernel/image", 2][2:]]
    kernel = kept[2]["conv/kernel"][:, :, 0]
    wanted = 127.75 * (1 + kernel / np.abs(kernel).max())
    for i in range(3):
        assert (np.abs(images[i] - np.minimum(wanted[..., i], 255)) <= 1).all()
    assert len(images) == 3


def weights(model):
    return {w.name: w.numpy() for w in model.weights}


def test_weights_that_are_nan_are_no_error(tmp_path):
    model = network()
    model.set_weights([np.full(w.shape, np.nan) for w in model.weights])
    board = TensorBoard(tmp_path, histogram_freq=1, write_images=True)
    nan = fastnn.callbacks.TerminateOnNaN()
    model.fit(X, Y, verbose=0, callbacks=[board, nan])
    assert np.isnan(scalars(tmp_path / "train")["epoch_loss"][0])


def test_the_graph_is_written_unless_not_wanted(tmp_path):
    fitted(tmp_path / "a")
    kinds = [node[1] for node in of_run(tmp_path / "a" / "train")[0][1]]
    assert kinds == ["InputLayer", "Dense", "Dense"]
    fitted(tmp_path / "b", write_graph=False)
    assert len(of_run(tmp_path / "b" / "train")[0]) == 4

    class Own(fastnn.Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(4, activation="softmax")

        def call(self, x):
            return self.dense(x)

    own = Own()
    own.compile("sgd", "sparse_categorical_crossentropy")
    own.fit(X, Y, verbose=0, callbacks=TensorBoard(tmp_path / "c"))
    assert len(of_run(tmp_path / "c" / "train")[0]) == 4


def test_evaluate_alone(tmp_path):
    model = network()
    loss = model.evaluate(X, Y, verbose=0, callbacks=TensorBoard(tmp_path))
    wanted = {"evaluation_loss_vs_iterations": {0: np.float32(loss).item()}}
    assert scalars(tmp_path / "validation") == wanted
    assert not (tmp_path / "train").exists()


def test_in_a_loop_of_ones_own(tmp_path):
    model = network()
    board = TensorBoard(tmp_path, write_graph=False)
    board.set_model(model)
    board.on_train_begin()
    logs = {"a": np.float32(0.5), "b": fastnn.Tensor(np.ones(())), "c": 2, "d": "text", "e": X}
    board.on_epoch_end(0, logs)
    found = scalars(tmp_path / "train")
    del found["epoch_learning_rate"]
    assert found == {"epoch_a": {0: 0.5}, "epoch_b": {0: 1.0}, "epoch_c": {0: 2.0}}
    board.on_train_end()


def test_another_fit_makes_another_file_and_an_error_loses_nothing(tmp_path):
    board = TensorBoard(tmp_path, update_freq=1)
    model = network()
    model.fit(X, Y, verbose=0, callbacks=board)

    def fail(batch, logs):
        if batch == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, verbose=0, callbacks=[board, LambdaCallback(on_train_batch_end=fail)])
    board.set_model(model)
    first, second = sorted((tmp_path / "train").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert len(events(first)) == 1 + 2 + 2 and len(events(second)) == 1 + 2


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"log_dir": 3}, TypeError, "log_dir is a int; a path is wanted"),
        ({"histogram_freq": -1}, ValueError, "histogram_freq is -1; a whole number of at least 0"),
        ({"histogram_freq": 0.5}, ValueError, "histogram_freq is 0.5; a whole number"),
        (
            {"update_freq": "epochs"},
            ValueError,
            "update_freq is 'epochs'; .* 1, 'batch' or 'epoch'",
        ),
        ({"update_freq": 0}, ValueError, "update_freq is 0; a whole number of at least 1"),
        ({"update_freq": None}, ValueError, "update_freq is None"),
        ({"profile_batch": 2}, ValueError, "profile_batch is 2, .* neither profiles nor"),
        ({"embeddings_freq": 1}, ValueError, ".*embeddings_freq 1, .* Leave them out"),
        ({"embeddings_metadata": "a.tsv"}, ValueError, ".*embeddings_metadata 'a.tsv'; neither"),
    ],
)
def test_wrong_arguments(arguments, error, message):
    with pytest.raises(error, match="TensorBoard: " + message):
        TensorBoard(**arguments)


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("kept")
    model = network()
    before = model.get_weights()
    with pytest.raises(OSError, match=r"EventFile: .*Give a path that can be written.*file"):
        model.fit(X, Y, verbose=0, callbacks=TensorBoard(tmp_path / "file"))
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert (tmp_path / "file").read_text() == "kept"
