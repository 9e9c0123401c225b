"""What an epoch ended with, epoch by epoch."""

from .callback import Callback


class History(Callback):
    """Keeps the logs of the epochs; `fit` adds one, and returns it.

    Attributes:
        history: a list of numbers, one an epoch, for each name.
        epoch: the epochs' numbers.

    >>> import fastnn
    >>> history = fastnn.callbacks.History()
    >>> history.set_model(fastnn.Sequential())
    >>> history.on_train_begin()
    >>> history.on_epoch_end(0, {"loss": 0.5})
    >>> history.on_epoch_end(1, {"loss": 0.25})
    >>> history.history
    {'loss': [0.5, 0.25]}
    """

    state_names = ("history", "epoch")

    def __init__(self):
        self.history = {}
        self.epoch = []

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self.model is not None:
            self.model.history = self
