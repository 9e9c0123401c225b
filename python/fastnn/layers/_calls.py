"""The call that runs, and the losses that layers add in it."""

import threading
import weakref

from .. import _core, _nest, changes
from ..tensor import Tensor
from ._weights import once


class _Calls(threading.local):
    """The call that runs in this thread: what layers inside of layers take over from it."""

    training = None  # None: no call runs
    outermost = None  # an object of its own for each call that is inside of no other

    def __init__(self):
        self.holders = weakref.WeakSet()  # layers whose last call has added losses


calls = _Calls()


class Losses:
    """The part of a layer that adds to the loss."""

    _call_losses, _losses_of = (), None  # of add_loss, and of which outermost call

    def add_loss(self, loss):
        """Within `call`: a scalar tensor, or several, that training adds to the loss."""
        if calls.outermost is None:
            raise RuntimeError(
                f"{self.name}: add_loss was called outside of call(); a loss that depends on an "
                "input belongs there, and one of a weight into its regularizer."
            )
        if self._losses_of is not calls.outermost:
            self._call_losses, self._losses_of = (), calls.outermost
        self._call_losses = (*self._call_losses, *_nest.flatten(loss))
        calls.holders.add(self)
        if _core.inside():  # a recorded step may keep no tensor
            changes.at_end(self._forget_losses)

    def _forget_losses(self):
        """Those of its last call, and of the layers inside."""
        for holder in list(calls.holders):
            if holder is self or contains(self, holder):
                holder._call_losses = ()
                calls.holders.discard(holder)

    def _added_losses(self):
        """Its own, then those of the layers inside."""
        inner = (loss for layer in self._inner() for loss in layer._added_losses())
        return once((*self._call_losses, *inner))

    def _regularize(self, y):
        for t in _nest.flatten(y):
            if isinstance(t, Tensor):
                loss = self.activity_regularizer(t)
                self.add_loss(loss / float(t.shape[0]) if t.ndim and t.shape[0] else loss)

    @property
    def losses(self):
        """What the last calls, of it and of the layers inside, have added by `add_loss` and by
        regularizers of activities, then the regularizers of the weights that are trained."""
        weights = (w for w in self.trainable_weights if w.regularizer is not None)
        return [*self._added_losses(), *(w.regularizer(w) for w in weights)]


def contains(layer, other):
    """Whether a layer is somewhere inside of another."""
    return any(inner is other or contains(inner, other) for inner in layer._inner())
