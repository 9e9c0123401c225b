"""Layers, with Keras's names, arguments and numbers."""

from .core import Activation, Dense, Dropout
from .layer import Layer

__all__ = ["Activation", "Dense", "Dropout", "Layer"]
