"""The callbacks of one fit, evaluate or predict, called as if they were one."""

from .callback import HOOKS, Callback, overrides
from .history import History
from .progbar_logger import ProgbarLogger

_OLDER = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


def _as_callbacks(callbacks):
    """A list, of nothing, one callback or a list of them."""
    if callbacks is None:
        return []
    if isinstance(callbacks, CallbackList):
        return list(callbacks.callbacks)
    if isinstance(callbacks, Callback):
        return [callbacks]
    if not isinstance(callbacks, (list, tuple)):
        raise _no_callback(callbacks)
    return [_checked(callback) for callback in callbacks]


def _checked(callback):
    if not isinstance(callback, Callback):
        raise _no_callback(callback)
    return callback


def _no_callback(x):
    if isinstance(x, type) and issubclass(x, Callback):
        came, cure = f"the class {x.__name__}", f"write {x.__name__}(..)."
    else:
        came = f"a {type(x).__name__}"
        cure = "derive its class from fastnn.callbacks.Callback, or use LambdaCallback."
    return TypeError(
        f"callbacks: {came} came; a Callback or a list of them is wanted. To make one, {cure}"
    )


def plain(logs):
    """A new dictionary: what is a number as a float, dictionaries within taken apart."""
    logs = logs() if callable(logs) else logs
    numbers = {}
    for name, value in (logs or {}).items():
        if isinstance(value, dict):
            numbers |= plain(value)
        elif isinstance(value, str) or getattr(value, "shape", ()):  # the outputs of a batch
            numbers[name] = value
        else:
            try:
                numbers[name] = float(value)
            except (TypeError, ValueError):
                numbers[name] = value
    return numbers


def _of_logs(name):
    def hook(self, logs=None):
        logs = plain(logs)
        for call in self._calls[name][0]:
            call(logs)

    return hook


def _of_epoch(name):
    def hook(self, epoch, logs=None):
        logs = plain(logs)
        for call in self._calls[name][0]:
            call(epoch, logs)

    return hook


def _of_batch(name):
    def hook(self, batch, logs=None):
        calls, bars = self._calls[name]
        if calls:
            logs = plain(logs)
            for call in calls:
                call(batch, logs)
        for call in bars:
            call(batch, logs)

    return hook


class CallbackList(Callback):
    """Calls each of its callbacks, those first that come first in the list.

    Wherever `logs` are given, they may also be a function without arguments that gives them: to
    read metrics costs time, and it is called at most once, and only if a callback wants to know.
    For this reason a progress bar is the last to hear of a batch.

    Args:
        callbacks: None, a callback, or a list of callbacks.
        add_history: whether a `History` is added, if there is none.
        add_progbar: whether a `ProgbarLogger` is added, if there is none.
        model: for all of them.
        params: "verbose", "epochs", "steps": for all of them.

    Attributes:
        batch_hooks_train: whether anything happens at the beginning or end of a batch: if not, a
            training loop need not call the methods of the batches.
        batch_hooks_test: the same of evaluation.
        batch_hooks_predict: the same of prediction.
        history: the `History`, or None.
        handles_nan: whether one of the callbacks does.

    Raises:
        TypeError: if something is no callback.

    >>> from fastnn.callbacks import CallbackList, LambdaCallback
    >>> show = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))
    >>> callbacks = CallbackList(show, epochs=2, steps=10, verbose=0)
    >>> callbacks.on_epoch_end(0, {"loss": 0.5})
    0 {'loss': 0.5}
    >>> callbacks.batch_hooks_train
    False
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        self.callbacks = _as_callbacks(callbacks)
        self.history = self._first(History)
        if self.history is None and add_history:
            self.history = History()
            self.callbacks.append(self.history)
        if add_progbar and self._first(ProgbarLogger) is None:
            self.callbacks.append(ProgbarLogger())
        self.set_model(model)
        self.set_params(params)

    def _first(self, kind):
        return next((callback for callback in self.callbacks if isinstance(callback, kind)), None)

    @property
    def handles_nan(self):
        return any(callback.handles_nan for callback in self.callbacks)

    def append(self, callback):
        """Add a callback behind all others."""
        self.callbacks.append(_checked(callback))
        if self.model is not None:
            callback.set_model(self.model)
        if self.params:
            callback.set_params(self.params)
        self._collect()

    def set_model(self, model):
        if model is None:
            return
        self.model = model
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params):
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)
        self._collect()

    def _collect(self):
        """The methods that do something, those of the bars of progress apart: most do nothing, and
        each call would cost."""
        self._calls = {name: ([], []) for name in HOOKS}
        for callback in sorted(self.callbacks, key=lambda callback: callback.comes_last):
            is_bar = isinstance(callback, ProgbarLogger)
            for name in HOOKS:
                of_bar = is_bar and "batch" in name
                if "batch" in name and not callback.watches_batches:
                    continue
                own = [n for n in (name, _OLDER.get(name)) if n and overrides(callback, n)]
                if own:
                    self._calls[name][of_bar].append(getattr(callback, own[0]))
        for kind in ("train", "test", "predict"):
            both = self._calls[f"on_{kind}_batch_begin"] + self._calls[f"on_{kind}_batch_end"]
            setattr(self, f"batch_hooks_{kind}", any(both))

    on_train_begin = _of_logs("on_train_begin")
    on_train_end = _of_logs("on_train_end")
    on_test_begin = _of_logs("on_test_begin")
    on_test_end = _of_logs("on_test_end")
    on_predict_begin = _of_logs("on_predict_begin")
    on_predict_end = _of_logs("on_predict_end")

    on_epoch_begin = _of_epoch("on_epoch_begin")
    on_epoch_end = _of_epoch("on_epoch_end")

    on_train_batch_begin = _of_batch("on_train_batch_begin")
    on_train_batch_end = _of_batch("on_train_batch_end")
    on_test_batch_begin = _of_batch("on_test_batch_begin")
    on_test_batch_end = _of_batch("on_test_batch_end")
    on_predict_batch_begin = _of_batch("on_predict_batch_begin")
    on_predict_batch_end = _of_batch("on_predict_batch_end")
    on_batch_begin = _of_batch("on_batch_begin")
    on_batch_end = _of_batch("on_batch_end")
