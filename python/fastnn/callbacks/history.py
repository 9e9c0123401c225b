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
        self._epochs = {}  # of each name, from 1; they go on where `fit` is called again
        self._last = 0

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        self._last = max(self._last, epoch) + 1
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
            self._epochs.setdefault(name, []).append(self._last)
        if self.model is not None:
            self.model.history = self

    def plot(self, names=None):
        """A figure of the curves: axes for each metric, with training and validation.

        Args:
            names: of the metrics, one or a list; None: all, the loss first.

        Returns:
            A matplotlib Figure, which is not shown by itself except in notebooks; it takes
            ``pip install "fastnn[plot]"``. See `fastnn.visualize.curves`.

        >>> import fastnn
        >>> history = fastnn.callbacks.History()
        >>> history.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.6})
        >>> figure = history.plot()
        >>> [len(axes.lines) for axes in figure.axes]
        [2]
        """
        from ..visualize import curves

        return curves(self, names)
