"""Concatenate and Dot, and each as a function."""

import math

from .. import ops
from ._arguments import as_axis
from ._merge import shapes_of, want_several
from .layer import Layer


class Concatenate(Layer):
    """Inputs one after the other along an axis.

    Args:
        axis: along which; sizes may differ there.

    Shapes: a list of (batch, ..) that differ in `axis` at most; it gives their sizes' sum there.

    Raises:
        ValueError: one input, no list, came; or the shapes do not fit.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Concatenate()([np.ones((2, 3)), np.zeros((2, 1))]).shape
    (2, 4)
    """

    def __init__(self, axis=-1, **arguments):
        super().__init__(**arguments)
        self.axis = as_axis(axis, "Concatenate")

    def build(self, input_shape):
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        self.compute_output_shape(shapes_of(inputs))
        return ops.concatenate(inputs, self.axis)

    def compute_output_shape(self, input_shape):
        want_several(self, input_shape, batch=self.axis != 0)
        shapes, ndim = list(map(tuple, input_shape)), len(input_shape[0])
        if {len(shape) for shape in shapes} != {ndim} or not -ndim <= self.axis < ndim:
            raise ValueError(
                f"{self.name}: inputs {shapes} came; as many axes of each, of which {self.axis} is "
                "one, are wanted."
            )
        together = list(zip(*shapes, strict=True))
        along = together.pop(self.axis)
        known = [set(sizes) - {None} for sizes in together]
        if any(len(sizes) > 1 for sizes in known):
            raise ValueError(
                f"{self.name}: inputs {shapes} came; they may differ along axis {self.axis} only."
            )
        whole = [sizes.pop() if sizes else None for sizes in known]
        whole.insert(self.axis % ndim, None if None in along else sum(along))
        return tuple(whole)


class Dot(Layer):
    """Products of two inputs, summed over an axis of each, sample by sample: the scalar product of
    rows, the matrix product of matrices.

    Args:
        axes: an axis of both inputs, or (one of the first, one of the second); not the batch's.
        normalize: whether both are first divided by their length along these axes, which makes
            cosines of scalar products.

    Shapes: [(batch, ..), (batch, ..)] gives the batch, the other axes of the first and those of
    the second; (batch, 1) where there are none.

    Raises:
        ValueError: there are not two inputs, an axis is missing, or their sizes differ.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).numpy()
    array([[11.]], dtype=float32)
    """

    def __init__(self, axes, normalize=False, **arguments):
        super().__init__(**arguments)
        pair = axes if isinstance(axes, (tuple, list)) else (axes, axes)
        if len(pair) != 2:
            raise ValueError(f"Dot: axes is {axes!r}; an integer or two of them are wanted.")
        self._axes = tuple(as_axis(axis, "Dot") for axis in pair)
        self.axes = self._axes if pair is axes else self._axes[0]
        self.normalize = bool(normalize)

    def build(self, input_shape):
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        shape = self.compute_output_shape(shapes_of(inputs))
        a, b = (self._rows(x, axis) for x, axis in zip(inputs, self._axes, strict=True))
        return ops.reshape(ops.matmul(a, b, transpose_b=True), shape)

    def _rows(self, x, axis):
        """x as (batch, rows, the summed axis)."""
        axis %= x.ndim
        if axis != x.ndim - 1:
            x = ops.moveaxis(x, axis, -1)
        x = ops.reshape(x, (x.shape[0], math.prod(x.shape[1:-1]), x.shape[-1]))
        if not self.normalize:
            return x
        # As Keras has it: no row is divided by less than 1e-7.
        inverse = ops.rsqrt(ops.sum(ops.square(x), -1, keepdims=True))
        return ops.multiply(x, ops.minimum(inverse, 1e7))

    def compute_output_shape(self, input_shape):
        want_several(self, input_shape, 2)
        shapes = list(map(tuple, input_shape))
        places = [
            axis + len(shape) if axis < 0 else axis
            for axis, shape in zip(self._axes, shapes, strict=True)
        ]
        if not all(0 < axis < len(shape) for axis, shape in zip(places, shapes, strict=True)):
            raise ValueError(
                f"{self.name}: axes {self._axes} of inputs {shapes}; axes of theirs are wanted, "
                "and not the batch's, 0."
            )
        sizes = {shape[axis] for axis, shape in zip(places, shapes, strict=True)}
        if len(sizes - {None}) > 1:
            raise ValueError(
                f"{self.name}: inputs {shapes} came; equal sizes along axes {self._axes} are "
                "wanted."
            )
        (batch, *first), (other, *second) = shapes
        del first[places[0] - 1], second[places[1] - 1]
        return (other if batch is None else batch, *((*first, *second) or (1,)))


def concatenate(inputs, axis=-1, **arguments):
    """Concatenate(axis, **arguments)(inputs).

    >>> import numpy as np, fastnn
    >>> fastnn.layers.concatenate([np.ones((2, 3)), np.zeros((2, 1))]).shape
    (2, 4)
    """
    return Concatenate(axis, **arguments)(inputs)


def dot(inputs, axes=-1, **arguments):
    """Dot(axes, **arguments)(inputs).

    >>> import numpy as np, fastnn
    >>> fastnn.layers.dot([np.ones((2, 3)), np.ones((2, 3))]).numpy().ravel()
    array([3., 3.], dtype=float32)
    """
    return Dot(axes, **arguments)(inputs)
