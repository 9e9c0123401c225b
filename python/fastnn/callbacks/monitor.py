"""What callbacks share that watch one of the logs: which way is better, and whether it is."""

import warnings

from .._checks import as_number
from .callback import Callback

# Parts of the names of metrics that should grow; all others are errors, which should not. Keras's
# mean_io_u and one_hot_mean_io_u are in, false_positives is out.
_GROW = ("acc", "auc", "precision", "recall", "f1", "fbeta", "fmeasure", "iou", "io_u", "dice")
_GROW += ("r2", "similarity", "correlation", "true_positives", "true_negatives")
_GROW += ("sensitivity_at", "specificity_at", "bleu", "rouge")


class MonitorCallback(Callback):
    """Base of callbacks that watch one of the logs.

    Args:
        monitor: the name of what is watched, such as "val_loss".
        mode: "min" if less is better, "max" if more is; "auto" asks the model's metric of that name
            for its `direction` ("up" or "down"), and else takes the name for a sign.
        min_delta: what counts as better is so by more than this.

    Raises:
        ValueError: if `mode` is none of these.
        TypeError: if `monitor` is no text, or `min_delta` no number.

    >>> from fastnn.callbacks.monitor import MonitorCallback
    >>> MonitorCallback("val_accuracy", "auto", 0).is_better(0.9, 0.8)
    True
    """

    def __init__(self, monitor, mode, min_delta):
        kind = type(self).__name__
        if not isinstance(monitor, str):
            raise TypeError(f"{kind}: monitor is {monitor!r}; a name is wanted, as 'val_loss'.")
        if not isinstance(mode, str) or mode not in ("auto", "min", "max"):
            raise ValueError(f"{kind}: mode is {mode!r}; 'auto', 'min' or 'max' is wanted.")
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(as_number(min_delta, kind, "min_delta"))

    def is_better(self, value, reference):
        """Whether a value is better than another one; anything is better than None."""
        if reference is None:
            return True
        if self._grows():
            return value - self.min_delta > reference
        return value + self.min_delta < reference

    def _grows(self):
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor.removeprefix("val_")
        for metric in getattr(self.model, "metrics", None) or ():
            direction = getattr(metric, "direction", None) or getattr(metric, "_direction", None)
            if getattr(metric, "name", None) == name and direction is not None:
                return direction == "up"
        return "loss" not in name and any(part in name.lower() for part in _GROW)

    def value_in(self, logs):
        """What is watched; if the logs do not have it, None, with a warning that says what they
        have."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None:
            cure = "Give fit validation data" if self.monitor.startswith("val_") else "Compile it"
            warnings.warn(
                f"{type(self).__name__}: monitor is {self.monitor!r}, which is not there; "
                f"{', '.join(logs) or 'nothing'} is. {cure}, or monitor one of these.",
                stacklevel=3,
            )
        return value
