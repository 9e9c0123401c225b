"""Layers of several inputs, element by element: Add, Subtract, Multiply, Average, Maximum, Minimum;
and each as a function."""

import functools

from .. import ops
from ._merge import Merge


class Add(Merge):
    """The sum of a list of inputs.

    Shapes: a list of (batch, ..), each size equal or 1; where one has fewer axes, axes of size 1
    are added behind its batch. It gives the broadcast shape.

    Raises:
        ValueError: one input, no list, came; or sizes differ.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Add()([np.array([[1.0]]), np.array([[2.0, 3.0]])]).numpy()
    array([[3., 4.]], dtype=float32)
    """

    def _merged(self, inputs):
        return functools.reduce(ops.add, inputs)


class Subtract(Merge):
    """The first of two inputs less the second. Shapes and errors as Add.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Subtract()([np.array([[1.0]]), np.array([[2.0, 3.0]])]).numpy()
    array([[-1., -2.]], dtype=float32)
    """

    exactly = 2

    def _merged(self, inputs):
        return ops.subtract(*inputs)


class Multiply(Merge):
    """The product of a list of inputs, element by element. Shapes and errors as Add.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Multiply()([np.array([[2.0]]), np.array([[2.0, 3.0]])]).numpy()
    array([[4., 6.]], dtype=float32)
    """

    def _merged(self, inputs):
        return functools.reduce(ops.multiply, inputs)


class Average(Merge):
    """The arithmetic mean of a list of inputs, element by element. Shapes and errors as Add.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Average()([np.array([[2.0]]), np.array([[2.0, 3.0]])]).numpy()
    array([[2. , 2.5]], dtype=float32)
    """

    def _merged(self, inputs):
        return ops.divide(functools.reduce(ops.add, inputs), float(len(inputs)))


class Maximum(Merge):
    """The greatest of a list of inputs, element by element. Shapes and errors as Add.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Maximum()([np.array([[2.0]]), np.array([[1.0, 3.0]])]).numpy()
    array([[2., 3.]], dtype=float32)
    """

    def _merged(self, inputs):
        return functools.reduce(ops.maximum, inputs)


class Minimum(Merge):
    """The least of a list of inputs, element by element. Shapes and errors as Add.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Minimum()([np.array([[2.0]]), np.array([[1.0, 3.0]])]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    def _merged(self, inputs):
        return functools.reduce(ops.minimum, inputs)


def add(inputs, **arguments):
    """Add(**arguments)(inputs).

    >>> import numpy as np, fastnn
    >>> fastnn.layers.add([np.ones((1, 1)), np.ones((1, 2))]).numpy()
    array([[2., 2.]], dtype=float32)
    """
    return Add(**arguments)(inputs)


def subtract(inputs, **arguments):
    """Subtract(**arguments)(inputs).

    >>> import numpy as np, fastnn
    >>> fastnn.layers.subtract([np.ones((1, 1)), np.ones((1, 2))]).numpy()
    array([[0., 0.]], dtype=float32)
    """
    return Subtract(**arguments)(inputs)


def multiply(inputs, **arguments):
    """Multiply(**arguments)(inputs).

    >>> import numpy as np, fastnn
    >>> fastnn.layers.multiply([np.ones((1, 1)), np.ones((1, 2))]).numpy()
    array([[1., 1.]], dtype=float32)
    """
    return Multiply(**arguments)(inputs)


def average(inputs, **arguments):
    """Average(**arguments)(inputs).

    >>> import numpy as np, fastnn
    >>> fastnn.layers.average([np.ones((1, 1)), np.zeros((1, 2))]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """
    return Average(**arguments)(inputs)


def maximum(inputs, **arguments):
    """Maximum(**arguments)(inputs).

    >>> import numpy as np, fastnn
    >>> fastnn.layers.maximum([np.ones((1, 1)), np.zeros((1, 2))]).numpy()
    array([[1., 1.]], dtype=float32)
    """
    return Maximum(**arguments)(inputs)


def minimum(inputs, **arguments):
    """Minimum(**arguments)(inputs).

    >>> import numpy as np, fastnn
    >>> fastnn.layers.minimum([np.ones((1, 1)), np.zeros((1, 2))]).numpy()
    array([[0., 0.]], dtype=float32)
    """
    return Minimum(**arguments)(inputs)
