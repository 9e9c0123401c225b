"""What all layers share: the call, and the weights that it builds the first time."""

import inspect
import threading
from collections import Counter

from .. import _core, _nest, changes, devices, regularizers, symbolic
from .._checks import FLOATS, as_dtype
from .._names import snake_case
from ..tensor import Tensor
from ._conversion import Converting, holds_tensors
from ._weights import Weighted

_counts = Counter()
_lock = threading.Lock()


class _Calls(threading.local):
    """The call that runs in this thread: what layers inside of layers take over from it."""

    training = None  # None: no call runs
    losses = None  # of add_loss


_calls = _Calls()


def default_name(kind):
    """dense, dense_1, ...: a class's name in snake case with a number, as Keras does."""
    base = snake_case(kind)
    with _lock:
        n = _counts[base]
        _counts[base] += 1
    return f"{base}_{n}" if n else base


def reset_names():
    """Start the numbers of default names from the beginning."""
    with _lock:
        _counts.clear()


class Layer(Converting, Weighted):
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
    _trains_alone = False  # whether a call outside of a model is one of training
    _takes_tensors = True  # of its dtype, as they are

    def __init_subclass__(cls, **arguments):
        super().__init_subclass__(**arguments)
        if "call" in cls.__dict__:
            cls.training_argument = "training" in inspect.signature(cls.call).parameters

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
        self._call_losses = ()
        self.nodes = []  # the symbolic calls
        self.input_shape = None
        self.device = None  # where it was built
        self._first_shape = (input_dim,) if input_dim is not None else input_shape
        self.activity_regularizer = regularizers.get(activity_regularizer)

    def build(self, input_shape):
        """Make the weights; `input_shape` has None where the batch is."""

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
            with self.device:
                self.build(shape)
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
            first = arguments[0] if arguments else next(iter(keywords.values()))
            tensors = [t for t in _nest.flatten(first) if isinstance(t, Tensor)]
            shape = _nest.map(lambda t: (None, *t.shape[1:]), first)
            self._build_for(shape, tensors[0].device if tensors else None)
        if not self._called:
            self._called = True
        outer = _calls.training, _calls.losses
        if training is None:
            training = bool(self._trains_alone if outer[0] is None else outer[0])
        if self.training_argument:
            keywords["training"] = training
        _calls.training = training
        if outer[1] is None:
            _calls.losses = []
        try:
            y = self.call(*arguments, **keywords)
            if self.activity_regularizer is not None:
                self._regularize(y)
            if outer[1] is None and (_calls.losses or self._call_losses):
                self._call_losses = _calls.losses
                if _core.inside():
                    changes.at_end(self._forget_losses)
        finally:
            _calls.training, _calls.losses = outer
        return y

    def _call_symbolically(self, arguments, keywords, training):
        if arguments and not keywords and _is_pure(self):
            shape = _nest.map(lambda x: x.shape, arguments[0])
            self._build_for(shape)
            made = self.compute_output_shape(shape)
            outputs = _nest.map_shapes(lambda s: symbolic.SymbolicTensor(s, self.dtype), made)
        else:
            first = arguments[0] if arguments else next(iter(keywords.values()))
            self._build_for(_nest.map(lambda x: x.shape, first))
            outputs = symbolic.infer(self, arguments, keywords)
        if training is not None:
            keywords["training"] = training
        symbolic.Node(self, arguments, keywords, outputs)
        return outputs

    # Losses

    def add_loss(self, loss):
        """Within `call`: a scalar tensor, or several, that training adds to the loss."""
        if _calls.losses is None:
            raise RuntimeError(
                f"{self.name}: add_loss was called outside of call(); a loss that depends on an "
                "input belongs there, and one of a weight into its regularizer."
            )
        _calls.losses.extend(_nest.flatten(loss))

    def _forget_losses(self):
        self._call_losses = ()

    def _regularize(self, y):
        for t in _nest.flatten(y):
            if isinstance(t, Tensor):
                loss = self.activity_regularizer(t)
                self.add_loss(loss / float(t.shape[0]) if t.ndim and t.shape[0] else loss)

    @property
    def losses(self):
        """What the last call has added by `add_loss` and by regularizers of activities, then the
        regularizers of the weights that are trained."""
        weights = (w for w in self.trainable_weights if w.regularizer is not None)
        return [*self._call_losses, *(w.regularizer(w) for w in weights)]

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


def _is_pure(layer):
    """Whether the class says itself what shape it gives."""
    return type(layer).compute_output_shape is not Layer.compute_output_shape
