"""What callbacks share that write files: when they do."""

from .callback import Callback


class SavingCallback(Callback):
    """Base of callbacks that save at the ends of epochs, or every so many batches.

    Args:
        save_freq: "epoch", or a number of batches, which are counted through the epochs.

    Raises:
        ValueError: it is something else.

    >>> from fastnn.callbacks.saving import SavingCallback
    >>> callback = SavingCallback(3)
    >>> [callback.is_due() for _ in range(6)]
    [False, False, True, False, False, True]
    """

    def __init__(self, save_freq):
        whole = isinstance(save_freq, int) and not isinstance(save_freq, bool)
        if save_freq != "epoch" and not (whole and save_freq >= 1):
            raise ValueError(
                f"{type(self).__name__}: save_freq is {save_freq!r}; 'epoch' or a number of "
                "batches, at least 1, is wanted."
            )
        self.save_freq = save_freq
        self._batches = 0  # since the last time

    @property
    def watches_batches(self):
        return self.save_freq != "epoch"

    def is_due(self):
        """Count a batch; whether to save after it."""
        if self.save_freq == "epoch":
            return False
        self._batches += 1
        if self._batches < self.save_freq:
            return False
        self._batches = 0
        return True
