"""Batches from generators and other iterables."""

from .._lines import warn
from ..utils import draw_seed
from ..utils.dataset import PyDataset
from .arrays import Data

_AT_THE_END = {
    "fit": ("steps_per_epoch", ", and training with it"),
    "fit: validation_data": ("validation_steps", ", and validation with it"),
}


class IterableBatches:
    """Batches that somebody else makes: a generator, or anything to iterate over again and again.

    Args:
        model: for which.
        iterable: yields x, (x, y) or (x, y, sample_weight).
        steps: batches an epoch; None: until it ends.
        name: of the caller, for errors.
        weigh: a function of (y, sample_weight) that gives the weights, or None.
        shuffle: whether a PyDataset's batches come in an order of each pass's own.
    """

    size = None
    resumes_within_epochs = False

    def __init__(self, model, iterable, steps, name, weigh=None, shuffle=False):
        self.model, self.iterable, self.name, self.weigh = model, iterable, name, weigh
        self._is_dataset = isinstance(iterable, PyDataset)
        self._order = [*draw_seed(), 0] if shuffle and self._is_dataset else None  # of a pass
        self._is_sequence = hasattr(iterable, "__getitem__") and hasattr(iterable, "__len__")
        self._is_iterator = hasattr(iterable, "__next__")
        self.steps = steps
        if steps is None and hasattr(iterable, "__len__"):
            self.steps = len(iterable)
            if self.steps == 0:
                raise ValueError(f"{name}: the {type(iterable).__name__} is empty.")
        self._continues = steps is not None
        self._iterator = None
        self._form = None
        self.ended = False
        self.epochs = 0  # that have begun
        self.data = None  # of the last batch

    def begin(self):
        """Let the next epoch begin anew, where that can be."""
        if not self._is_iterator:
            self._iterator = None

    def position(self):
        """Of a PyDataset what the order of its next pass follows from; else None: whoever makes the
        batches knows where they are."""
        return {"order": self._order, "passes": self.iterable._passes} if self._is_dataset else None

    def move_to(self, position):
        """Let the next pass of a PyDataset have the order that it had where `position` is from."""
        if self._is_dataset:
            self._order, self.iterable._passes = position["order"], position["passes"]

    def epoch(self, first=0):
        """Yields tuples of arrays; `data` says what they are."""
        if self.ended:
            return
        self.epochs += 1
        if self._iterator is None or not self._continues:
            if self._iterator is not None and self._is_iterator:
                self._end("has ended and cannot begin anew")
                return
            self._iterator = self._new_iterator()
        if hasattr(self.iterable, "on_epoch_begin"):
            self.iterable.on_epoch_begin()
        step = 0
        while self.steps is None or step < self.steps:
            try:
                batch = next(self._iterator)
            except StopIteration:
                if not self._given:
                    kind = type(self.iterable).__name__
                    raise ValueError(
                        f"{self.name}: the {kind} gave no batch in epoch {self.epochs}."
                    ) from None
                if self._restarts(step):
                    continue
                break
            self._given += 1
            self.data = self._as_data(batch, step)
            yield self.data.converted()
            step += 1
        if hasattr(self.iterable, "on_epoch_end"):
            self.iterable.on_epoch_end()

    def close(self):
        """End the threads that make batches; a user's own generator may go on."""
        if self._is_dataset and self._iterator is not None:
            self._iterator.close()

    def _new_iterator(self):
        self._given = 0  # batches so far
        if self._is_dataset:
            if self._order is not None:
                self._order = [*self._order[:2], self._order[2] + 1]
            return self.iterable._batches(self._order)
        if self._is_sequence and not hasattr(self.iterable, "__iter__"):
            return (self.iterable[i] for i in range(len(self.iterable)))
        return iter(self.iterable)

    def _restarts(self, step):
        """What happens where the data end: what can begin anew does so in an epoch that wants more,
        a generator's end is the end of training."""
        if self.steps is None:
            return False
        if not self._is_iterator and self._continues:
            self._iterator = self._new_iterator()
            return True
        self._end(f"ended after {step} of {self.steps} steps of epoch {self.epochs}")
        return False

    def _end(self, what):
        self.ended = True
        option, then = _AT_THE_END.get(self.name, ("steps", ""))
        warn(
            f"{self.name}: the {type(self.iterable).__name__} {what}{then}. Make it yield {option} "
            "batches for each epoch, or forever; or give something that can be iterated again."
        )

    def _as_data(self, batch, step):
        parts = batch if isinstance(batch, (tuple, list)) else (batch,)
        if not 1 <= len(parts) <= 3:
            raise ValueError(
                f"{self.name}: batch {step} has {len(parts)} parts; x, (x, y) or "
                "(x, y, sample_weight) is wanted."
            )
        x, y, w = (*parts, None, None)[:3]
        if self.weigh is not None:
            w = self.weigh(y, w)
        data = Data(self.model, x, y, w, f"{self.name}, batch {step}")
        if self._form not in (None, data.form):
            raise ValueError(
                f"{self.name}: batch {step} has another form than those before it; all must hold "
                "x, y and sample_weight, or all lack the same of them, in nests of one form."
            )
        self._form = data.form
        return data
