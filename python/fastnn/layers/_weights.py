"""The part of a layer that holds weights: its own, and those of the layers inside."""

from .. import constraints, devices, initializers, regularizers
from .._checks import as_dtype, as_list, as_numbers, as_shape
from .._config import Configured
from ..changes import Part, Watched, structure_changed
from ..ops._axes import as_bool
from ..variable import Variable


def parts_of(value):
    """The layers, variables and metrics that an attribute holds: itself, or in lists, tuples and
    dicts."""
    if isinstance(value, (Weighted, Variable, Part)):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return []
    return [part for item in value for part in parts_of(item)]


def once(values):
    """Each value once, in the order of first appearance."""
    return list({id(x): x for x in values}.values())


_writes = 0  # of attributes that hold parts, or may


def attribute_writes():
    """How often an attribute of some layer was given parts: what is known of parts holds until
    then."""
    return _writes


class Weighted(Configured, Watched):
    """Weights from `add_weight`, and the variables and layers that are attributes."""

    _trainable = True
    _weights = ()
    _part_names = ()

    def _begin_weights(self, trainable):
        self._trainable = as_bool(trainable, type(self).__name__, "trainable")
        self._weights = []  # from add_weight
        self._part_names = {}  # attributes that hold parts_of them, or may; in order

    def __setattr__(self, name, value):
        if name[0] != "_":
            held = parts_of(value)
            if parts_of(self.__dict__.get(name)):
                structure_changed()
            if held and "_part_names" not in self.__dict__:
                raise RuntimeError(
                    f"{type(self).__name__}: call super().__init__() before setting {name}."
                )
            # A list may get its layers later; a weight from add_weight is known already.
            weight = any(value is w for w in self._weights)
            if (isinstance(value, (list, dict)) or held) and not weight and self._part_names != ():
                global _writes
                _writes += 1
                self._part_names[name] = None
        super().__setattr__(name, value)

    def _parts(self, kind):
        """Those of a kind that are attributes, or in lists, tuples or dicts that are."""
        if not self._part_names:  # most layers, at every step
            return ()
        parts = (x for name in self._part_names for x in parts_of(self.__dict__.get(name)))
        return [part for part in parts if isinstance(part, kind)]

    def _inner(self):
        """The layers directly inside."""
        return self._parts(Weighted)

    def add_weight(
        self,
        shape=(),
        initializer=None,
        dtype=None,
        trainable=True,
        regularizer=None,
        constraint=None,
        name=None,
    ):
        """A variable of this layer.

        Args:
            shape: a tuple of sizes.
            initializer: a name, an array, or a function of the shape and the dtype; None is
                "glorot_uniform".
            dtype: the layer's if None.
            trainable: whether it is trained.
            regularizer: a function of the weight, or its name: what training adds to the loss.
            constraint: a function of the weight, or its name: what takes its place after an update.
            name: of the weight, after the layer's.
        """
        shape = as_shape(shape, self.name)
        if initializer is None:
            initializer = "glorot_uniform"
        device, dtype = devices.default(self.device), as_dtype(dtype or self.dtype, self.name)
        initializer = initializers.get(initializer)
        with device:
            values = initializer(shape, dtype=dtype)
        name = f"{self.name}/{name or f'variable{len(self._weights)}'}"
        if type(initializer) in initializers.DRAWN:
            weight = Variable.owning(values, trainable, name)
        else:
            weight = Variable.empty(shape, dtype, trainable, name, device)
            weight.assign(values)
        weight.regularizer = regularizers.get(regularizer)
        weight.constraint = constraints.get(constraint)
        self._weights.append(weight)
        weight.requires_grad = weight.trainable and self._trainable
        return weight

    def _own(self):
        """The layer's own variables, those that are trained first, as Keras orders them."""
        own = once((*self._weights, *self._parts(Variable)))
        return [w for w in own if w.trainable] + [w for w in own if not w.trainable]

    @property
    def weights(self):
        """Its own, then those of the layers inside, each once even if layers are shared."""
        return once((*self._own(), *(w for layer in self._inner() for w in layer.weights)))

    variables = weights

    @property
    def trainable_weights(self):
        """Those that training changes."""
        if not self._trainable:
            return []
        own = (w for w in self._own() if w.trainable)
        return once((*own, *(w for layer in self._inner() for w in layer.trainable_weights)))

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self):
        """Those that it does not change: moving averages, and what is frozen."""
        trained = {id(w) for w in self.trainable_weights}
        return [w for w in self.weights if id(w) not in trained]

    non_trainable_variables = non_trainable_weights

    @property
    def trainable(self):
        """Whether the weights are trained; setting it sets that of the layers inside. A frozen
        layer's gradients are not computed."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        value = as_bool(value, self.name, "trainable")
        for layer in self._inner():
            layer.trainable = value
        if value == self._trainable:
            return
        self._trainable = value
        for w in self._own():
            w.requires_grad = w.trainable and self._trainable
        structure_changed()

    def zero_grad(self):
        """Set every weight's ``.grad``, if there is one, to zero, in place."""
        for w in self.weights:
            w.zero_grad()

    def count_params(self):
        """How many numbers the weights hold."""
        return sum(w.size for w in self.weights)

    def get_weights(self):
        """The weights' values as a list of NumPy arrays (copies)."""
        return [w.numpy() for w in self.weights]

    def set_weights(self, weights):
        """Write a list of arrays, shaped as the weights, into the weights: all of them or none."""
        own = self.weights
        values = as_list(weights, "set_weights", "arrays")
        values = [as_numbers(v, f"set_weights of {self.name}") for v in values]
        shapes, came = [w.shape for w in own], [v.shape for v in values]
        if shapes != came:
            pairs = zip(own, came, strict=False)
            wrong = [
                f"; {w.name} is {w.shape} and not {shape}" for w, shape in pairs if w.shape != shape
            ]
            where = wrong[0] if wrong else ""
            built = "" if own or self.built else " It is not built yet: call it once first."
            raise ValueError(
                f"set_weights: {self.name} has {len(own)} weights of shapes {shapes}; "
                f"{len(came)} arrays of {came} came{where}. They must come from the same "
                f"layers in the same order.{built}"
            )
        for w, v in zip(own, values, strict=True):
            w.assign(v)
