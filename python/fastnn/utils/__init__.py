"""Seeds, progress bars, downloads, pictures, labels, batches and event files.

All but the seeds are loaded when first asked for, so that `import fastnn` stays light.
"""

from .seeds import draw_seed, set_random_seed

_MODULES = {
    "EventFile": "event_file",
    "Progbar": "progress",
    "PyDataset": "dataset",
    "Sequence": "dataset",
    "array_to_img": "image",
    "clear_session": "session",
    "get_file": "files",
    "image_dataset_from_directory": "image_directory",
    "img_to_array": "image",
    "load_img": "image",
    "normalize": "arrays",
    "save_img": "image",
    "to_categorical": "arrays",
    "unpack_x_y_sample_weight": "dataset",
}

__all__ = [
    "EventFile",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "clear_session",
    "draw_seed",
    "get_file",
    "image_dataset_from_directory",
    "img_to_array",
    "load_img",
    "normalize",
    "save_img",
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
