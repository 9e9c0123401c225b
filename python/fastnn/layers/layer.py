"""What all layers share: the call, and the weights that it builds the first time."""

import functools
import inspect
import threading
from collections import Counter

from .. import _nest, devices, regularizers, symbolic
from .._checks import FLOATS, as_dtype
from .._config import dtype_policy
from .._names import snake_case
from ..saving.deserialization import deserialize_keras_object
from ..tensor import Tensor
from ._calls import Losses, calls
from ._conversion import Converting, holds_tensors
from ._weights import Weighted

_counts = Counter()
_lock = threading.Lock()


def default_name(kind):
    """dense, dense_1, ...: a class's name in snake case with a number, as Keras does."""
    base = snake_case(kind)
    with _lock:
        n = _counts[base]
        _counts[base] += 1
    return f"{base}_{n}" if n else base


def _as_built(build):
    """`build` as a layer's class gives it: called by hand, it notes that the layer is built."""

    @functools.wraps(build)
    def wrapped(self, *shapes, **named):
        if self.device is None:
            self.device = devices.default()
        with self.device:
            build(self, *shapes, **named)
        if not self.built:
            self._mark_built(shapes[0] if len(shapes) == 1 else (*shapes, *named.values()) or None)

    wrapped.as_built = True
    return wrapped


def reset_names():
    """Start the numbers of default names from the beginning."""
    with _lock:
        _counts.clear()


