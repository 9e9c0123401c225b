"""Data sets: one that comes with fastnn, and some that are downloaded when first asked for."""

from . import digits, fashion_mnist, mnist

__all__ = ["digits", "fashion_mnist", "mnist"]
