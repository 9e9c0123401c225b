"""The step of a batch: recorded and replayed, or run in Python where that cannot be."""

from .. import tape
from .._lines import warn
from ..compiled import CompiledFunction, copied
from ..tensor import Argument
from .arrays import fill


class Step:
    """A step as a function of flat arrays: replayed, or run in Python.

    Args:
        model: whose `_body(kind, data)` it runs.
        kind: "train", "test", "predict" or "results"; "train_alone" and "test_alone" begin the
            metrics anew and give what they have measured.
        template: of `data`: a nest with None where there is no array.
    """

    def __init__(self, model, kind, template):
        self.model, self.kind, self.template = model, kind, template
        self.eager = model.run_eagerly
        self.function = CompiledFunction(self._run)
        self.function.restores = True

    def _run(self, *tensors):
        data = fill(self.template, tensors)
        if self.kind.startswith("train"):
            return self.model._body(self.kind, data)
        with tape.no_grad():
            return self.model._body(self.kind, data)

    def __call__(self, *arrays):
        if self.eager:  # whoever keeps a tensor keeps it, though the next batch takes the buffer
            return self._run(*[Argument(copied(array)) for array in arrays])
        try:
            return self.function(*arrays)
        except RuntimeError as error:
            if not getattr(error, "recording", False):
                raise
            if self.kind != "results":  # whose metrics' result() may well read values
                self._warn(error)
        self.eager = True
        return self(*arrays)

    def _warn(self, error):
        kind = self.kind.removesuffix("_alone")
        warn(
            f"{kind} step of {self.model.name}: it runs in Python from now on, several times "
            f"as slow for small networks, since it cannot be recorded: {error} "
            "compile(run_eagerly=True) says that this is meant."
        )
