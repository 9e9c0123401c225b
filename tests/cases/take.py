"""take and scatter_add: rows of every length, negative and repeated indices; one_hot."""

from dataclasses import replace

from . import FLOATS, VALUES, Array, Case

VALUES["negative"] = lambda rng, array: rng.integers(-array.limit, array.limit, array.shape)


def take(outer, n, inner, m, dtype="float32"):
    values = "normal" if dtype in FLOATS else "integers"
    operands = {
        "y": Array((outer, m, inner), dtype, values),
        "x": Array((outer, n, inner), dtype, values),
        "indices": Array((m,), "int32", "negative", n),
    }
    return Case("take", operands)


def scatter_add(outer, n, inner, m, dtype="float32"):
    operands = {
        "y": Array((outer, n, inner), dtype),
        "indices": Array((m,), "int32", "negative", n),
        "updates": Array((outer, m, inner), dtype),
    }
    return Case("scatter_add", operands)


def one_hot(indices, classes, dtype="float32", values="below"):
    drawn = "normal" if dtype in FLOATS else "integers"
    operands = {
        "y": Array((*indices, classes), dtype, drawn),
        "indices": Array(indices, "int32", values, max(1, classes)),
    }
    return Case("one_hot", operands, note=values)


SHAPES = [(2, 5, 3, 7), (1, 4, 1, 1), (1, 9, 17, 6), (3, 3, 33, 40), (1, 5, 1, 70), (2, 6, 130, 3)]
SHAPES += [(1, 5, 3, 0), (0, 5, 3, 4), (2, 5, 0, 4)]
CASES = []
for dtype in FLOATS:
    for shape in SHAPES:
        CASES += [take(*shape, dtype), scatter_add(*shape, dtype)]
    CASES += [take(1, 40, 300, 250, dtype), scatter_add(2, 300, 120, 90, dtype)]
    CASES += [one_hot((4,), 5, dtype), one_hot((3, 2), 17, dtype, "negative")]
    CASES += [one_hot((), 3, dtype), one_hot((3,), 0, dtype), one_hot((0,), 4, dtype)]
    CASES += [one_hot((700,), 101, dtype)]
for dtype in ("int32", "int64", "uint8"):
    CASES += [take(2, 5, 3, 7, dtype), one_hot((5,), 4, dtype)]

REFUSED = [
    replace(operation(2, 5, 3, 7), note=f"{wrong}").changed("indices", values="limit", limit=wrong)
    for operation in (take, scatter_add)
    for wrong in (5, -6, 2**31 - 1, -(2**31))
]

# An outer place does not hang on the others.
INDEPENDENT = [(scatter_add(7, 30, 37, 50), {"y": 0, "updates": 0})]
