"""Models and weights in files; objects as dicts that JSON can hold, as Keras writes them, and back.

What is named here is loaded when it is first used.
"""

_MODULES = {
    "CustomObjectScope": "registry",
    "custom_object_scope": "registry",
    "deserialize_keras_object": "deserialization",
    "get_custom_objects": "registry",
    "get_registered_name": "registry",
    "get_registered_object": "registry",
    "load_weights": "weights",
    "register_keras_serializable": "registry",
    "save_weights": "weights",
    "serialize_keras_object": "serialization",
}

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_weights",
    "register_keras_serializable",
    "save_weights",
    "serialize_keras_object",
]


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_MODULES})
