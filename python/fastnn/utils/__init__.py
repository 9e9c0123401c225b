"""Seeds, progress bars, downloads, labels and batches.

All but the seeds are loaded when first asked for, so that `import fastnn` stays light.
"""

from .seeds import draw_seed, set_random_seed

_MODULES = {
    "Progbar": "progress",
    "PyDataset": "dataset",
    "Sequence": "dataset",
    "clear_session": "session",
    "get_file": "files",
    "normalize": "arrays",
    "pack_x_y_sample_weight": "dataset",
    "to_categorical": "arrays",
    "unpack_x_y_sample_weight": "dataset",
}

__all__ = [
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
    "draw_seed",
    "get_file",
    "normalize",
    "pack_x_y_sample_weight",
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
