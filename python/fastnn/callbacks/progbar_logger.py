"""The progress bar of fit, evaluate and predict."""

from ..utils.progress import Progbar, checked_verbose
from .callback import Callback


class ProgbarLogger(Callback):
    """Shows a `fastnn.utils.Progbar` for each epoch, evaluation or prediction.

    `fit`, `evaluate` and `predict` add one. It reads "verbose", "epochs" and "steps" of `params`.

    >>> import fastnn
    >>> bar = fastnn.callbacks.ProgbarLogger()
    >>> bar.set_params({"verbose": 2, "epochs": 5, "steps": 10})
    >>> bar.on_epoch_begin(0)
    >>> bar.on_epoch_end(0, {"loss": 0.5})
    Epoch 1/5 - 10/10 - 0s - ... steps/s - loss: 0.5000
    """

    def __init__(self):
        self.set_params({})

    def set_params(self, params):
        self.params = params
        self._verbose = checked_verbose(params.get("verbose", 1), "ProgbarLogger")
        self._epochs = params.get("epochs", 1)
        self._steps = params.get("steps")
        self._in_fit = False
        self._begin()

    @property
    def watches_batches(self):
        """Whether it must hear of each batch: to renew a line, or to count."""
        return self._bar.live or (self._verbose > 0 and self._steps is None)

    def _begin(self, title=""):
        self._bar = Progbar(self._steps, verbose=self._verbose, stateless_metrics=(), title=title)

    def _end(self, logs):
        # A bar that did not hear of the batches knows only how many there were to be.
        done = self._bar.seen if self._steps is None else self._steps
        self._bar.update(done, logs, True)

    def on_train_begin(self, logs=None):
        self._in_fit = True  # where validation is silent

    def on_train_end(self, logs=None):
        self._in_fit = False

    def on_epoch_begin(self, epoch, logs=None):
        self._begin(f"Epoch {epoch + 1}/{self._epochs}" if self._epochs > 1 else "")

    def on_train_batch_end(self, batch, logs=None):
        self._bar.update(batch + 1, logs, False)

    def on_epoch_end(self, epoch, logs=None):
        self._end(logs)
        if self._steps is None:
            self._steps = self._bar.seen  # the next epoch has as many

    def on_test_begin(self, logs=None):
        if self._in_fit:
            self._bar.stop_clock()
        else:
            self._begin()

    def on_test_batch_end(self, batch, logs=None):
        if not self._in_fit:
            self._bar.update(batch + 1, logs, False)

    def on_test_end(self, logs=None):
        if not self._in_fit:
            self._end(logs)

    def on_predict_begin(self, logs=None):
        self._begin()

    def on_predict_batch_end(self, batch, logs=None):
        self._bar.update(batch + 1, None, False)  # the outputs are nothing to show

    def on_predict_end(self, logs=None):
        self._end(None)
