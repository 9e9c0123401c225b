"""A learning rate that depends on the epoch."""

from .._checks import as_number
from ..tensor import Tensor
from .callback import Callback


class LearningRateScheduler(Callback):
    """Sets the optimizer's learning rate before each epoch, and logs it after the epoch.

    Args:
        schedule: a function of the epoch, the first of which is 0, and the learning rate as it is,
            that gives the new one; or one of the epoch alone.
        verbose: 1 prints the rate, 0 does not.

    Raises:
        TypeError: if `schedule` is no such function, or gives no number.

    >>> import fastnn
    >>> halve = fastnn.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> model = fastnn.Sequential()
    >>> model.optimizer = fastnn.optimizers.SGD(0.5)
    >>> halve.set_model(model)
    >>> halve.on_epoch_begin(0)
    >>> model.optimizer.learning_rate
    0.25
    """

    def __init__(self, schedule, verbose=0):
        if not callable(schedule):
            raise TypeError(
                f"LearningRateScheduler: schedule is {schedule!r}; a function of the epoch and the "
                "learning rate is wanted."
            )
        self.schedule = schedule
        self.verbose = verbose
        self._takes_rate = _takes_rate(schedule)

    def on_epoch_begin(self, epoch, logs=None):
        optimizer = self.model.optimizer
        old = float(optimizer.learning_rate)
        new = self.schedule(epoch, old) if self._takes_rate else self.schedule(epoch)
        new = new.item() if isinstance(new, Tensor) else new
        optimizer.learning_rate = as_number(new, "LearningRateScheduler", "what schedule returned")
        if self.verbose > 0:
            print(f"Epoch {epoch + 1}: the learning rate is {float(optimizer.learning_rate)}")

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def _takes_rate(schedule):
    """Whether a schedule takes two arguments, or one."""
    import inspect

    try:
        signature = inspect.signature(schedule)
    except ValueError:  # some of C's functions have none
        return True
    for arguments in ((0, 0.1), (0,)):
        try:
            signature.bind(*arguments)
        except TypeError:
            continue
        return len(arguments) == 2
    raise TypeError(
        f"LearningRateScheduler: schedule takes {signature}; (epoch, learning_rate) or (epoch) is "
        "wanted."
    )
