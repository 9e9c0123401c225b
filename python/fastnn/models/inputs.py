"""The data of a model, matched to its symbolic inputs."""

from .. import _nest, devices
from .._checks import as_numbers
from ..ops import cast, reshape
from ..tensor import Tensor, as_tensor
from ..training.arrays import as_leaf, as_nest


class Inputs:
    """The part of a model that takes data in."""

    def _matched(self, x, name):
        """The leaves of a nest of arrays, one for each input; `name` is for errors."""
        inputs, form = self._graph.inputs, self._graph.form
        names = [tensor.name for tensor in inputs]
        if isinstance(x, dict):
            by = _nest.keys(form) if isinstance(form, dict) else names
            missing = [name for name in by if name not in x]
            if missing or any(_nest.is_nest(x[name]) for name in by):
                raise ValueError(
                    f"{name}: a dict with {list(x)} came; the inputs are {by}. Give one array for "
                    "each name."
                )
            return [x[name] for name in by]
        alone = not _nest.is_nest(form) and not (_nest.is_nest(x) and len(x) == 1)
        if alone or not isinstance(x, (list, tuple)) or not _nest.holds_arrays(x):
            leaves = [x]
        else:
            leaves = _nest.flatten(x)
        if len(leaves) != len(inputs):
            shapes = ", ".join(str(getattr(leaf, "shape", type(leaf).__name__)) for leaf in leaves)
            raise ValueError(
                f"{name}: {len(leaves)} input{'s' * (len(leaves) != 1)} came, {shapes}; the model "
                f"has {len(inputs)}: {', '.join(f'{t.name!r} {t.shape}' for t in inputs)}. Give a "
                "list of arrays, one for each, or a dict by name."
            )
        return leaves

    def _fitted(self, x):
        """`x` as the nest of tensors that the graph takes: of its dtypes, ranks and sizes."""
        tensors = []
        for leaf, wanted in zip(self._matched(x, self.name), self._graph.inputs, strict=True):
            t = self._convert(leaf) if wanted.dtype == self.dtype else _cast(leaf, wanted)
            shape = _fitting(t.shape, wanted.shape)
            _check_shape(self.name, shape, wanted)
            tensors.append(t if shape == t.shape else reshape(t, shape))
        return _nest.pack(self._graph.form, tensors)

    # What a training loop asks

    def _as_inputs(self, x, name):
        """Data as a nest of arrays in the form of the inputs, before anything is converted."""
        if self._graph is None:
            listed = self.one_input and isinstance(x, (list, tuple)) and len(x) > 1
            return (as_leaf if listed else as_nest)(x, f"{name}: x")
        leaves = [as_leaf(leaf, f"{name}: x") for leaf in self._matched(x, name)]
        return _nest.pack(self._graph.form, leaves)

    def _input_dtypes(self, x):
        """What the leaves of x are converted to."""
        if self._graph is None:
            return [_dtype_of(leaf, self.dtype) for leaf in _nest.flatten(x)]
        return [tensor.dtype for tensor in self._graph.inputs]

    def _check_inputs(self, name, shapes):
        if self._graph is not None:
            for shape, wanted in zip(shapes, self._graph.inputs, strict=False):
                _check_shape(name, _fitting(shape, wanted.shape), wanted)


def _cast(x, wanted):
    """An array or tensor in the dtype of a symbolic tensor."""
    if not isinstance(x, Tensor) and devices.of(x) is None:
        x = as_numbers(x, f"input {wanted.name}", wanted.dtype)
    t = as_tensor(x, f"input {wanted.name}")
    return t if t.dtype == wanted.dtype else cast(t, wanted.dtype)


def _fitting(shape, wanted):
    """A shape with a last axis of size 1 added or dropped, as Keras does: pictures may lack the
    axis of their one channel."""
    if len(shape) == len(wanted) - 1 and wanted[-1] == 1:
        return (*shape, 1)
    if len(shape) == len(wanted) + 1 and shape[-1] == 1:
        return tuple(shape[:-1])
    return tuple(shape)


def _check_shape(name, shape, wanted):
    """Whether data of a shape fit a symbolic input."""
    fits = len(shape) == len(wanted.shape) and all(
        w is None or n is None or n == w for n, w in zip(shape[1:], wanted.shape[1:], strict=True)
    )
    if not fits:
        raise ValueError(
            f"{name}: the input {wanted.name!r} has shape {tuple(shape)}; {wanted.shape} is "
            "wanted, the batch first and channels last."
        )


def _dtype_of(x, dtype):
    """What a layer that is not built yet gets: class numbers stay whole, bytes of pictures not."""
    kind = getattr(x, "dtype", None)
    return "int32" if str(kind) in ("int32", "int64") else dtype
