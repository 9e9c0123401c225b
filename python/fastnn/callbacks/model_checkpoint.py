"""Files of weights, written as training goes on."""

import os
import string
import warnings

from .._checks import as_number
from .monitor import MonitorCallback
from .saving import SavingCallback


class ModelCheckpoint(SavingCallback, MonitorCallback):
    """Saves the model after each epoch, or every so many batches; always, or if it got better.

    Args:
        filepath: the file's name, which ends in .npz or .safetensors. `{epoch}`, `{batch}` (both
            from 1; the latter if save_freq is a number) and the names of the logs stand for their
            values: "{epoch:02d}-{val_loss:.2f}.npz". Folders are made.
        monitor: the name of what says whether it got better.
        verbose: 1 prints what it does, 0 does not.
        save_best_only: whether only a model is saved that is better than all before, by `monitor`;
            one of whose monitor nothing is known is saved, with a warning, as in Keras.
        save_weights_only: whether the weights alone are saved, as `Model.save_weights` does. Else
            the state of the optimizer and of random numbers is in the file, too, and
            `Model.load_weights` of a compiled model takes it. The layers themselves are in
            neither: the model must be made by the same code.
        mode: "min" if less is better, "max" if more is; "auto" as in `EarlyStopping`.
        save_freq: "epoch", or after how many batches to save.
        initial_value_threshold: what the first model must be better than; None: nothing.

    Files are whole at any moment: a new one takes the place of the old one when it is written.

    Raises:
        ValueError: an argument is none of these; a name in `filepath` is not among the logs.
        OSError: the file cannot be written.

    >>> import os, tempfile, numpy as np, fastnn
    >>> model = fastnn.Sequential([fastnn.Input((2,)), fastnn.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "{epoch:02d}.npz")
    ...     saving = fastnn.callbacks.ModelCheckpoint(path)
    ...     _ = model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, verbose=0, callbacks=saving)
    ...     sorted(os.listdir(folder))
    ['01.npz', '02.npz']
    """

    state_names = ("best", "_batches")

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        from ..saving.weights_file import checked_path  # here: models alone need none of it

        MonitorCallback.__init__(self, monitor, mode, 0)
        SavingCallback.__init__(self, save_freq)
        self.filepath = checked_path(filepath, "ModelCheckpoint")
        try:
            list(string.Formatter().parse(self.filepath))
        except ValueError as error:
            raise ValueError(f"ModelCheckpoint: filepath is {filepath!r}: {error}.") from None
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        if initial_value_threshold is not None:
            initial_value_threshold = as_number(
                initial_value_threshold, "ModelCheckpoint", "initial_value_threshold"
            )
        self.best = initial_value_threshold
        self._epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.is_due():
            self._save({"epoch": self._epoch + 1, "batch": batch + 1}, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save({"epoch": epoch + 1}, logs or {})

    def _save(self, numbers, logs):
        path = self._path(numbers, logs)
        if self.save_best_only and not self._is_best(numbers, logs):
            return
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            from ..saving.training_state import state_of
            from ..saving.weights_file import write

            write(path, state_of(self.model))
        self._say(numbers, f"the model is saved to {path}")

    def _path(self, numbers, logs):
        try:
            return self.filepath.format(**(numbers | logs))
        except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
            raise ValueError(
                f"ModelCheckpoint: filepath is {self.filepath!r}, which cannot be filled in: "
                f"{error!r}. There are {', '.join(numbers | logs)}."
            ) from None

    def _is_best(self, numbers, logs):
        value, best = self.value_in(logs), self.best
        if value is None:
            return True
        if getattr(value, "shape", ()):
            warnings.warn(
                f"ModelCheckpoint: {self.monitor} is an array of shape {value.shape}; a number is "
                "wanted, by which models can be compared. Each is saved.",
                stacklevel=2,
            )
            return True
        better = self.is_better(value, best)
        before = "" if best is None else f", {'after' if better else 'not better than'} {best:.5f}"
        self._say(numbers, f"{self.monitor} is {value:.5f}{before}")
        if better:
            self.best = value
        return better

    def _say(self, numbers, what):
        if self.verbose > 0:
            print(f"Epoch {numbers['epoch']}: {what}")
