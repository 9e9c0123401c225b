"""Models: Sequential, layers one after the other; Model, any graph of layers."""

from .model import Functional, Model
from .sequential import Sequential

__all__ = ["Functional", "Model", "Sequential"]
