"""The base of the callbacks: one empty method for each moment at which something can be done."""


class Callback:
    """Something that `fit`, `evaluate` and `predict` call as they go along.

    A subclass overrides the methods of the moments that it wants. `logs` is a dictionary of numbers
    by name, which all callbacks of one moment share: one may add to it for those after it. Steps go
    faster if no callback overrides a method of the batches.

    Attributes:
        model: the model at work.
        params: a dictionary with "verbose", "epochs" and "steps"; "steps" is None if unknown.
        handles_nan: whether it takes care of a loss that becomes NaN; if no callback does, `fit`
            raises.
        watches_batches: whether its methods of batches are to be called.
        comes_last: whether it is called after all those without.
        state_names: the attributes that it must have back where `BackupAndRestore` goes on with a
            training, after `on_train_begin`: numbers, texts, None, NumPy arrays, or lists and
            dictionaries of them.

    >>> import fastnn
    >>> class Stop(fastnn.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         if logs["loss"] < 0.1:
    ...             self.model.stop_training = True
    >>> model = fastnn.Sequential()
    >>> stop = Stop()
    >>> stop.set_model(model)
    >>> stop.on_epoch_end(0, {"loss": 0.05})
    >>> model.stop_training
    True
    """

    model = None
    params = None
    handles_nan = False
    watches_batches = True
    comes_last = False
    state_names = ()

    def set_model(self, model):
        """Called once before all others."""
        self.model = model

    def set_params(self, params):
        """Called once before all others."""
        self.params = params

    # fit

    def on_train_begin(self, logs=None):
        """Called before the first epoch."""

    def on_train_end(self, logs=None):
        """Called after the last epoch, with its logs."""

    def on_epoch_begin(self, epoch, logs=None):
        """Called before an epoch; the first is 0."""

    def on_epoch_end(self, epoch, logs=None):
        """Called after an epoch, with the loss and metrics; those of the validation as val_.."""

    def on_train_batch_begin(self, batch, logs=None):
        """Called before a training step; the first of an epoch is 0."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        """Called after a training step, with the loss and metrics of the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch, logs=None):
        """The older name of on_train_batch_begin."""

    def on_batch_end(self, batch, logs=None):
        """The older name of on_train_batch_end."""

    # evaluate, also as a part of fit

    def on_test_begin(self, logs=None):
        """Called before an evaluation."""

    def on_test_end(self, logs=None):
        """Called after an evaluation, with its results."""

    def on_test_batch_begin(self, batch, logs=None):
        """Called before a batch is evaluated."""

    def on_test_batch_end(self, batch, logs=None):
        """Called after a batch was evaluated, with the results so far."""

    # predict

    def on_predict_begin(self, logs=None):
        """Called before a prediction."""

    def on_predict_end(self, logs=None):
        """Called after a prediction."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Called before a batch is predicted."""

    def on_predict_batch_end(self, batch, logs=None):
        """Called after a batch was predicted, with its "outputs"."""


HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))


def overrides(callback, name):
    """Whether a callback, by its class or as an attribute, has a method of its own."""
    return getattr(getattr(callback, name), "__func__", None) is not getattr(Callback, name)
