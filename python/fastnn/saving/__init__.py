"""Models and weights in files. What is named here is loaded when it is first used."""

_MODULES = {
    "load_weights": "weights",
    "save_weights": "weights",
}

__all__ = ["load_weights", "save_weights"]


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_MODULES})
