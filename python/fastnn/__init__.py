"""fastnn: small, fast deep learning with Keras's names.

Kernels in SIMD C++ and CUDA, gradients on a tape, training steps recorded and replayed without
Python.
"""

from . import (
    activations,
    config,
    datasets,
    devices,
    initializers,
    kernels,
    layers,
    losses,
    models,
    ops,
    optimizers,
    utils,
)
from .compiled import compile
from .config import get_num_threads, set_num_threads, show_config
from .devices import synchronize
from .layers import Input
from .models import Model, Sequential
from .tape import gradients, no_grad
from .tensor import Tensor, Variable

try:
    from . import _threadpool as _threadpool
except ImportError:
    pass  # threadpoolctl is not installed

__version__ = "0.1.0"

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "Tensor",
    "Variable",
    "activations",
    "compile",
    "config",
    "datasets",
    "devices",
    "get_num_threads",
    "gradients",
    "initializers",
    "kernels",
    "layers",
    "losses",
    "models",
    "no_grad",
    "ops",
    "optimizers",
    "set_num_threads",
    "show_config",
    "synchronize",
    "utils",
]
