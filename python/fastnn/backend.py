"""Keras's older place of some functions of fastnn.config and fastnn.utils."""

from .config import epsilon, floatx, image_data_format, set_floatx
from .utils.session import clear_session

__all__ = ["clear_session", "epsilon", "floatx", "image_data_format", "set_floatx"]
