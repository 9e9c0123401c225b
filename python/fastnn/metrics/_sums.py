"""Sums over batches by class."""

from .. import ops
from ..losses._arguments import as_pair
from ._weights import as_weights, broadcast_to_all
from .metric import Metric


class ClassSums(Metric):
    """Base of the metrics that sum over samples of (samples, classes); the sums are made with the
    first batch, when the number of classes is known."""

    sums = ()  # their names
    _classes = None

    def _begin(self, shape):
        self._classes = shape
        for name in self.sums:
            setattr(self, name, self.add_variable(shape, name=name))

    def _rows(self, y_true, y_pred, sample_weight):
        """Targets, predictions and weights, if there are any, in the state's dtype."""
        t, p = as_pair(y_true, y_pred, self.name, one_dtype=False)
        if p.ndim != 2 or self._classes not in (None, (), p.shape[1:]):
            classes = self._classes[0] if self._classes else "classes"
            raise ValueError(
                f"{self.name}: targets and predictions have shape {p.shape}; (samples, {classes}) "
                "is wanted."
            )
        w = None
        if sample_weight is not None:
            w = as_weights(sample_weight, p, self.name)
            w = broadcast_to_all(ops.cast(w, self.dtype), p)
        return ops.cast(t, self.dtype), p, w

    def _add(self, name, values):
        """Add values, summed over the axes that the sum lacks."""
        to = getattr(self, name)
        to.device.module.sum_to(to.array, values.array, add=1)
        to.written()


def weighted(values, weights):
    """Values times their weights, if there are any."""
    return values if weights is None else values * weights
