"""Models: Sequential, layers one after the other; Model, any graph of layers."""

from .config import clone_model, model_from_config, model_from_json
from .model import Functional, Model
from .sequential import Sequential

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "model_from_config",
    "model_from_json",
]
