"""Layers, with Keras's names, arguments and numbers."""

from .core import Activation, Dense
from .dropout import Dropout, GaussianNoise, SpatialDropout2D
from .input_layer import Input, InputLayer
from .layer import Layer

__all__ = [
    "Activation",
    "Dense",
    "Dropout",
    "GaussianNoise",
    "Input",
    "InputLayer",
    "Layer",
    "SpatialDropout2D",
]
