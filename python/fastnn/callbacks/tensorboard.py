"""Event files of a training, which TensorBoard shows."""

import numbers
import os
from time import perf_counter

import numpy as np

from .callback import Callback
from .callback_list import plain


class TensorBoard(Callback):
    """Writes what `fit` and `evaluate` measure into event files: ``tensorboard --logdir logs``.

    TensorBoard is a program of its own (pip install tensorboard) and need not be there. Numbers of
    your own go there with `fastnn.utils.EventFile(log_dir + "/mine")`.

    Args:
        log_dir: the folder; training is written to train/ in it, validation to validation/.
        histogram_freq: every how many epochs the weights' histograms are written; 0: never.
        write_graph: whether a functional or sequential model's layers are drawn.
        write_images: whether weights are written as pictures with their histograms: those of up to
            three axes without those of size 1, of which the last counts pictures; 3 of them at
            most, as in Keras. Grey is 0, white the largest and black the least of equal size.
            (Keras cuts weights to 0 .. 1.)
        write_steps_per_second: whether to write how many steps a second were done.
        update_freq: "epoch"; or every how many batches the loss and metrics of the epoch so far are
            written as batch_..; "batch" is 1.
        profile_batch, embeddings_freq, embeddings_metadata: 0, 0 and None: neither profiles nor
            embeddings are written.

    Names are Keras's: epoch_loss, epoch_accuracy, epoch_learning_rate by epochs, in both folders;
    batch_loss, .. by batches; evaluation_loss_vs_iterations, .. by the optimizer's steps.

    Raises:
        ValueError: an argument is none of these.
        OSError: as training begins, the folder cannot be written.

    >>> import fastnn, os, tempfile
    >>> model = fastnn.Sequential([fastnn.Input((2,)), fastnn.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     board = fastnn.callbacks.TensorBoard(folder)
    ...     history = model.fit([[1.0, 2.0]] * 8, [[3.0]] * 8, callbacks=board, verbose=0)
    ...     [file] = os.listdir(folder + "/train")
    >>> file
    'events.out.tfevents...'
    """

    def __init__(
        self,
        log_dir="logs",
        histogram_freq=0,
        write_graph=True,
        write_images=False,
        write_steps_per_second=False,
        update_freq="epoch",
        profile_batch=0,
        embeddings_freq=0,
        embeddings_metadata=None,
    ):
        if not isinstance(log_dir, (str, os.PathLike)):
            raise TypeError(
                f"TensorBoard: log_dir is a {type(log_dir).__name__}; a path is wanted."
            )
        if profile_batch or embeddings_freq or embeddings_metadata:
            raise ValueError(
                f"TensorBoard: profile_batch is {profile_batch!r}, embeddings_freq "
                f"{embeddings_freq!r}, embeddings_metadata {embeddings_metadata!r}; neither "
                "profiles nor embeddings are written. Leave them out."
            )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = _as_frequency(histogram_freq, "histogram_freq", 0)
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = update_freq
        if not isinstance(update_freq, str) or update_freq not in ("epoch", "batch"):
            self.update_freq = _as_frequency(update_freq, "update_freq", 1)
        self._every = 1 if update_freq == "batch" else self.update_freq
        if update_freq != "epoch":  # else steps go faster if nobody listens to batches
            self.on_train_batch_begin = self._begin_batch
            self.on_train_batch_end = self._end_batch
        self._files = {}
        self._batches = 0

    def set_model(self, model):
        super().set_model(model)
        self._close()

    def _file(self, name):
        """The file in a folder of log_dir, made when it is first needed."""
        from ..utils import EventFile  # few who train need it

        if name not in self._files:
            self._files[name] = EventFile(os.path.join(self.log_dir, name))
        return self._files[name]

    def _close(self):
        for file in self._files.values():
            file.close()
        self._files = {}

    def on_train_begin(self, logs=None):
        self._batches = 0
        train = self._file("train")
        if self.write_graph and getattr(self.model, "_graph", None) is not None:
            train.graph(self.model)

    def on_train_end(self, logs=None):
        self._close()

    def on_test_end(self, logs=None):
        iterations = getattr(self.model.optimizer, "iterations", None)
        step = 0 if iterations is None else iterations.item()
        names = {f"evaluation_{name}_vs_iterations": value for name, value in (logs or {}).items()}
        self._write("validation", names, step)

    def on_epoch_begin(self, epoch, logs=None):
        self._began = perf_counter(), self._steps()

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        train["learning_rate"] = float(self.model.optimizer.learning_rate)
        if self.write_steps_per_second:
            began, steps = self._began
            train["steps_per_second"] = (self._steps() - steps) / (perf_counter() - began)
        self._write("train", {f"epoch_{name}": value for name, value in train.items()}, epoch)
        measured = {
            f"epoch_{name[4:]}": value for name, value in logs.items() if name.startswith("val_")
        }
        if measured:
            self._write("validation", measured, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)

    def _steps(self):
        iterations = self.model.optimizer.iterations
        return 0 if iterations is None else iterations.item()

    def _begin_batch(self, batch, logs=None):
        self._batch_began = perf_counter()

    def _end_batch(self, batch, logs=None):
        self._batches += 1
        if self._batches % self._every:
            return
        measured = dict(logs or {})
        if self.write_steps_per_second:
            measured["steps_per_second"] = 1 / (perf_counter() - self._batch_began)
        names = {f"batch_{name}": value for name, value in measured.items()}
        self._write("train", names, self._batches, flush=False)

    def _write(self, folder, named, step, flush=True):
        file = self._file(folder)
        for name, value in plain(named).items():
            if isinstance(value, float):  # logs may hold texts
                file.scalar(name, value, step)
        if flush:
            file.flush()

    def _write_weights(self, epoch):
        file = self._file("train")
        for layer in self.model.layers:
            for i, weight in enumerate(layer.weights):
                name = (weight.name or f"{layer.name}/weight_{i}").replace(":", "_")
                values = weight.numpy()
                file.histogram(f"{name}/histogram", values, epoch)
                pictures = _as_pictures(values) if self.write_images else None
                if pictures is not None:
                    file.image(f"{name}/image", pictures, epoch)
        file.flush()


def _as_pictures(weight):
    """A weight as (n, rows, columns, 1), from 0 to 1; None if it has too many axes."""
    w = weight.squeeze()
    if not 1 <= w.ndim <= 3 or not w.size:
        return None
    if w.ndim == 1:
        w = w[None, :, None]  # a column
    elif w.ndim == 2:
        w = (w.T if w.shape[0] > w.shape[1] else w)[None]
    else:
        w = np.moveaxis(w, 2, 0)
    most = np.nanmax(np.abs(w), initial=0.0)
    if not 0 < most < np.inf:
        most = 1.0
    return 0.5 + 0.5 * w[..., None] / most


def _as_frequency(value, name, least):
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < least:
        more = ", 'batch' or 'epoch'" if name == "update_freq" else ""
        raise ValueError(
            f"TensorBoard: {name} is {value!r}; a whole number of at least {least}{more} is wanted."
        )
    return int(value)
