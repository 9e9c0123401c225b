"""Python's operators, for tensors with values and without."""

import numpy as np


class Operators:
    """+ - * / ** @, unary - and abs(), and < <= > >=, which give uint8 tensors.

    == and != stay what they are for any object: sets and dictionaries of tensors rely on that.
    ``fastnn.ops.equal`` compares.
    """

    __slots__ = ()

    def __add__(self, other):
        return _ops().add(self, other)

    __radd__ = __add__

    def __sub__(self, other):
        return _ops().subtract(self, other)

    def __rsub__(self, other):
        return _ops().subtract(other, self)

    def __mul__(self, other):
        return _ops().multiply(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other):
        return _ops().divide(self, other)

    def __rtruediv__(self, other):
        return _ops().divide(other, self)

    def __pow__(self, other):
        ops = _ops()
        return (
            ops.square(self)
            if type(other) in (int, float) and other == 2
            else ops.power(self, other)
        )

    def __rpow__(self, other):
        return _ops().power(other, self)

    def __matmul__(self, other):
        return _ops().matmul(self, other)

    def __rmatmul__(self, other):
        return _ops().matmul(other, self)

    def __neg__(self):
        return _ops().negative(self)

    def __abs__(self):
        return _ops().absolute(self)

    def __lt__(self, other):
        return _ops().less(self, other)

    def __le__(self, other):
        return _ops().less_equal(self, other)

    def __gt__(self, other):
        return _ops().greater(self, other)

    def __ge__(self, other):
        return _ops().greater_equal(self, other)

    # Shapes

    def reshape(self, *shape):
        """The same values in another shape; a tensor's memory is shared."""
        return _ops().reshape(self, shape[0] if len(shape) == 1 and np.ndim(shape[0]) else shape)

    def transpose(self, *axes):
        """The axes in another order, copied; reversed if none are given."""
        return _ops().transpose(self, (axes[0] if len(axes) == 1 else axes) if axes else None)

    T = property(transpose)

    def __getitem__(self, key):
        return _ops().getitem(self, key)

    # Reductions: over one axis, a tuple of axes or, if None, over all of them

    def sum(self, axis=None, keepdims=False):
        """The sum of the values."""
        return _ops().sum(self, axis, keepdims)

    def mean(self, axis=None, keepdims=False):
        """The mean of the values."""
        return _ops().mean(self, axis, keepdims)

    def max(self, axis=None, keepdims=False):
        """The largest of the values."""
        return _ops().max(self, axis, keepdims)

    def min(self, axis=None, keepdims=False):
        """The smallest of the values."""
        return _ops().min(self, axis, keepdims)

    def argmax(self, axis=None, keepdims=False):
        """The place of the largest of the values, along one axis or of all of them."""
        return _ops().argmax(self, axis, keepdims)


def _ops():
    from . import ops

    return ops