class Layer(Converting, Losses, Weighted):
    """Base of the layers. A subclass makes its weights in `build(input_shape)` and computes in
    `call(x)`, or `call(x, training)`. Variables and layers that are its attributes are part of it.

    Args:
        activity_regularizer: a function of the output, or its name: what training adds to the
            loss, divided by the batch's size.
        trainable: whether its weights are trained.
        dtype: "float32" or "float64", of the weights and of what inputs are converted to;
            fastnn.config.floatx() if None.
        autocast: taken for Keras's sake: inputs are converted as they are needed.
        name: unique by default.
        input_shape: of one sample: a first layer of a Sequential builds its weights at once.
        input_dim: the same for inputs of one axis.

    Input and output: a tensor each, or lists or dicts of tensors.

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
    _shape_arguments = ("input_shape",)  # of build()
    _trains_alone = False  # whether a call outside of a model is one of training
    _takes_tensors = True  # of its dtype, as they are

    def __init_subclass__(cls, **arguments):
        super().__init_subclass__(**arguments)
        if "call" in cls.__dict__:
            cls.training_argument = "training" in inspect.signature(cls.call).parameters
        build = cls.__dict__.get("build")
        if build is not None:
            if not hasattr(build, "as_built"):
                cls.build = _as_built(build)
            cls._shape_arguments = tuple(inspect.signature(build).parameters)[1:]

    def __init__(
        self,
        *,
        activity_regularizer=None,
        trainable=True,
        dtype=None,
        autocast=True,
        name=None,
        input_shape=None,
        input_dim=None,
        any_dtype=False,
    ):
        if isinstance(dtype, dict):  # of a configuration
            dtype = deserialize_keras_object(dtype)
        dtype = as_dtype(dtype, type(self).__name__)
        if dtype not in FLOATS and not any_dtype:
            raise ValueError(f"{type(self).__name__}: dtype is {dtype}; a float is wanted.")
        if name is not None and (not isinstance(name, str) or "/" in name):
            kind = type(self).__name__
            raise ValueError(f"{kind}: name is {name!r}; a text without / is wanted.")
        self._begin_weights(trainable)
        self.name = name or default_name(type(self).__name__)
        self.dtype = dtype
        self.built = False
        self._called = False
        self.nodes = []  # the symbolic calls
        self.input_shape = None
        self.device = None  # where it was built
        self._first_shape = (input_dim,) if input_dim is not None else input_shape
        self.activity_regularizer = regularizers.get(activity_regularizer)

    @_as_built
    def build(self, input_shape):
        """Make the weights; `input_shape` has None where the batch is. Where `call` takes several
        tensors, as call(x, context), so may build(x_shape, context_shape)."""

    def call(self, x):
        """The layer's output for a tensor."""
        raise TypeError(f"{type(self).__name__} defines no call()")

    def compute_output_shape(self, input_shape):
        """The shape of the output, with None where the batch is: what `call` makes of zeros."""
        self._build_for(input_shape)
        x = _nest.map_shapes(lambda shape: symbolic.SymbolicTensor(shape, self.dtype), input_shape)
        return _nest.map(lambda y: y.shape, symbolic.infer(self, (x,), {}))

    def _build_for(self, shape, device=None):
        if not self.built:
            self.device = device or devices.default()
            several = len(self._shape_arguments) > 1 and isinstance(shape, dict)
            self.build(**shape) if several else self.build(shape)
            self._mark_built(shape)

    def _build_from(self, arguments, keywords, shape_of, device=None):
        """Build for what `call` is called with; `shape_of` a leaf of it."""
        if self.built:
            return
        if len(self._shape_arguments) < 2:
            shape = _nest.map(shape_of, _first(arguments, keywords))
        else:
            given = inspect.signature(self.call).bind_partial(*arguments, **keywords).arguments
            wanted = {
                name: given.get(name.removesuffix("_shape")) for name in self._shape_arguments
            }
            if all(x is None for x in wanted.values()):
                raise TypeError(
                    f"{self.name}: build() takes {', '.join(wanted)}, and call() got "
                    f"{', '.join(given)}; the names of call()'s arguments with _shape are wanted."
                )
            shape = {name: _nest.map(shape_of, x) for name, x in wanted.items() if x is not None}
        self._build_for(shape, device)

    def get_build_config(self):
        """What `build_from_config` takes: the shapes that the layer was built for, or None."""
        if not self.built:
            return None
        several = len(self._shape_arguments) > 1 and isinstance(self.input_shape, dict)
        return dict(self.input_shape) if several else {"input_shape": self.input_shape}

    def build_from_config(self, config):
        """Build for the shapes of `get_build_config`."""
        shapes = {name: _nest.map_shapes(tuple, shape) for name, shape in config.items() if shape}
        if shapes:
            self._build_for(shapes.get("input_shape", shapes))

    def _config_value(self, name):
        if name == "dtype":
            return dtype_policy(self.dtype)
        return super()._config_value(name)

    def _mark_built(self, shape):
        self.built = True
        self.input_shape = shape

    def __call__(self, *arguments, training=None, **keywords):
        x = arguments[0] if len(arguments) == 1 and not keywords else None
        if not (isinstance(x, Tensor) and x.dtype == self.dtype and self._takes_tensors):
            if symbolic.any_symbolic(arguments, keywords):
                return self._call_symbolically(arguments, keywords, training)
            self._check_arguments(arguments, keywords)
            arguments = tuple(self._converted(a) for a in arguments)
            keywords = {
                key: self._converted(value) if holds_tensors(value) else value
                for key, value in keywords.items()
            }
        if not self.built:
            leaves = _nest.flatten(_first(arguments, keywords))
            device = next((t.device for t in leaves if isinstance(t, Tensor)), None)
            self._build_from(arguments, keywords, lambda t: (None, *t.shape[1:]), device)
        if not self._called:
            self._called = True
        outer = calls.training, calls.outermost
        if training is None:
            training = bool(self._trains_alone if outer[0] is None else outer[0])
        if self.training_argument:
            keywords["training"] = training
        calls.training = training
        if outer[1] is None:
            calls.outermost = object()
            if calls.holders:
                self._forget_losses()
        try:
            y = self.call(*arguments, **keywords)
            if self.activity_regularizer is not None:
                self._regularize(y)
        finally:
            calls.training, calls.outermost = outer
        return y

    def _call_symbolically(self, arguments, keywords, training):
        if arguments and not keywords and _is_pure(self):
            shape = _nest.map(lambda x: x.shape, arguments[0])
            self._build_for(shape)
            made = self.compute_output_shape(shape)
            outputs = _nest.map_shapes(lambda s: symbolic.SymbolicTensor(s, self.dtype), made)
        else:
            self._build_from(arguments, keywords, lambda x: x.shape)
            outputs = symbolic.infer(self, arguments, keywords)
        if training is not None:
            keywords["training"] = training
        symbolic.Node(self, arguments, keywords, outputs)
        return outputs

    # Keras's names for the dtype, which is one
    compute_dtype = variable_dtype = property(lambda self: self.dtype)

    # Graphs

    @property
    def input(self):
        """The symbolic tensor of the layer's first call in a model."""
        return self._node().arguments[0]

    @property
    def output(self):
        """What the layer's first symbolic call gave: the way to features inside of a model."""
        outputs = self._node().outputs
        return outputs[0] if len(outputs) == 1 else list(outputs)

    def output_shapes(self):
        """The shapes of the outputs of the symbolic calls, each once; none if there was no call."""
        return symbolic.shapes_of(self.nodes)

    def _node(self):
        if not self.nodes:
            raise AttributeError(
                f"{self.name} has no symbolic input and output: it was never called on a "
                "fastnn.Input, nor is it in a model that is built."
            )
        return self.nodes[0]

    def __repr__(self):
        return f"<{type(self).__name__} {self.name}{'' if self.built else ', not built'}>"


def _first(arguments, keywords):
    return arguments[0] if arguments else next(iter(keywords.values()))


def _is_pure(layer):
    """Whether the class says itself what shape it gives."""
    return type(layer).compute_output_shape is not Layer.compute_output_shape
