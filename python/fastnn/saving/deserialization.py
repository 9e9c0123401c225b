"""Objects from the dicts of serialization.py, or Keras's; nothing of a dict is ever run."""

import importlib
import inspect
import types

import numpy as np

from .._checks import DTYPES
from .registry import custom_object_scope, get_registered_object
from .serialization import PLAIN, SLICE

# Keras's modules, of which configurations tell, and ours. Nothing else is ever looked into.
_MODULES = {
    f"keras.{name}": f"fastnn.{name}"
    for name in (
        *("activations", "constraints", "initializers", "layers", "losses", "metrics", "models"),
        *("optimizers", "optimizers.schedules", "random", "regularizers"),
    )
}
_MODULES |= {"keras": "fastnn", "keras.src.models.functional": "fastnn.models"}
_FUNCTIONS = ("activations", "losses", "metrics")  # in whose modules names of functions are
_TOOLS = {"as_loss", "as_metric", "deserialize", "fused", "get", "kind_of_targets", "name_of"}
_TOOLS |= {"serialize"}


def is_object(config):
    """Whether a dict stands for an object."""
    return isinstance(config, dict) and "class_name" in config and "config" in config


def deserialize_value(value):
    """The value of a configuration's entry: the object if it stands for one."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(deserialize_value, value))
    if is_object(value):
        return deserialize_keras_object(value)
    if isinstance(value, dict):
        return {key: deserialize_value(one) for key, one in value.items()}
    return value


def deserialize_keras_object(config, custom_objects=None, safe_mode=True):
    """The object of a dict that `serialize_keras_object`, or Keras, has made. It never runs code
    that comes with the dict: only classes and functions of this library, and those of the user's
    that are registered, are found.

    Args:
        config: the dict; numbers, texts, lists and dicts of such dicts as well.
        custom_objects: a dict from names to the user's own classes and functions.
        safe_mode: taken for Keras's sake; code within a configuration is refused in any case.

    Raises:
        TypeError, ValueError: nothing is found under the name, or the class does not take what the
            configuration says.

    >>> import fastnn
    >>> config = fastnn.utils.serialize_keras_object(fastnn.layers.Dense(3, "relu", name="d"))
    >>> fastnn.utils.deserialize_keras_object(config)
    <Dense d, not built>
    """
    with custom_object_scope(custom_objects):
        return _made_of(config)


def _made_of(config):
    if isinstance(config, PLAIN):
        return config
    if isinstance(config, (list, tuple)):
        return type(config)(map(_made_of, config))
    if not isinstance(config, dict):
        raise TypeError(
            f"deserialize_keras_object: a {type(config).__name__} came; a dict is wanted."
        )
    if "class_name" not in config or "config" not in config:
        return {key: _made_of(value) for key, value in config.items()}
    name, inner = config["class_name"], config["config"]
    if not isinstance(name, str):
        raise TypeError(f"deserialize_keras_object: class_name is {name!r}; a text is wanted.")
    if name.startswith("__"):
        return _made_of_special(name, inner)
    if name == "function":
        return _function(inner)
    if name == "DTypePolicy" and isinstance(inner, dict):
        return inner.get("name")
    if not isinstance(inner, dict):
        raise TypeError(f"deserialize_keras_object: the config of {name} is {inner!r}, no dict.")
    kind = _class(config, name)
    if not inspect.isclass(kind):
        return kind
    if not hasattr(kind, "from_config"):
        raise TypeError(f"deserialize_keras_object: {name} has no from_config().")
    made = kind.from_config(dict(inner))
    if config.get("build_config") and not getattr(made, "built", True):
        made.build_from_config(config["build_config"])
    if config.get("compile_config") and hasattr(made, "compile_from_config"):
        made.compile_from_config(config["compile_config"])
    return made


def _made_of_special(name, inner):
    from ..tensor import Tensor

    if name == "__lambda__":
        raise ValueError(
            "deserialize_keras_object: the configuration holds the code of a lambda, which is "
            "never run. Define the function with def, register it, and save the model with that."
        )
    try:
        if name == "__bytes__":
            return inner["value"].encode("utf-8")
        if name == "__slice__":
            return slice(*(_made_of(inner[part]) for part in SLICE))
        if name == "__ellipsis__":
            return Ellipsis
        if name in ("__numpy__", "__tensor__") and inner["dtype"] in DTYPES:
            array = np.asarray(inner["value"], inner["dtype"])
            return Tensor(array) if name == "__tensor__" else array
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"deserialize_keras_object: {name} of {inner!r:.80}: {error!r}") from None
    raise ValueError(f"deserialize_keras_object: {name} of {inner!r:.80} is unknown.")


def _function(name):
    if not isinstance(name, str):
        raise TypeError(f"deserialize_keras_object: the function {name!r} came; a name is wanted.")
    found = get_registered_object(name)
    if found is not None:
        return found
    for module in _FUNCTIONS:
        module = importlib.import_module(f"fastnn.{module}")
        found = getattr(module, name, None) if name in module.__all__ else None
        if isinstance(found, types.FunctionType) and name not in _TOOLS:
            return found
    raise _not_found("function", name)


def _class(config, name):
    """The class of a dict: one of the user's, or one of ours that Keras knows under its module."""
    for key in (config.get("registered_name"), name):
        found = get_registered_object(key) if isinstance(key, str) else None
        if found is not None:
            return found
    module = config.get("module")
    if isinstance(module, str) and module in _MODULES:
        ours = importlib.import_module(_MODULES[module])
        if name in ours.__all__ and inspect.isclass(getattr(ours, name)):
            return getattr(ours, name)
        if module == "keras" and name in importlib.import_module("fastnn.layers").__all__:
            return getattr(importlib.import_module("fastnn.layers"), name)
    raise _not_found("class", name, module)


def _not_found(what, name, module=None):
    where = f" of {module}" if module else ""
    return TypeError(
        f"deserialize_keras_object: there is no {what} {name!r}{where}. One of your own has to be "
        "registered before, by @fastnn.utils.register_keras_serializable(), or given: "
        f"custom_objects={{{name!r}: ..}}."
    )


def deserializer(get):
    """The `deserialize` of a module whose `get` takes names and dicts."""

    def deserialize(config, custom_objects=None):
        """The object of a dict that `serialize` has made, or of a name that `get` takes.

        Args:
            config: the dict, or the name.
            custom_objects: a dict from names to classes and functions of one's own.

        Raises:
            TypeError, ValueError: as `fastnn.utils.deserialize_keras_object` and `get`.
        """
        with custom_object_scope(custom_objects):
            return get(config)

    return deserialize
