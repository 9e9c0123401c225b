"""Optimizers: state, and one fused kernel a step."""

from .adam import Adam
from .optimizer import Optimizer

__all__ = ["Adam", "Optimizer"]
