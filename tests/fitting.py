"""What Keras's fit calls, without a model that learns."""

from fastnn.callbacks import CallbackList


class Model:
    """What a callback may ask of a model."""

    stop_training = False
    optimizer = None
    weights, restored = 0, None

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.restored = weights


def fit(callbacks, epochs, model=None, logs=None, **params):
    """The calls of Keras's fit with 2 steps an epoch and a validation of one batch."""
    arguments = {"epochs": epochs, "steps": 2, "verbose": 0} | params
    verbose = arguments["verbose"] != 0
    callbacks = CallbackList(
        callbacks, add_history=True, add_progbar=verbose, model=model or Model(), **arguments
    )
    logs = logs or (lambda epoch: {"loss": 1.0 / (epoch + 1)})
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        for step in range(2):
            callbacks.on_train_batch_begin(step)
            callbacks.on_train_batch_end(step, lambda: logs(epoch))  # noqa: B023
        callbacks.on_test_begin()
        callbacks.on_test_batch_begin(0)
        callbacks.on_test_batch_end(0, logs(epoch))
        callbacks.on_test_end(logs(epoch))
        callbacks.on_epoch_end(epoch, logs(epoch))
        if callbacks.model.stop_training:
            break
    callbacks.on_train_end(logs(epoch))
    return callbacks
