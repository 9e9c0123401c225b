"""Measuring, predicting and saving with the moving averages of the weights."""

from .. import ops
from ..tensor import as_tensor
from .callback import Callback


class SwapEMAWeights(Callback):
    """Evaluates and predicts with the moving averages of the weights, which the optimizer keeps.

    Args:
        swap_on_epoch: whether the model has the averages also from the end of an epoch to the
            beginning of the next one: for callbacks behind this one that save it.

    Raises:
        ValueError: the optimizer keeps none; it does with use_ema=True.

    Source: B. Polyak and A. Juditsky, Acceleration of Stochastic Approximation by Averaging (1992).

    >>> import numpy as np, fastnn
    >>> model = fastnn.Sequential([fastnn.Input((2,)), fastnn.layers.Dense(1)])
    >>> model.compile(fastnn.optimizers.SGD(0.1, use_ema=True), "mse")
    >>> x, y = np.ones((8, 2)), np.ones((8, 1))
    >>> swap = fastnn.callbacks.SwapEMAWeights()
    >>> history = model.fit(x, y, validation_data=(x, y), callbacks=swap, verbose=0)
    """

    state_names = ("kept",)

    def __init__(self, swap_on_epoch=False):
        self.swap_on_epoch = swap_on_epoch
        self._kept = None  # pairs of a weight and its value, while it holds its average

    def on_train_begin(self, logs=None):
        self._kept = None
        self._wanted()

    def on_train_end(self, logs=None):
        self._kept = None  # fit has made the weights their averages for good

    def on_epoch_begin(self, epoch, logs=None):
        self._restore()

    def on_epoch_end(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._swap()

    def on_test_begin(self, logs=None):
        self._swap()

    def on_test_end(self, logs=None):
        self._restore()

    def on_predict_begin(self, logs=None):
        self._swap()

    def on_predict_end(self, logs=None):
        self._restore()

    def _wanted(self):
        optimizer = self.model.optimizer
        if not getattr(optimizer, "use_ema", False):
            kind = type(optimizer).__name__
            raise ValueError(
                f"SwapEMAWeights: the optimizer, {kind}, keeps no moving averages of the weights. "
                f"Make it with {kind}(.., use_ema=True)."
            )
        return optimizer

    def _swap(self):
        optimizer = self._wanted()
        if self._kept is not None or not optimizer.built:  # before its first step there are none
            return
        self._kept = [(w, ops.copy(w.detach())) for w in optimizer.variables_built]
        for w, average in zip(optimizer.variables_built, optimizer._averages, strict=True):
            w.assign(average)

    def _restore(self):
        for w, value in self._kept or ():
            w.assign(value)
        self._kept = None

    @property
    def kept(self):
        """The weights' own values, arrays, while the weights hold their averages; else None."""
        return None if self._kept is None else [value.numpy() for _, value in self._kept]

    @kept.setter
    def kept(self, values):
        weights = self._wanted().variables_built if values is not None else ()
        pairs = zip(weights, values or (), strict=True)
        self._kept = None if values is None else [(w, as_tensor(v, "kept")) for w, v in pairs]
