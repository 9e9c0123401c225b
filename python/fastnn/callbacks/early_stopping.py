"""Training that ends when it no longer gets better."""

from .._checks import as_number
from .monitor import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Stops training after some epochs in which one of the logs did not get better.

    Args:
        monitor: the name of what is watched.
        min_delta: what counts as better is so by more than this.
        patience: the epochs without getting better after which training stops.
        verbose: 1 prints when it stopped, 0 does not.
        mode: "min" if less is better, "max" if more is; "auto" knows it from the metric, or guesses
            by its name: accuracies, AUC, precision, recall and the like should grow, all else fall.
        baseline: what must be surpassed, too, for the patience to begin anew.
        restore_best_weights: whether the model gets back the weights of its best epoch, even if
            that did not surpass the baseline; else it keeps the last ones.
        start_from_epoch: the epochs before this one are not watched.

    Raises:
        ValueError: if `mode` is none of these.
        TypeError: if a number is none.

    A `UserWarning` says so if what is watched is not there.

    >>> import fastnn
    >>> stop = fastnn.callbacks.EarlyStopping("loss", patience=2)
    >>> model = fastnn.Sequential()
    >>> stop.set_model(model)
    >>> stop.on_train_begin()
    >>> model.stop_training = False
    >>> for epoch, loss in enumerate([0.5, 0.4, 0.6, 0.4, 0.3]):
    ...     if not model.stop_training:
    ...         stop.on_epoch_end(epoch, {"loss": loss})
    >>> stop.stopped_epoch, stop.best, stop.best_epoch
    (3, 0.4, 1)
    """

    state_names = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta)
        self.patience = as_number(patience, "EarlyStopping", "patience")
        self.verbose = verbose
        if baseline is not None:
            baseline = as_number(baseline, "EarlyStopping", "baseline")
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = as_number(start_from_epoch, "EarlyStopping", "start_from_epoch")
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights = None

    def on_epoch_end(self, epoch, logs=None):
        value = self.value_in(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.is_better(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self.is_better(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.stopped_epoch and self.verbose:
            print(
                f"Epoch {self.stopped_epoch + 1}: stopped, as {self.monitor} was best in epoch "
                f"{self.best_epoch + 1}"
            )
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
            if self.verbose:
                print(f"The weights of epoch {self.best_epoch + 1} are back")
