"""fastnn: small, fast deep learning with Keras's names.

Kernels in SIMD C++ and CUDA, gradients on a tape, training steps recorded and replayed without
Python. What is named here is loaded when it is first used.
"""

import importlib

from . import config, devices
from .config import get_num_threads, set_num_threads, show_config
from .devices import synchronize

try:
    from . import _threadpool as _threadpool
except ImportError:
    pass  # threadpoolctl is not installed

__version__ = "0.1.0"

_MODULES = (
    "activations",
    "backend",
    "callbacks",
    "constraints",
    "datasets",
    "initializers",
    "kernels",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "saving",
    "utils",
    "visualize",
)
_NAMES = {
    "Input": "layers",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "Initializer": "initializers",
    "Sequential": "models",
    "Tensor": "tensor",
    "Variable": "variable",
    "compile": "compiled",
    "gradients": "tape",
    "no_grad": "tape",
    "profile": "profiling",
}
__all__ = [
    "Initializer",
    "Input",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "Tensor",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "compile",
    "config",
    "constraints",
    "datasets",
    "devices",
    "get_num_threads",
    "gradients",
    "initializers",
    "kernels",
    "layers",
    "losses",
    "metrics",
    "models",
    "no_grad",
    "ops",
    "optimizers",
    "profile",
    "random",
    "regularizers",
    "saving",
    "set_num_threads",
    "show_config",
    "synchronize",
    "utils",
    "visualize",
]


def __getattr__(name):
    if name in _NAMES:
        value = getattr(importlib.import_module(f"fastnn.{_NAMES[name]}"), name)
    elif name in _MODULES:
        value = importlib.import_module(f"fastnn.{name}")
    else:
        raise AttributeError(f"module 'fastnn' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return [*globals(), *_MODULES, *_NAMES]
