"""Functions between symbolic tensors, as the operations that Keras writes into configurations."""

import inspect

from .. import ops, symbolic

_BASE = "keras.src.ops."
# Functions whose arguments all are tensors or numbers: how many; by Keras's module.
_PLAIN = {
    ("numpy", 1): "abs absolute copy cos exp floor isnan log log1p negative ravel sign sin sqrt",
    ("numpy", 1, 0): "square tanh",
    ("numpy", 2): "add divide equal greater greater_equal less less_equal matmul maximum minimum",
    ("numpy", 2, 0): "multiply not_equal power subtract getitem",
    ("numpy", 3): "where",
    ("nn", 1): "hard_sigmoid hard_silu hard_tanh log_sigmoid relu relu6 selu sigmoid silu softplus",
    ("nn", 1, 0): "softsign sparse_plus sparse_sigmoid tanh_shrink",
    ("math", 1): "rsqrt",
    ("core", 1): "stop_gradient",
}
# Functions with settings, which are the operation's configuration; of one tensor unless said.
_SETTINGS = {
    "numpy": {
        **dict.fromkeys(("argmax", "argmin", "mean", "std", "sum", "var"), "axis keepdims"),
        **dict.fromkeys(("max", "min", "prod"), "axis keepdims"),
        **dict.fromkeys(("concatenate", "cumsum", "expand_dims", "flip", "squeeze"), "axis"),
        **dict.fromkeys(("stack", "take"), "axis"),
        **{"broadcast_to": "shape", "clip": "x_min x_max", "moveaxis": "source destination"},
        **{"pad": "pad_width mode", "repeat": "repeats axis", "reshape": "shape"},
        **{"roll": "shift axis", "swapaxes": "axis1 axis2", "tile": "repeats"},
        **{"split": "indices_or_sections axis", "transpose": "axes"},
    },
    "nn": {
        **{"average_pool": "pool_size strides padding", "max_pool": "pool_size strides padding"},
        **dict.fromkeys(("celu", "elu"), "alpha"),
        **dict.fromkeys(("softmax", "log_softmax"), "axis"),
        **dict.fromkeys(("hard_shrink", "soft_shrink"), "threshold"),
        **{"gelu": "approximate", "leaky_relu": "negative_slope", "squareplus": "b"},
        **{"one_hot": "num_classes axis dtype", "threshold": "threshold default_value"},
        **{"binary_crossentropy": "from_logits"},
    },
    "math": {"logsumexp": "axis keepdims", "in_top_k": "k"},
    "core": {"cast": "dtype", "slice": "shape"},
}
_TENSORS = {"take": 2, "binary_crossentropy": 2, "in_top_k": 2, "slice": 2}
_RENAMED = {"reshape": {"shape": "newshape"}}  # our names of settings -> Keras's
_FIXED = {  # settings that only Keras has
    **{"max": {"initial": None}, "min": {"initial": None}, "prod": {"dtype": None}},
    **{"cumsum": {"dtype": None}, "one_hot": {"sparse": False}},
    **{name: {"data_format": "channels_last"} for name in ("average_pool", "max_pool")},
}
_CLASSES = {"getitem": "GetItem"}

_ROWS = {name: (key[0], key[1], ()) for key, names in _PLAIN.items() for name in names.split()} | {
    name: (module, _TENSORS.get(name, 1), tuple(names.split()))
    for module, rows in _SETTINGS.items()
    for name, names in rows.items()
}


def _class_name(name):
    return _CLASSES.get(name) or "".join(part.capitalize() for part in name.split("_"))


_BY_CLASS = {(_BASE + row[0], _class_name(name)): name for name, row in _ROWS.items()}
_BY_CLASS[_BASE + "numpy", "TrueDivide"] = "divide"  # of Keras's operator


