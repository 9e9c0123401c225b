"""Training that ends when its loss is no number any more."""

import math

from .callback import Callback


class TerminateOnNaN(Callback):
    """Ends training when the loss becomes NaN or infinite.

    Without it `fit` raises a FloatingPointError, which names the step and looks for NaN in the
    data; with it `fit` ends as after its last epoch, and returns what it has measured. It reads the
    loss after each batch, which takes a few microseconds.

    Args:
        raise_error: whether a RuntimeError ends it.

    Raises:
        RuntimeError: if so, the loss became NaN or infinite.

    >>> import fastnn
    >>> model = fastnn.Sequential()
    >>> terminate = fastnn.callbacks.TerminateOnNaN()
    >>> terminate.set_model(model)
    >>> terminate.on_train_batch_end(7, {"loss": float("nan")})
    Batch 7: Invalid loss, terminating training
    >>> model.stop_training
    True
    """

    handles_nan = True

    def __init__(self, raise_error=False):
        self.raise_error = raise_error

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. Terminating "
                "training immediately."
            )
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
