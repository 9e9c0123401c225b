"""Training that goes on where it was broken off."""

import contextlib
import os

from .._lines import warn
from .saving import SavingCallback

_PARTS = {"epoch", "step", "source", "stopped", "logs", "callbacks"}


class BackupAndRestore(SavingCallback):
    """Backs up a training, so that the same call of `fit` goes on after a crash where the backup
    was made, and ends with the same weights, bit by bit, as if nothing had happened.

    Args:
        backup_dir: a folder for the backup alone; it is made.
        save_freq: "epoch", or after how many batches to save.
        double_checkpoint: whether the backup before the last one is kept, too, and taken if the
            last one is damaged.
        delete_checkpoint: whether the backup is removed when training has ended.

    A backup holds the weights, the optimizers, the positions of random numbers and in the shuffled
    data, the metrics of the epoch so far, and the state of the other callbacks (`History`,
    `EarlyStopping`, `ModelCheckpoint`, and what those of one's own name in `state_names`). The
    model, its optimizer, the data and the arguments of `fit` must be made by the same code.

    Generators and other iterables are gone on with at the beginning of an epoch only: save_freq
    must be "epoch", and a generator has to begin with the batches of that epoch itself.

    Raises:
        ValueError: the model is not built; the backup is damaged, or is that of another training;
            batches of an iterable are to be backed up within an epoch.
        OSError: the backup cannot be written.

    >>> import tempfile, numpy as np, fastnn
    >>> x, y = np.ones((8, 2)), np.ones((8, 1))
    >>> def train(folder, *others):
    ...     model = fastnn.Sequential([fastnn.Input((2,)), fastnn.layers.Dense(1)])
    ...     model.compile("adam", "mse")
    ...     callbacks = [fastnn.callbacks.BackupAndRestore(folder), *others]
    ...     return model.fit(x, y, epochs=4, verbose=0, callbacks=callbacks)
    >>> def crash(epoch, logs):
    ...     if epoch == 2:
    ...         raise RuntimeError("the power is gone")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     try:
    ...         train(folder, fastnn.callbacks.LambdaCallback(on_epoch_begin=crash))
    ...     except RuntimeError:
    ...         seen = []
    ...         show = fastnn.callbacks.LambdaCallback(on_epoch_end=lambda e, _: seen.append(e))
    ...         history = train(folder, show)
    >>> seen, len(history.history["loss"])
    ([2, 3], 4)
    """

    comes_last = True  # what it saves is what the others have made of an epoch's end

    def __init__(
        self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True
    ):
        super().__init__(save_freq)
        if not isinstance(backup_dir, (str, os.PathLike)) or not os.fspath(backup_dir):
            raise ValueError(
                f"BackupAndRestore: backup_dir is {backup_dir!r}; a folder's name is wanted."
            )
        self.backup_dir = os.fspath(backup_dir)
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._path = os.path.join(self.backup_dir, "training.npz")
        self._previous = os.path.join(self.backup_dir, "training.previous.npz")
        self._within = None  # the state of an epoch that was broken off
        self._epoch = 0

    def on_train_begin(self, logs=None):
        self._batches, self._within = 0, None
        if not self.model.built:
            raise ValueError(
                f"BackupAndRestore: {self.model.name} is not built, so that there are no weights "
                "to restore: call it once before fit, or begin with fastnn.Input."
            )
        source = self._source()
        within = source is None or source.resumes_within_epochs
        if self.save_freq != "epoch" and not within:
            raise ValueError(
                f"BackupAndRestore: save_freq is {self.save_freq}, but batches that an iterable "
                "makes cannot be gone back to within an epoch; 'epoch' is wanted."
            )
        state = self._read()
        if state is None:
            return
        self._restore(state)
        _, fit, _ = state
        if fit["step"]:
            self._within = state
        elif fit["stopped"]:
            fit["epoch"] = max(fit["epoch"], self.params["epochs"])
        self.model._goes_on = fit["epoch"], fit["step"]

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch
        if self._within is not None:  # once more: metrics have begun anew, rates were set
            self._restore(self._within)
            self._within = None

    def on_train_batch_end(self, batch, logs=None):
        if self.is_due():
            self._save(self._epoch, batch + 1)

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save(epoch + 1, 0)

    def on_train_end(self, logs=None):
        if self.delete_checkpoint:
            for path in (self._path, self._previous):
                with contextlib.suppress(FileNotFoundError):
                    os.remove(path)
            with contextlib.suppress(OSError):  # something else is in it, or it was never made
                os.rmdir(self.backup_dir)

    # The state

    def _source(self):
        return self.model._at_work[0] if self.model._at_work else None

    def _others(self):
        """(name of the class, the how-manieth of it, callback) of all others."""
        callbacks = self.model._at_work[1].callbacks if self.model._at_work else ()
        counts = {}
        for callback in callbacks:
            kind = type(callback).__name__
            counts[kind] = counts.get(kind, -1) + 1
            if callback is not self:
                yield f"{kind} {counts[kind]}", callback

    def _save(self, epoch, step):
        from ..saving.training_state import state_of
        from ..saving.weights_file import write

        model, source = self.model, self._source()
        fit = {
            "epoch": epoch,
            "step": step,
            "source": source and source.position(),
            "stopped": model.stop_training,
            "logs": model._logs() if step else None,
            "callbacks": {
                name: {key: getattr(callback, key) for key in callback.state_names}
                for name, callback in self._others()
            },
        }
        os.makedirs(self.backup_dir, exist_ok=True)
        previous = self._previous if self.double_checkpoint else None
        write(self._path, state_of(model, fit, metrics=step > 0), previous)

    def _read(self):
        """What `read_state` gives of the backup; None if there is none."""
        from ..saving.training_state import read_state

        paths = [self._path] + [self._previous] * bool(self.double_checkpoint)
        paths = [path for path in paths if os.path.exists(path)]
        for path in paths:
            try:
                state = read_state(self.model, path, "BackupAndRestore")
                if not isinstance(state[1], dict) or _PARTS - state[1].keys():
                    raise ValueError(f"{path}: the file is no backup of a training.")
                return state
            except (OSError, ValueError) as error:
                if path == paths[-1]:
                    error.args = (f"{error} Remove {self.backup_dir} to train from the beginning.",)
                    raise
                warn(f"BackupAndRestore: {error} The backup before it is taken.")
        return None

    def _restore(self, state):
        plan, fit, metrics = state
        source = self._source()
        if source is not None and fit["source"] is not None:
            source.move_to(fit["source"])
        for function, value in plan:
            function(value)
        model = self.model
        model.stop_training = fit["stopped"]
        model._step_logs = fit["logs"]
        model._metric_values = dict(metrics)
        model._take_metric_values()
        for name, callback in self._others():
            values = fit["callbacks"].get(name, {})
            for key in values.keys() & set(callback.state_names):
                setattr(callback, key, values[key])
