"""A learning rate that falls when training no longer gets better."""

from .._checks import as_factor, as_number
from .monitor import MonitorCallback


class ReduceLROnPlateau(MonitorCallback):
    """Lowers the learning rate after some epochs in which one of the logs did not get better.

    Args:
        monitor: the name of what is watched.
        factor: what the rate is multiplied by, 0 <= factor < 1.
        patience: the epochs without getting better after which it is lowered.
        verbose: 1 prints the new rate, 0 does not.
        mode: "min" if less is better, "max" if more is; "auto" knows it from the metric, or guesses
            by its name, as `EarlyStopping`.
        min_delta: what counts as better is so by more than this.
        cooldown: epochs after a lowering that are not counted.
        min_lr: the rate falls no further.

    The logs get the rate, as "learning_rate". Its state is in the attributes `best`, `wait` and
    `cooldown_counter`.

    Raises:
        ValueError: `factor` is no number below 1, `min_lr` is negative, or `mode` is none of these.
        TypeError: a number is none; or, as training begins, the rate follows a schedule.

    A `UserWarning` says so if what is watched is not there.

    >>> import fastnn
    >>> model = fastnn.Sequential()
    >>> model.optimizer = fastnn.optimizers.SGD(0.5)
    >>> reduce = fastnn.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, verbose=1)
    >>> reduce.set_model(model)
    >>> reduce.on_train_begin()
    >>> for epoch, loss in enumerate([0.5, 0.4, 0.4]):
    ...     reduce.on_epoch_end(epoch, {"loss": loss})
    <BLANKLINE>
    Epoch 3: ReduceLROnPlateau reducing learning rate to 0.25.
    >>> model.optimizer.learning_rate
    0.25
    """

    state_names = ("best", "wait", "cooldown_counter")

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
    ):
        super().__init__(monitor, mode, min_delta)
        kind = type(self).__name__
        self.factor = as_number(factor, kind, "factor")
        if not 0 <= self.factor < 1:
            raise ValueError(
                f"{kind}: factor is {factor!r}; a number of at least 0 and below 1 is wanted, for "
                "the rate is multiplied by it."
            )
        self.patience = as_number(patience, kind, "patience")
        self.verbose = verbose
        self.cooldown = as_number(cooldown, kind, "cooldown")
        self.min_lr = as_factor(min_lr, kind, "min_lr")
        self._begin()

    def _begin(self):
        self.best = None
        self.wait = 0
        self.cooldown_counter = 0

    def in_cooldown(self):
        """Whether epochs are not counted, since the rate was lowered."""
        return self.cooldown_counter > 0

    def on_train_begin(self, logs=None):
        self._begin()
        optimizer = self.model.optimizer
        # One that follows a schedule refuses a number: now, and not after `patience` epochs.
        optimizer.learning_rate = float(optimizer.learning_rate)

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        value = self.value_in(logs)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(value, self.best):
            self.best, self.wait = value, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch):
        optimizer = self.model.optimizer
        old = float(optimizer.learning_rate)
        if old <= self.min_lr:
            return
        new = max(old * self.factor, self.min_lr)
        optimizer.learning_rate = new
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: {type(self).__name__} reducing learning rate to {new}.")
        self.cooldown_counter = self.cooldown
        self.wait = 0
