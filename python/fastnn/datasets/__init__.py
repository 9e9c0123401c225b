"""Data sets that come with fastnn, read without a download."""

from fastnn.datasets import digits

__all__ = ["digits"]
