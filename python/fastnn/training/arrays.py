"""What users give as data - arrays, lists, frames, nests of them - as arrays that kernels read."""

import numpy as np

from .. import _nest, devices
from .._checks import DTYPES, FLOATS, as_numbers
from ..ops import cast
from ..tensor import Tensor

_NATIVE = frozenset(map(np.dtype, DTYPES))


def as_nest(x, what):
    """`x` as a nest whose leaves are arrays: a list of numbers is an array, a list of arrays is a
    nest."""
    if isinstance(x, dict):
        return {key: as_nest(value, what) for key, value in x.items()}
    return x if _nest.holds_arrays(x) else as_leaf(x, what)


def as_leaf(x, what):
    """`x` with a list, a tuple or a frame of pandas as the array that it is."""
    if hasattr(x, "dtypes") and hasattr(x, "to_numpy"):
        return _of_frame(x)
    return as_numbers(x, what) if isinstance(x, (list, tuple)) else x


def _of_frame(x):
    """The columns in the dtype that holds them all: NumPy alone takes a column of bool beside one
    of float for objects."""
    dtypes = list(x.dtypes) if hasattr(x, "columns") else [x.dtypes]
    dtypes = [getattr(dtype, "numpy_dtype", dtype) for dtype in dtypes]
    if all(isinstance(dtype, np.dtype) and dtype.kind in "biuf" for dtype in dtypes):
        return x.to_numpy(np.result_type(*dtypes))
    return x


def as_array(x, dtype, what):
    """An array of a device, contiguous, of a dtype that kernels convert to `dtype`.

    No copy is made where none is needed: a batch is converted when it is gathered.
    """
    if isinstance(x, Tensor):
        x = x.array
    if devices.of(x) is None:
        x = devices.adopt(x) if hasattr(x, "__dlpack__") and not hasattr(x, "__array__") else x
        x = as_numbers(x, what) if devices.of(x) is None else x
    if isinstance(x, np.ndarray):
        if x.dtype.kind not in "biuf":
            x = as_numbers(x, what)  # refuses it
        if x.dtype not in _NATIVE or not x.dtype.isnative:
            x = as_numbers(x, what, dtype)
        elif not (x.flags.c_contiguous and x.flags.aligned):
            x = x.copy("C")
        x = x.view(np.ndarray) if type(x) is not np.ndarray else x
    if x.ndim == 0:
        raise ValueError(f"{what}: a number came; an array, a row a sample, is wanted.")
    return x


def target_dtype(x, model_dtype):
    """What targets are converted to: whole numbers to int32, which losses take for labels, others
    to the model's dtype."""
    kind = getattr(getattr(x, "dtype", None), "kind", None)
    if kind is None:
        kind = "f" if getattr(x, "dtype", None) in FLOATS else "i"
    return "int32" if kind in "biu" else model_dtype


class Data:
    """Inputs, targets and weights, apart from their form.

    Attributes:
        arrays: the leaves of the three nests, without those that are None.
        dtypes: what each is converted to.
        template: the three nests with True for each array.
        form: the same, hashable.
    """

    def __init__(self, model, x, y, sample_weight, name):
        x = model._as_inputs(x, name)
        y, w = as_nest(y, f"{name}: y"), as_nest(sample_weight, f"{name}: sample_weight")
        self.template = _nest.map(lambda leaf: None if leaf is None else True, (x, y, w))
        self.arrays, self.dtypes, self.names = [], [], []
        for part, nest, dtypes in (
            ("x", x, model._input_dtypes(x)),
            ("y", y, None),
            ("sample_weight", w, None),
        ):
            leaves = _nest.flatten(nest)
            for i, leaf in enumerate(leaves):
                if leaf is None:
                    continue
                what = f"{name}: {part}" + (f" {i}" if len(leaves) > 1 else "")
                leaf = as_leaf(leaf, what)
                if part == "x":
                    dtype = dtypes[i]
                else:
                    leaf = leaf if hasattr(leaf, "dtype") else as_numbers(leaf, what)
                    dtype = model.dtype if part != "y" else target_dtype(leaf, model.dtype)
                self.arrays.append(as_array(leaf, dtype, what))
                self.dtypes.append(dtype)
                self.names.append(what)
            if part == "x" and (not leaves or leaves[0] is None):
                raise ValueError(
                    f"{name}: x is {x!r}; arrays, or an iterable of batches, are wanted."
                )
        self.form = (_nest.form(x), _nest.form(y), _nest.form(w))
        model._check_inputs(name, [array.shape for array in self.arrays])
        self.size = self._checked_size(name)

    def _checked_size(self, name):
        sizes = [array.shape[0] for array in self.arrays]
        if len(set(sizes)) > 1:
            prefix = len(name) + 2
            pairs = list(zip(self.names, sizes, strict=True))
            came = ", ".join(f"{what[prefix:]} has {n}" for what, n in pairs[:6])
            came += ", .." if len(pairs) > 6 else ""
            raise ValueError(f"{name}: the numbers of samples differ: {came}.")
        if sizes[0] == 0:
            raise ValueError(f"{name}: x is empty; at least one sample is wanted.")
        return sizes[0]

    def not_finite(self):
        """A sentence: which of the arrays hold NaN or infinity."""
        holders = [
            what.partition(": ")[2]
            for what, array in zip(self.names, self.arrays, strict=True)
            if array.dtype.kind == "f" and not np.isfinite(array).all()
        ]
        if not holders:
            return "None of the data is NaN or infinite."
        return f"NaN or infinity is in {' and '.join(holders)}."

    def converted(self):
        """The arrays in their dtypes, as a tuple."""
        return tuple(
            array if array.dtype == dtype else cast(Tensor(array), dtype).array
            for array, dtype in zip(self.arrays, self.dtypes, strict=True)
        )


def fill(template, arrays):
    """(x, y, sample_weight) of arrays, one for each leaf of a template that is not None."""
    arrays = iter(arrays)
    return _nest.map(lambda leaf: None if leaf is None else next(arrays), template)
