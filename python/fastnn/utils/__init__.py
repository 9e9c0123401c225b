"""Seeds, progress bars, downloads, pictures, labels, batches and event files.

All but the seeds are loaded when first asked for, so that `import fastnn` stays light.
"""

from .seeds import draw_seed, set_random_seed

_MODULES = {
    "CustomObjectScope": ".saving",
    "EventFile": "event_file",
    "Progbar": "progress",
    "PyDataset": "dataset",
    "Sequence": "dataset",
    "array_to_img": "image",
    "clear_session": "session",
    "custom_object_scope": ".saving",
    "deserialize_keras_object": ".saving",
    "get_custom_objects": ".saving",
    "get_file": "files",
    "get_registered_name": ".saving",
    "get_registered_object": ".saving",
    "image_dataset_from_directory": "image_directory",
    "img_to_array": "image",
    "load_img": "image",
    "normalize": "arrays",
    "pack_x_y_sample_weight": "dataset",
    "register_keras_serializable": ".saving",
    "save_img": "image",
    "serialize_keras_object": ".saving",
    "to_categorical": "arrays",
    "unpack_x_y_sample_weight": "dataset",
}

__all__ = [
    "CustomObjectScope",
    "EventFile",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "draw_seed",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "image_dataset_from_directory",
    "img_to_array",
    "load_img",
    "normalize",
    "pack_x_y_sample_weight",
    "register_keras_serializable",
    "save_img",
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
