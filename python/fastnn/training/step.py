"""The step of a batch: recorded and replayed, or run in Python where that cannot be."""

import warnings

from .. import tape
from ..compiled import CompiledFunction
from ..tensor import Argument
from .arrays import fill


class Step:
    """A step as a function of flat arrays: replayed, or run in Python.

    Args:
        model: whose `_body(kind, data)` it runs.
        kind: "train", "test", "predict" or "results".
        template: of `data`: a nest with None where there is no array.
    """

    def __init__(self, model, kind, template):
        self.model, self.kind, self.template = model, kind, template
        self.eager = model.run_eagerly
        self.function = CompiledFunction(self._run)
        self.function.before_recording = self._note_state

    def _run(self, *arrays):
        return self._with(arrays)

    def _with(self, tensors):
        data = fill(self.template, tensors)
        if self.kind == "train":
            return self.model._body(self.kind, data)
        with tape.no_grad():
            return self.model._body(self.kind, data)

    def __call__(self, *arrays):
        if self.eager:
            return self._with([Argument(array) for array in arrays])
        try:
            return self.function(*arrays)
        except RuntimeError as error:
            if getattr(error, "recording", None) is None:
                raise
            return self._give_up(error, arrays)

    def _note_state(self):
        """What a recording that fails may have changed already."""
        metrics = [v for m in self.model.metrics for v in m.variables]
        self._state = [(v, v.numpy()) for v in (*metrics, *self.model.non_trainable_weights)]

    def _give_up(self, error, arrays):
        self.eager = True
        if self.kind == "results":
            return self()
        warnings.warn(
            f"{self.kind} step of {self.model.name}: it runs in Python from now on, several times "
            f"as slow for small networks, since it cannot be recorded: {error} "
            "compile(run_eagerly=True) says that this is meant.",
            stacklevel=5,
        )
        if error.recording == "has run" and self.kind != "predict":
            return None
        for variable, value in self._state:
            variable.assign(value)
        return self(*arrays)
