"""What all layers share: weights, built once, and the call."""

import inspect
import re
import threading
from collections import Counter

import numpy as np

from .. import constraints, devices, initializers, regularizers, symbolic
from .._checks import DTYPES, FLOATS, as_dtype, as_list, as_numbers, as_shape
from ..changes import Watched, structure_changed
from ..tensor import Argument, Tensor, Variable, as_tensor

_NATIVE = frozenset(map(np.dtype, DTYPES))
_counts = Counter()
_lock = threading.Lock()


def _default_name(cls):
    """dense, dense_1, ...: the class's name in snake case with a number, as Keras does."""
    base = re.sub(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
    with _lock:
        n = _counts[base]
        _counts[base] += 1
    return f"{base}_{n}" if n else base


def _parts_of(value):
    """The layers and variables that an attribute holds."""
    values = value if isinstance(value, (list, tuple)) else (value,)
    return [x for x in values if isinstance(x, (Layer, Variable))]


class Layer(Watched):
    """Base of the layers. A subclass makes its weights in `build(input_shape)` and computes in
    `call(x)`, or `call(x, training)`. Variables and layers that are its attributes are part of it.

    Args:
        name: unique by default.
        trainable: whether its weights are trained.
        dtype: "float32" or "float64", of the weights and of what inputs are converted to.

    >>> import fastnn
    >>> class Shift(fastnn.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.b = self.add_weight((input_shape[-1],), "zeros", name="b")
    ...     def call(self, x):
    ...         return x + self.b
    >>> Shift()([[1.0, 2.0]]).shape
    (1, 2)
    """

    training_argument = False  # whether call() takes training=

    def __init_subclass__(cls):
        super().__init_subclass__()
        if "call" in cls.__dict__:
            cls.training_argument = "training" in inspect.signature(cls.call).parameters

    def __init__(self, name=None, trainable=True, dtype=None):
        dtype = as_dtype(dtype, type(self).__name__)
        if dtype not in FLOATS:
            raise ValueError(f"{type(self).__name__}: dtype is {dtype}; a float is wanted.")
        self.name = name or _default_name(type(self))
        self.dtype = dtype
        self.built = False
        self._trainable = bool(trainable)
        self._weights = []  # from add_weight
        self._part_names = {}  # attributes that hold layers or variables, or may; in order
        self._called = False
        self.input_shape = None
        self.device = None  # where it was built

    def build(self, input_shape):
        """Make the weights; `input_shape` has None where the batch is."""

    def call(self, x):
        """The layer's output for a tensor."""
        raise TypeError(f"{type(self).__name__} defines no call()")

    def compute_output_shape(self, input_shape):
        """The shape of the output, with None where the batch is: what `call` makes of zeros."""
        self._build_for(input_shape)
        return symbolic.infer(self, (symbolic.SymbolicTensor(input_shape, self.dtype),), {}).shape

    def __setattr__(self, name, value):
        if name[0] != "_":
            if _parts_of(self.__dict__.get(name)):
                structure_changed()
            if _parts_of(value) and "_part_names" not in self.__dict__:
                raise RuntimeError(
                    f"{type(self).__name__}: call super().__init__() before setting {name}."
                )
            # A list may get its layers later; a weight from add_weight is known already.
            weight = any(value is w for w in self.__dict__.get("_weights", ()))
            if (isinstance(value, list) or _parts_of(value)) and not weight:
                self.__dict__.get("_part_names", {})[name] = None
        super().__setattr__(name, value)

    def _parts(self, kind):
        """Layers or variables that are attributes, or in a list or tuple that is one."""
        if not self._part_names:  # most layers, at every step
            return ()
        parts = (x for name in self._part_names for x in _parts_of(self.__dict__.get(name)))
        return [part for part in parts if isinstance(part, kind)]

    def add_weight(
        self,
        shape,
        initializer="glorot_uniform",
        trainable=True,
        name=None,
        regularizer=None,
        constraint=None,
    ):
        """A variable of this layer.

        Args:
            shape: a tuple of sizes.
            initializer: a name, an array, or a function of the shape and the dtype.
            trainable: whether it is trained.
            name: of the weight, after the layer's.
            regularizer: a name, a function of the weight, or None: what training adds to the loss.
            constraint: a name, a function of the weight, or None: what takes its place after an
                update.
        """
        shape = as_shape(shape, self.name)
        device = devices.default(self.device)
        with device:
            values = initializers.get(initializer)(shape, dtype=self.dtype)
        weight = Variable.empty(shape, self.dtype, trainable, f"{self.name}/{name}", device)
        weight.assign(values)
        weight.regularizer = regularizers.get(regularizer)
        weight.constraint = constraints.get(constraint)
        self._weights.append(weight)
        weight.requires_grad = weight.trainable and self._trainable
        return weight

    def _build_for(self, shape, device=None):
        if not self.built:
            self.device = device or devices.default()
            with self.device:
                self.build(tuple(shape))
            self.built = True
            self.input_shape = tuple(shape)

    def __call__(self, x, training=False):
        if symbolic.is_symbolic(x):
            self._build_for(x.shape)
            return symbolic.SymbolicTensor(
                self.compute_output_shape(x.shape), self.dtype, (self, (x,), {})
            )
        x = self._convert(x)
        if not self.built:
            self._build_for((None, *x.shape[1:]), x.device)
        if not self._called:
            self._called = True
        return self.call(x, training=training) if self.training_argument else self.call(x)

    def _convert(self, x):
        """What np.asarray takes, as a tensor of this layer's dtype. Conversions run in kernels."""
        if isinstance(x, Tensor):
            # Float tensors are left alone: the kernels refuse a mixture rather than lose digits.
            if x.dtype == self.dtype or (x.dtype in FLOATS and not isinstance(x, Argument)):
                return x
        elif devices.of(x) is None:
            x = as_numbers(x, self.name)
        if isinstance(x, np.ndarray):
            if x.dtype not in _NATIVE:
                x = as_numbers(x, self.name, self.dtype)
            elif not (x.flags.c_contiguous and x.flags.aligned):
                x = x.copy("C")
        x = as_tensor(x, self.name)
        if self.built and x.device is devices.cpu and self.device is not devices.cpu:
            x = Tensor(self.device.upload(x.numpy()))
        if x.dtype != self.dtype:
            array = x.device.empty(x.shape, self.dtype)
            x.device.module.cast(array, x.array)
            x = Tensor(array)
        return x

    # Weights

    @property
    def weights(self):
        """Its own, then those of the layers inside, each once even if layers are shared."""
        inner = (w for layer in self._parts(Layer) for w in layer.weights)
        every = (*self._weights, *self._parts(Variable), *inner)
        return list({id(w): w for w in every}.values())

    @property
    def trainable_weights(self):
        if not self._trainable:
            return []
        own = (w for w in (*self._weights, *self._parts(Variable)) if w.trainable)
        every = (*own, *(w for layer in self._parts(Layer) for w in layer.trainable_weights))
        return list({id(w): w for w in every}.values())

    @property
    def non_trainable_weights(self):
        trained = {id(w) for w in self.trainable_weights}
        return [w for w in self.weights if id(w) not in trained]

    @property
    def trainable(self):
        """Whether the weights are trained; setting it sets that of the layers inside. A frozen
        layer's gradients are not computed."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        for layer in self._parts(Layer):
            layer.trainable = value
        if bool(value) == self._trainable:
            return
        self._trainable = bool(value)
        for w in (*self._weights, *self._parts(Variable)):
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

    def set_weights(self, values):
        """Write a list of arrays, shaped as the weights, into the weights: all of them or none."""
        weights = self.weights
        values = as_list(values, "set_weights", "arrays")
        values = [as_numbers(v, f"set_weights of {self.name}") for v in values]
        shapes = [w.shape for w in weights]
        if [v.shape for v in values] != shapes:
            raise ValueError(
                f"set_weights: {self.name} has weights of shapes {shapes}; arrays of "
                f"{[v.shape for v in values]} came."
            )
        for w, v in zip(weights, values, strict=True):
            w.assign(v)

    def __repr__(self):
        return f"<{type(self).__name__} {self.name}{'' if self.built else ', not built'}>"
