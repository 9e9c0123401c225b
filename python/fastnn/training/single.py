"""One batch at a time: train_on_batch, test_on_batch, predict_on_batch."""

import numpy as np

from .. import _nest
from ..ops._axes import as_bool
from ..tensor import Tensor
from .arrays import Data
from .results import in_order, say_where
from .sources import weights_of_classes


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
        name = f"{kind}_on_batch"
        return_dict = as_bool(return_dict, name, "return_dict")
        data = Data(self, x, y, sample_weight, name)
        self.reset_metrics()
        try:
            self._step_logs = self._step(kind, data)(*data.converted())
        except (TypeError, ValueError) as error:
            say_where(error, name)
            raise
        logs = self._batch_logs()
        return logs if return_dict else in_order(self, logs)

    def predict_on_batch(self, x):
        """The outputs for one batch, as NumPy arrays."""
        data = Data(self, x, None, None, "predict_on_batch")
        outputs = self._step("predict", data)(*data.converted())
        # Copies: a model that only reshapes gives x's own memory.
        return _nest.map(lambda t: np.array(t.numpy()) if isinstance(t, Tensor) else t, outputs)
