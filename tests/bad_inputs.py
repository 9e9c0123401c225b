"""Calls that every kernel must refuse, made from each operation's plain case.

    python tests/bad_inputs.py cpu gemm

makes them one after the other and prints a line of JSON before and after each, so that
test_bad_input.py can tell which call killed this process.
"""

import json
import sys

import cases
import numpy as np
import support
from contract import OPERATIONS
from emulated_array import EmulatedArray
from numpy.lib.stride_tricks import as_strided

# What looks wrong but is not: (operation, parameter, what is wrong with it).
FINE = {
    ("sum_to", "x", "an axis more"),
    ("cross_entropy_forward", "p", "a longer last axis"),
    ("cross_entropy_forward", "p", "2^31"),  # no shape tells that the memory is not there
    *(("fill", "y", w) for w in ("an axis more", "a longer last axis", "an empty last axis")),
    *(("uniform", "y", w) for w in ("an axis more", "a longer last axis", "an empty last axis")),
    *((op, "y", w) for op in ("fill", "uniform") for w in ("float64", "2^31", "2^40", "2^60")),
    *((op, name, w) for op in ("cast", "gather") for name in "xy" for w in ("float64", "int32")),
    ("fill", "y", "int32"),
    ("arg_reduce", "x", "float64"),
    ("fill", "a NumPy array"),  # in place of a GPU's: then it runs on the CPU
    ("fill", "value", "nan"),
    ("fill", "value", "inf"),
    *(("normal", "y", w) for w in ("an axis more", "a longer last axis", "an empty last axis")),
    *(("normal", "y", w) for w in ("float64", "2^31", "2^40", "2^60")),
    ("adam_update", "v_hat", "empty"),  # a slot that the optimizer does without
    ("rmsprop_update", "mean", "empty"),
    *(("norms", "x", f"its first: {w}") for w in ("an axis more", "nine axes")),
    *(("norms", "x", f"its first: {w}") for w in ("a longer last axis", "an empty last axis")),
    # Windows of any sizes, which no shape of the other operand limits.
    *(
        (op, name, w)
        for op in ("slice", "pad", "pad_backward")
        for name in ("x", "y", "dx", "dy")
        for w in ("a longer last axis", "2^31", "2^40", "2^60")
    ),
    *((op, "y", "an empty last axis") for op in ("slice", "pad")),
    ("slice", "x", "an empty last axis"),
    ("pad_backward", "dy", "an empty last axis"),
    ("slice", "value", "nan"),
    ("slice", "value", "inf"),
    # As many classes, bins, or candidates as one likes.
    *(
        (op, name, w)
        for op, name in (("one_hot", "y"), ("bincount", "counts"), ("confusion_matrix", "counts"))
        for w in ("a longer last axis", "an empty last axis", "2^31", "2^40", "2^60")
    ),
    *(("threshold_histogram", "counts", w) for w in ("a longer last axis", "2^31")),
    *(("one_hot", "y", dtype) for dtype in ("float64", "int32")),
    *(
        (op, name, w)
        for op, name in (("top_k", "x"), ("top_k_backward", "dx"), ("in_top_k", "x"))
        for w in ("a longer last axis", "2^31")
    ),
    *(("threshold_histogram", "labels", dtype) for dtype in ("float32", "int64")),
    *((op, "counts", "float64") for op in ("bincount", "confusion_matrix")),
    *((op, "weights", "float64") for op in ("bincount", "confusion_matrix", "threshold_histogram")),
    ("threshold_histogram", "counts", "float32"),
    *(("mean_update", "values", dtype) for dtype in ("float64", "int32")),
    ("mean_update", "weights", "float64"),
    ("threshold_histogram", "scores", "float64"),
    ("in_top_k", "x", "float64"),
    ("in_top_k", "{'strides': (1,)}"),  # which y, of bytes, has
}

FOREIGN = ("float16", "longdouble", "complex64", "bool", "int8", "uint16", "uint64", "object", "U4")
FOREIGN += ("datetime64[s]", "f4,i4", ">f4", ">i4", ">f8")


class Liar:
    """Pretends to be an array."""

    def __init__(self, **said):
        self.__dict__.update(said)


def liars(x):
    here = {"shape": x.shape, "typestr": x.dtype.str, "data": (8, False), "version": 3}
    yield "an __array_interface__ to nowhere", Liar(__array_interface__=here)
    yield "an __array_struct__ of text", Liar(__array_struct__="?")
    yield "an __array__", Liar(__array__=lambda *_, **__: x)
    yield "a __dlpack__", Liar(__dlpack__=lambda **_: x, __dlpack_device__=lambda: (1, 0))
    lies = ({"shape": (-1,)}, {"typestr": "?"}, {"data": None}, {"shape": (2**62, 4)})
    for wrong in ({}, None, *(here | lie for lie in lies)):
        yield f"a __cuda_array_interface__ {wrong}", Liar(__cuda_array_interface__=wrong)


def wrong_objects(x):
    for wrong in ("text", b"bytes", 5, 3.5, x.tolist(), {}, object(), np.ndarray, np.float32(1)):
        yield repr(wrong), wrong
    yield "a memoryview", memoryview(x)
    yield from liars(x)


