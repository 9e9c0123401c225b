"""Flatten, Reshape, Permute, RepeatVector."""

import math
import operator

from .. import ops
from ._arguments import as_count, want_channels_last
from .layer import Layer


class Flatten(Layer):
    """Each sample as one row.

    Args:
        data_format: None or "channels_last".

    Shapes: (batch, ..) gives (batch, all that is in a sample), (batch,) gives (batch, 1).

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    one_input = True

    def __init__(self, data_format=None, **arguments):
        super().__init__(**arguments)
        self.data_format = want_channels_last(data_format, "Flatten")

    def call(self, inputs):
        return ops.reshape(inputs, self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape):
        if len(input_shape) < 1:
            raise ValueError(f"{self.name}: the input has shape (); (batch, ..) is wanted.")
        sizes = input_shape[1:]
        return (input_shape[0], None if None in sizes else math.prod(sizes))


class Reshape(Layer):
    """Each sample in another shape.

    Args:
        target_shape: of a sample; one size may be -1, which is what is left.

    Shapes: (batch, ..) gives (batch, *target_shape).

    Raises:
        ValueError: the sizes do not multiply to those of the input.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Reshape((2, -1))(np.ones((5, 6))).shape
    (5, 2, 3)
    """

    one_input = True

    def __init__(self, target_shape, **arguments):
        super().__init__(**arguments)
        try:
            sizes = tuple(map(operator.index, target_shape))
            if min(sizes, default=0) < -1 or sizes.count(-1) > 1:
                raise ValueError
        except (TypeError, ValueError):
            raise ValueError(
                f"Reshape: target_shape is {target_shape!r}; a tuple of sizes without the batch's "
                "is wanted, one of which may be -1."
            ) from None
        self.target_shape = sizes

    def call(self, inputs):
        return ops.reshape(inputs, self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape):
        sizes, target = input_shape[1:], self.target_shape
        if None in sizes:
            return (input_shape[0], *(None if n == -1 else n for n in target))
        total, known = math.prod(sizes), math.prod(n for n in target if n != -1)
        fits = known and total % known == 0 if -1 in target else total == known
        if not fits:
            raise ValueError(
                f"{self.name}: a sample of shape {tuple(sizes)}, {total} numbers, does not fit "
                f"into {target}; sizes that multiply to {total} are wanted, or -1 for one of them."
            )
        return (input_shape[0], *(total // known if n == -1 else n for n in target))


class Permute(Layer):
    """The axes of a sample in another order.

    Args:
        dims: which axis of the input each axis of the output is, counted from 1.

    Shapes: Permute((2, 1)) makes (batch, n, m) of (batch, m, n).

    Raises:
        ValueError: the input has other axes than `dims`.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.Permute((3, 1, 2))(np.ones((2, 5, 6, 7))).shape
    (2, 7, 5, 6)
    """

    one_input = True

    def __init__(self, dims, **arguments):
        super().__init__(**arguments)
        try:
            order = tuple(map(operator.index, dims))
            if sorted(order) != list(range(1, len(order) + 1)):
                raise ValueError
        except (TypeError, ValueError):
            raise ValueError(
                f"Permute: dims is {dims!r}; the numbers of a sample's axes from 1 on, each once, "
                "are wanted, such as (2, 1)."
            ) from None
        self.dims = order

    def call(self, inputs):
        self._check(inputs.shape)
        return ops.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape):
        self._check(input_shape)
        return tuple(input_shape[axis] for axis in (0, *self.dims))

    def _check(self, shape):
        if len(shape) != len(self.dims) + 1:
            raise ValueError(
                f"{self.name}: the input has shape {tuple(shape)}; {len(self.dims)} axes after the "
                f"batch are wanted for dims {self.dims}."
            )


class RepeatVector(Layer):
    """A row so many times below itself: what a decoder reads at each step.

    Args:
        n: how many times.

    Shapes: (batch, features) gives (batch, n, features).

    Raises:
        ValueError: the input has other axes.

    >>> import numpy as np, fastnn
    >>> fastnn.layers.RepeatVector(3)(np.ones((2, 4))).shape
    (2, 3, 4)
    """

    one_input = True

    def __init__(self, n, **arguments):
        super().__init__(**arguments)
        self.n = as_count(n, "RepeatVector", "n")

    def call(self, inputs):
        shape = self.compute_output_shape(inputs.shape)
        return ops.broadcast_to(ops.expand_dims(inputs, 1), shape)

    def compute_output_shape(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(
                f"{self.name}: the input has shape {tuple(input_shape)}; (batch, features) is "
                "wanted. A Flatten before it makes rows."
            )
        return (input_shape[0], self.n, input_shape[1])
