"""Seeds, progress bars, downloads, labels and batches.

All but the seeds are loaded when first asked for, so that `import fastnn` stays light.
"""

from .seeds import draw_seed, set_random_seed

_MODULES = {
    "CustomObjectScope": ".saving",
    "Progbar": "progress",
    "PyDataset": "dataset",
    "Sequence": "dataset",
    "clear_session": "session",
    "custom_object_scope": ".saving",
    "deserialize_keras_object": ".saving",
    "get_custom_objects": ".saving",
    "get_file": "files",
    "get_registered_name": ".saving",
    "get_registered_object": ".saving",
    "normalize": "arrays",
    "pack_x_y_sample_weight": "dataset",
    "register_keras_serializable": ".saving",
    "serialize_keras_object": ".saving",
    "to_categorical": "arrays",
    "unpack_x_y_sample_weight": "dataset",
}

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "draw_seed",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "normalize",
    "pack_x_y_sample_weight",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "to_categorical",
    "unpack_x_y_sample_weight",
]


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value  # the next time it is found without this function
    return value


def __dir__():
    return sorted({*globals(), *_MODULES})