def wrong_dtypes(x):
    for name in FOREIGN:
        yield name, np.zeros(x.shape, name)
    other = {"float32": "float64", "float64": "float32", "int32": "int64"}
    other |= {"int64": "int32", "uint8": "int32"}
    for name in {other[x.dtype.name], "int32" if x.dtype.kind == "f" else "float32"}:
        yield name, np.zeros(x.shape, name)


def wrong_layouts(x, written):
    if written:
        frozen = x.copy()
        frozen.flags.writeable = False
        yield "read-only", frozen
    raw = np.zeros(x.nbytes + 1, np.uint8)
    if x.itemsize > 1:
        yield "unaligned", np.ndarray(x.shape, x.dtype, raw, 1)
    if x.ndim:
        wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
        yield "strided", wide[..., ::2]
        yield "backwards", x[..., ::-1]
        yield "of stride 0", as_strided(x, x.shape, (0,) * x.ndim)
    half = np.zeros((*x.shape[:-1], x.shape[-1] + 1), x.dtype)[..., 1:] if x.ndim else x
    for name, wrong in (("Fortran's order", np.asfortranarray(x)), ("half of its columns", half)):
        if not wrong.flags.c_contiguous:  # as it is where an axis is 1
            yield name, wrong


def wrong_shapes(x):
    yield "an axis more", np.zeros((2, *x.shape), x.dtype)
    yield "nine axes", x.reshape((1,) * (9 - x.ndim) + x.shape)
    yield "32 axes", x.reshape((1,) * (32 - x.ndim) + x.shape)
    if x.ndim:
        yield "a longer last axis", np.zeros((*x.shape[:-1], x.shape[-1] + 1), x.dtype)
        yield "an empty last axis", np.zeros((*x.shape[:-1], 0), x.dtype)
        # Claims memory that is not there: only the shape can tell.
        for name, size in (("2^31", 2**31), ("2^40", 2**40), ("2^60", 2**60 // x.itemsize)):
            shape = (*x.shape[:-1], size // int(np.prod(x.shape[:-1])))
            strides = [int(np.prod(shape[i + 1 :])) * x.itemsize for i in range(x.ndim)]
            yield name, as_strided(x, shape, strides)


def wrong_arrays(x, parameter):
    if not parameter.optional:
        yield "None", None
    yield from wrong_objects(x)
    yield from wrong_dtypes(x)
    yield from wrong_layouts(x, parameter.written)
    yield from wrong_shapes(x)


def wrong_operands(operation, make):
    for parameter in operation.parameters:
        x = make()[parameter.name]
        if parameter.is_list:
            items = wrong_arrays(x[0], parameter)
            wrongs = [
                *((f"its first: {what}", [one, *x[1:]]) for what, one in items),
                ("an array", x[0]),
                ("a generator", (one for one in x)),
                ("an array less", x[:-1]),
                ("empty", []),
                ("nested", [x]),
                ("10001 arrays", x[:1] * 10_001),
                *((f"{wrong!r}", wrong) for wrong in (None, "text", 5, {})),
            ]
        else:
            wrongs = wrong_arrays(x, parameter)
        for what, wrong in wrongs:
            if (operation.name, parameter.name, what) not in FINE:
                yield f"{parameter.name} is {what}", make() | {parameter.name: wrong}


def overlapping(operation, make):
    """Every pair of an output and another operand, in memory that they share."""
    plain = make()
    for out in operation.written:
        for other in operation.parameters:
            x, y = (plain[p.name][0] if p.is_list else plain[p.name] for p in (out, other))
            if out is other or y.nbytes == 0:
                continue
            raw = np.zeros(x.nbytes + y.nbytes + 16, np.uint8)
            start = 8 if x.nbytes > 8 else 0
            left = np.ndarray(x.shape, x.dtype, raw)
            right = np.ndarray(y.shape, y.dtype, raw, start)
            operands = make()
            for p, array in ((out, left), (other, right)):
                operands[p.name] = [array, *operands[p.name][1:]] if p.is_list else array
            yield f"{out.name} overlaps {other.name}", operands


WRONG_SETTINGS = {
    "double": ["1", None, [], 1j, 10**400, object(), float("nan"), float("inf"), -float("inf")],
    "int64_t": ["1", None, 0.5, 2**70, -(2**70), float("nan"), [1]],
    "bool": ["yes", None, 2, 0.5, []],
    "Integers": [None, 5, "text", [1], (1.5,), ("1",), (2**70,), (0,) * 9],
    "Numbers": [None, 5.0, "text", [1.0], (1j,), ("1",), (10**400,), (0.0,) * 9],
}
# Any other kind is a choice among names.
WRONG_CHOICES = ["nonsense", "", "Relu", ",", None, 0, b"relu", ["relu"], "relu\0", "\ud800"]


class Resizer:
    """A number that takes an operand's memory away when it is read."""

    def __init__(self, array):
        self.array = array

    def __float__(self):
        self.array.resize(0, refcheck=False)
        return 0.0


def wrong_settings(operation, make, settings):
    """(what, operands, what follows them)"""
    plain = list(make().values())
    if not settings:
        yield "settings where there are none", plain, [()]
        return
    yield "no settings", plain, []
    for wrong in (None, 5, "text", [*settings], {}, (), settings[:-1], (*settings, 1)):
        yield f"settings {wrong!r}", plain, [wrong]
    for i, (kind, name) in enumerate(operation.settings):
        for wrong in WRONG_SETTINGS.get(kind, WRONG_CHOICES):
            if (operation.name, name, str(wrong).lstrip("-")) not in FINE:
                yield f"{name} = {wrong!r}", plain, [(*settings[:i], wrong, *settings[i + 1 :])]
        if kind == "double":
            operands = list(make().values())
            owner = operands[0][0] if isinstance(operands[0], list) else operands[0]
            wrong = Resizer(owner)
            yield f"{name} frees an operand", operands, [(*settings[:i], wrong, *settings[i + 1 :])]


def wrong_counts(operation, make):
    plain = list(make().values())
    yield "no operand", []
    yield "an operand less", plain[1:]
    yield "an operand more", [plain[0], *plain]


def wrong_keywords(operation, make):
    outputs = [p.name for p in operation.parameters if p.written and not p.read]
    bits = 1 << len(outputs)
    for wrong in (-1, bits, bits << 40, 2**63, 2**70, -(2**70), 1.0, "1", None, [1]):
        yield f"add={wrong!r}", {"add": wrong}
    for bit, name in enumerate(outputs):
        if make()[name].dtype.kind != "f":
            yield f"adding to {name}", {"add": 1 << bit}
    yield "an unknown keyword", {"scale": 1}


def calls(name):
    """(what is wrong, positional arguments, keyword arguments); the first one is right."""
    operation, case = OPERATIONS[name], cases.plain_cases()[name]
    make, settings = case.make, [case.settings] if case.settings else []
    yield "nothing", [*make().values(), *settings], {}
    for what, operands in wrong_operands(operation, make):
        yield what, [*operands.values(), *settings], {}
    for what, operands in overlapping(operation, make):
        yield what, [*operands.values(), *settings], {}
    for what, operands, rest in wrong_settings(operation, make, case.settings):
        yield what, [*operands, *rest], {}
    for what, operands in wrong_counts(operation, make):
        yield what, [*operands, *settings], {}
    for what, keywords in wrong_keywords(operation, make):
        yield what, [*make().values(), *settings], keywords


def interfaces(array, written):
    """What an array of a GPU may wrongly say of itself."""
    true = array.__cuda_array_interface__
    address = true["data"][0]
    shapes = [None, "text", (-1,), (1.5,), (2**62, 4), (2**70,), (1,) * 9, (2**31, 2**31)]
    lies = [{"shape": shape} for shape in shapes]
    lies += [{"typestr": typestr} for typestr in (None, 5, ">f4", "<f2", "<c8", "", "<f4,<f4")]
    lies += [{"data": data} for data in (None, (), ("8", False), (-8, False), (2**70, False))]
    lies += [{"data": (address + 1, False)}] if array.dtype.itemsize > 1 else []
    lies += [{"data": (address, True)}] if written else []
    if array.shape:
        lies += [{"strides": strides} for strides in ((), (1,), (0,) * len(array.shape), "text")]
    yield from ((str(lie), true | lie) for lie in lies)
    for key in ("shape", "typestr", "data"):
        yield f"without {key}", {name: value for name, value in true.items() if name != key}
    yield from ((repr(wrong), wrong) for wrong in (None, "text", [], {}))


def gpu_calls(name):
    """The same for the emulated GPU, whose arrays say by a dictionary what they are."""
    device = support.open_device("emulated")
    operation, case = OPERATIONS[name], cases.plain_cases()[name]
    rest = [case.settings] if case.settings else []

    def make():
        return {name: support.over(device.upload, value) for name, value in case.make().items()}

    def wrong_arrays(array, written):
        yield "None", None
        yield "a NumPy array", array.get()
        yield "text", "text"
        for what, interface in interfaces(array, written):
            lie = EmulatedArray(array.memory, array.owner)
            lie.__cuda_array_interface__ = interface
            yield what, lie

    yield "nothing", [*make().values(), *rest], {}
    for parameter in operation.parameters:
        array = make()[parameter.name]
        first = array[0] if parameter.is_list else array
        for what, wrong in wrong_arrays(first, parameter.written):
            if not (wrong is None and parameter.optional) and (name, what) not in FINE:
                value = [wrong, *array[1:]] if parameter.is_list else wrong
                operands = make() | {parameter.name: value}
                yield f"{parameter.name} is {what}", [*operands.values(), *rest], {}


def main(device, name):
    from fastnn import kernels

    for what, operands, keywords in {"cpu": calls, "emulated": gpu_calls}[device](name):
        print(json.dumps({"call": what}), flush=True)
        try:
            getattr(kernels, name)(*operands, **keywords)
            outcome = {"error": None}
        except Exception as error:
            outcome = {"error": type(error).__name__, "text": str(error)}
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
