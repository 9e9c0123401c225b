"""One batch at a time: train_on_batch, test_on_batch, predict_on_batch."""

import operator

import numpy as np

from .. import _nest
from ..compiled import UNFIT
from ..ops._axes import as_bool
from ..tensor import Tensor
from .arrays import Data
from .results import in_order, say_where
from .sources import weights_of_classes
from .tracked import Tracked


class SingleBatches:
    """The part of a model that takes single batches."""

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """One step on one batch; what has been measured on it.

        Args:
            x, y, sample_weight, class_weight: see `fit`.
            return_dict: whether the result is a dict by name.

        Returns:
            The loss; a list of it and the metrics, if there are any; or the dict.
        """
        self._wanted_compiled("train_on_batch")
        weigh = weights_of_classes(class_weight, sample_weight, "train_on_batch")
        if weigh is not None:
            sample_weight = weigh(y, None)
        return self._on_batch("train", x, y, sample_weight, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """As `train_on_batch`, without training."""
        self._wanted_compiled("test_on_batch")
        return self._on_batch("test", x, y, sample_weight, return_dict)

    def _on_batch(self, kind, x, y, sample_weight, return_dict):
        return_dict = as_bool(return_dict, f"{kind}_on_batch", "return_dict")
        arrays = (x, y) if sample_weight is None else (x, y, sample_weight)
        if _reset_is_ours(self):  # then it can be part of the step
            if self._metric_values:
                self._metric_values = {}
            logs = self._as_logs(self._of_batch(f"{kind}_alone", f"{kind}_on_batch", arrays))
        else:
            self.reset_metrics()
            self._step_logs = self._of_batch(kind, f"{kind}_on_batch", arrays)
            logs = self._batch_logs()
        return logs if return_dict else in_order(self, logs)

    def predict_on_batch(self, x):
        """The outputs for one batch, as NumPy arrays."""
        outputs = self._of_batch("predict", "predict_on_batch", (x,))
        # Copies: a model that only reshapes gives x's own memory.
        return _nest.map(lambda t: np.array(t.numpy()) if isinstance(t, Tensor) else t, outputs)

    def _of_batch(self, kind, name, given):
        """What a step gives for x, (y, (sample_weight)). First the last batch's program is tried,
        as finding out what data are takes longer than the step of a small network."""
        last, many = self._last_steps.get(kind, (None, 0))
        if last is not None and len(given) == many:
            value = _said(name, last.replay_last, given)
            if value is not UNFIT:
                return value
        data = Data(self, *given, *[None] * (3 - len(given)), name)
        step, arrays = self._step(kind, data), data.converted()
        value = _said(name, step, *arrays)
        as_they_are = len(arrays) == len(given) and all(map(operator.is_, arrays, given))
        if as_they_are and not step.eager:
            self._last_steps[kind] = step.function, len(given)
        return value


def _said(name, function, *arguments):
    try:
        return function(*arguments)
    except (TypeError, ValueError) as error:
        say_where(error, name)
        raise


def _reset_is_ours(model):
    """Whether no metric begins anew in a way of its own, which a recording might not see."""
    if type(model).reset_metrics is not Tracked.reset_metrics:
        return False
    return all(type(m).reset_state.__module__.startswith("fastnn.") for m in model._single_metrics)
