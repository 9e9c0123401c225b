"""Objects as dicts {"module", "class_name", "config", "registered_name"}."""

import inspect

import numpy as np

from .._checks import DTYPES
from .registry import get_registered_name

PLAIN = (str, int, float, bool, type(None))


def module_name(kind):
    """Keras's module of a class of ours."""
    parts = kind.__module__.split(".")[1:]
    if kind.__name__ == "Functional":
        return "keras.src.models.functional"
    if kind.__name__ in ("Model", "Sequential"):
        return "keras"
    return ".".join(["keras", *(parts[:2] if "schedules" in parts else parts[:1])])


def serialize_keras_object(obj):
    """An object as a dict that JSON can hold, in Keras's format.

    Args:
        obj: a layer, model, loss, metric, optimizer, schedule, initializer, regularizer or
            constraint; a function that has a name; an array; or lists and dicts of these.

    Raises:
        TypeError: it has no get_config(), or is a lambda.

    >>> import fastnn
    >>> fastnn.utils.serialize_keras_object(fastnn.regularizers.L2(0.5))["config"]
    {'l2': 0.5}
    """
    if isinstance(obj, PLAIN):
        return obj
    if isinstance(obj, (list, tuple)):
        return (
            type(obj)(map(serialize_keras_object, obj))
            if type(obj) in (list, tuple)
            else [serialize_keras_object(one) for one in obj]
        )
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if (special := _special(obj)) is not None:
        return special
    if isinstance(obj, np.generic):
        return obj.item()
    if hasattr(obj, "get_config") and not inspect.isclass(obj):
        return _of_object(obj)
    if callable(obj) and hasattr(obj, "__name__") and not inspect.isclass(obj):
        return _of_function(obj)
    raise TypeError(
        f"serialize_keras_object: {obj!r} came, a {type(obj).__name__}; an object with a "
        "get_config() is wanted, or a function that has a name."
    )


def _special(obj):
    """What is no object of a library's, as Keras writes it."""
    from ..initializers.fixed import Given
    from ..tensor import Tensor

    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, slice):
        parts = {name: serialize_keras_object(getattr(obj, name)) for name in SLICE}
        return {"class_name": "__slice__", "config": parts}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, Tensor):
        config = {"value": obj.numpy().tolist(), "dtype": obj.dtype}
        return {"class_name": "__tensor__", "config": config}
    if type(obj) is Given:
        obj = obj.value
    if isinstance(obj, np.ndarray):
        if obj.dtype.name not in DTYPES or not obj.ndim:
            obj = obj.astype("float64") if obj.dtype.kind == "f" else obj
        if not obj.ndim:
            return obj.item()
        return {
            "class_name": "__numpy__",
            "config": {"value": obj.tolist(), "dtype": obj.dtype.name},
        }
    return None


SLICE = ("start", "stop", "step")


def _of_object(obj):
    kind = type(obj)
    config = obj.get_config()
    if not isinstance(config, dict):
        raise TypeError(
            f"{kind.__name__}.get_config: gives a {type(config).__name__}; a dict is wanted."
        )
    registered = get_registered_name(kind)
    ours = kind.__module__.startswith("fastnn.") and registered == kind.__name__
    module = module_name(kind) if ours else kind.__module__
    if ours and kind.__name__ != "Functional":
        registered = None
    made = {
        "module": None if module == "__main__" else module,
        "class_name": kind.__name__,
        "config": serialize_keras_object(config),
        "registered_name": registered,
    }
    for what in ("build_config", "compile_config"):
        more = getattr(obj, f"get_{what}", lambda: None)()
        if more is not None:
            made[what] = serialize_keras_object(more)
    return made


def _of_function(function):
    name = get_registered_name(function)
    if name == "<lambda>":
        raise TypeError(
            "serialize_keras_object: a lambda came, which has no name that it could be found by "
            "again. Write a function with def, and register it: "
            "@fastnn.utils.register_keras_serializable()."
        )
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }


def serialize_value(value):
    """An argument's value within a configuration: a known activation is its name."""
    from .. import activations

    if callable(value) and not hasattr(value, "get_config"):
        if activations.name_of(value) is not None:
            return activations.name_of(value)
    return serialize_keras_object(value)
