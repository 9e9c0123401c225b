"""The variables of an optimizer: the step count, and what it keeps for each weight."""

import numpy as np

from .. import initializers
from .._checks import as_dtype, as_list
from ..variable import Variable, as_variable
from .settings import Settings


class Slots(Settings):
    """Base of `Optimizer`: the variables, made when the weights are known."""

    iterations = variables_built = None

    @property
    def built(self):
        """Whether it knows its weights and has its variables."""
        return self.variables_built is not None

    @property
    def variables(self):
        """All of its variables: the step count, the rate unless a schedule says it, the moving
        averages if it takes them, and the slots, in Keras's order."""
        if not self.built:
            return []
        rate = self._rate.variables[:1] if self._rate.schedule is None else []
        return [self.iterations, *rate, *self._made]

    def build(self, variables):
        """Make the variables for a list of weights; the first `apply` does so by itself.

        Args:
            variables: the weights that it will update.
        """
        if self.built:
            return
        name = type(self).__name__
        variables = [
            as_variable(v, name, "one of the variables")
            for v in as_list(variables, name, "variables")
        ]
        if not variables:
            raise ValueError(f"{name}: an empty list of variables came; at least one is wanted.")
        self.iterations = Variable(
            np.array(0), trainable=False, name="iterations", device=variables[0].device
        )
        self._rate.start(self.iterations)
        self._made = []
        self._made_for = []  # (a weight or None, a name), of each that was made
        self._index = {id(v): i for i, v in enumerate(variables)}
        self._averages = self.add_optimizer_variables(variables, "average") if self.use_ema else []
        self.make_slots(variables)
        self.variables_built = variables

    def make_slots(self, variables):
        """Make what is kept for each of the weights: a subclass's slots."""

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """A variable of the same shape and dtype for each weight.

        Args:
            trainable_variables: the weights.
            name: of the variables, after the weight's; or several names.
            initializer: what they begin with, such as "zeros"; or one for each name.

        Returns:
            A list; for several names a tuple of lists.
        """
        names = [name] if isinstance(name, str) else list(name)
        each = initializer if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        rows = [
            [
                self.add_variable_from_reference(v, one, begin)
                for one, begin in zip(names, each, strict=True)
            ]
            for v in trainable_variables
        ]
        columns = tuple(map(list, zip(*rows, strict=True)))
        return columns[0] if isinstance(name, str) else columns

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        """A variable of a weight's shape and dtype."""
        w, name = reference_variable, name or "var"
        full = f"{w.name or 'variable'}_{name}"
        variable = self.add_variable(w.shape, initializer, w.dtype, full)
        self._made_for[-1] = w, name
        return variable

    def add_variable(self, shape, initializer="zeros", dtype=None, name=None):
        """A variable that is not trained, where the step count is."""
        dtype = as_dtype(dtype, type(self).__name__)
        with self.iterations.device:
            variable = Variable.empty(shape, dtype, trainable=False, name=name)
            variable.assign(initializers.get(initializer)(variable.shape, dtype=dtype))
        self._made.append(variable)
        self._made_for.append((None, name or "var"))
        return variable

    def _positions(self, variables):
        """Where the slots of some weights are."""
        if variables == self.variables_built:  # by identity: tensors define no equality
            return range(len(variables))
        try:
            return [self._index[id(v)] for v in variables]
        except KeyError:
            raise ValueError(
                f"{type(self).__name__}: a variable came that the first step did not have: "
                "layers were added or unfrozen. Use a new optimizer: call compile() again."
            ) from None

    def _get_variable_index(self, variable):
        """As Keras calls it, for optimizers of one's own."""
        return self._positions([variable])[0]

    def segments(self, positions, variables, slots, grads):
        """The tuples (variable, its slots, its gradient) that an update takes."""
        return [
            (w, *(slot[i] for slot in slots), g)
            for i, w, g in zip(positions, variables, grads, strict=True)
        ]
