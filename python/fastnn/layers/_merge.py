"""What the layers of several inputs share."""

from .. import ops
from .layer import Layer


def shapes_of(inputs):
    """The shapes of a list of tensors, or the shape of the one that came instead."""
    return [x.shape for x in inputs] if isinstance(inputs, (list, tuple)) else inputs.shape


def want_several(layer, shapes, exactly=None, batch=True):
    """Refuses what is no list of shapes, or of another number, or has several batches."""
    wanted = f"a list of {exactly or 'at least one'} is wanted, as in layer([a, b])"
    if not shapes or not isinstance(shapes[0], (tuple, list)):
        raise ValueError(
            f"{layer.name}: one input came, of shape {tuple(shapes)}, or none; {wanted}."
        )
    if exactly not in (None, len(shapes)):
        raise ValueError(f"{layer.name}: {len(shapes)} inputs came; {wanted}.")
    shapes = list(map(tuple, shapes))
    if not all(shapes) or (batch and len({shape[0] for shape in shapes} - {None}) > 1):
        raise ValueError(f"{layer.name}: inputs {shapes} came; one size of the batch is wanted.")


class Merge(Layer):
    """Base of the layers that put inputs together element by element. Sizes of 1 are repeated;
    where an input has fewer axes than another, axes of size 1 are added behind its batch."""

    exactly = None  # how many inputs

    def build(self, input_shape):
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        want_several(self, shapes_of(inputs), self.exactly)
        most = max(one.ndim for one in inputs)
        return self._merged([self._widened(one, most) for one in inputs])

    def _widened(self, x, ndim):
        if x.ndim == ndim:
            return x
        return ops.reshape(x, _wide(x.shape, ndim))

    def compute_output_shape(self, input_shape):
        want_several(self, input_shape, self.exactly)
        most = max(map(len, input_shape))
        batches, *axes = zip(*(_wide(shape, most) for shape in input_shape), strict=True)
        batch = max((n for n in batches if n is not None), default=None)
        return (batch, *(self._merged_size(sizes, input_shape) for sizes in axes))

    def _merged_size(self, sizes, shapes):
        """Of an axis whose sizes are 1, one other, or unknown."""
        known = set(sizes) - {None, 1}
        if len(known) > 1:
            raise ValueError(
                f"{self.name}: inputs {list(map(tuple, shapes))} came; sizes that are equal, or 1, "
                "are wanted."
            )
        return known.pop() if known else None if None in sizes else 1


def _wide(shape, ndim):
    return (shape[0], *(1,) * (ndim - len(shape)), *shape[1:])