def serialize_operation(operation, tensor):
    """(the dict of an operation of a graph, the args and the kwargs of its call).

    Args:
        operation: a `symbolic.Operation`.
        tensor: gives the dict of a symbolic tensor.
    """
    from .serialization import serialize_keras_object

    node = operation.nodes[0]
    bound = inspect.signature(operation.function).bind(*node.arguments, **node.keywords)
    bound.apply_defaults()
    name, values = _public(operation.function.__name__, dict(bound.arguments))
    defaults = {
        p.name: p.default for p in inspect.signature(getattr(ops, name)).parameters.values()
    }
    module, count, settings = _ROWS.get(name, ("", 0, ()))
    called = list(defaults)[:count]
    others = [key for key in values if key not in (*called, *settings)]
    if module and all(_equal(values[key], defaults[key]) for key in others):
        renamed = _RENAMED.get(name, {})
        config = {renamed.get(key, key): values.get(key, defaults[key]) for key in settings}
        config |= _FIXED.get(name, {})
        path, args, kwargs = _BASE + module, [values[key] for key in called], {}
    else:  # what Keras has not: tensors by the names of the arguments
        given = {key: x for key, x in values.items() if key in defaults}
        kwargs = {key: x for key, x in given.items() if symbolic.any_symbolic((x,))}
        config = {key: x for key, x in given.items() if key not in kwargs}
        path, args = "fastnn.ops", []
    kind = _class_name(name)
    made = {"module": path, "class_name": kind}
    made["config"] = {"name": operation.name, **serialize_keras_object(config)}
    return made | {"registered_name": kind}, tensor(args), tensor(kwargs)


def _equal(a, b):
    return a is b or (type(a) is type(b) and not symbolic.any_symbolic((a,)) and a == b)


def _public(name, values):
    """The public function of what stands in a graph, and its arguments by name."""
    if name in ("binary", "compare"):
        return values.pop("function"), values
    if name == "unary":
        function, alpha, beta = (values.pop(key) for key in ("function", "alpha", "beta"))
        if function in ("gelu", "gelu_tanh"):
            return "gelu", values | {"approximate": function == "gelu_tanh"}
        if function == "clip":
            return "clip", values | {"x_min": alpha, "x_max": beta}
        setting = {"leaky_relu": "negative_slope", "elu": "alpha"}.get(function)
        name, values = function, values | ({setting: alpha} if setting else {})
    if name == "_concatenate":
        return "concatenate", values
    if name == "_one_hot":
        return "one_hot", values | {"axis": -1}
    if name == "_piece":
        axis, begin, end = (values.pop(key) for key in ("axis", "begin", "end"))
        key = (*[slice(None)] * axis, slice(begin, end))
        return "getitem", values | {"key": key}
    return "exp" if name == "exponential" else name, values


def deserialize_operation(config, args, kwargs):
    """The symbolic results of an operation's call, from the dict of `serialize_operation`, or
    Keras's. Only functions of fastnn.ops are called."""
    module, kind, settings = config["module"], config["class_name"], dict(config["config"])
    label = settings.pop("name", None) or kind
    name = _BY_CLASS.get((module, kind))
    if module == "fastnn.ops":
        name = next((one for one in ops.__all__ if _class_name(one) == kind), None)
    if name is None:
        raise TypeError(f"the operation {kind} of {module} is not there.")
    function = getattr(ops, name)
    parameters = list(inspect.signature(function).parameters)
    for key, value in _FIXED.get(name, {}).items():
        if key not in parameters and settings.pop(key, value) != value:
            raise ValueError(f"{kind}: another {key} than {value!r} is not there.")
    ours = {theirs: key for key, theirs in _RENAMED.get(name, {}).items()}
    if _ROWS.get(name, ("", 0))[1] > 1:  # its operands, which Keras calls x1 and x2
        operands = [key for key in parameters if key != "condition"]
        ours |= dict(zip(("x1", "x2"), operands, strict=False))
    settings = {ours.get(key, key): _as_tuple(value) for key, value in settings.items()}
    kwargs = {ours.get(key, key): value for key, value in kwargs.items()}
    if name == "getitem":
        args = [args[0], *map(_as_tuple, args[1:])]
    return symbolic.call(function, tuple(args), settings | kwargs, name=label)


def _as_tuple(value):
    return tuple(value) if isinstance(value, list) else value
