"""memory: every dtype, from and to every dtype; gathers of rows of every length."""

from . import FLOATS, SIZES, Array, Case

DTYPES = ("float32", "float64", "int32", "int64", "uint8")


def fill(shape, dtype="float32", value=1.0):
    return Case("fill", {"y": Array(shape, dtype, natural(dtype))}, (value,))


def copy(shape, dtype="float32"):
    values = "special" if dtype in FLOATS else "integers"
    operands = {"y": Array(shape, dtype, natural(dtype)), "x": Array(shape, dtype, values)}
    return Case("copy", operands)


def cast(shape, to, dtype):
    """Integers that the new type holds, floats of every kind."""
    operands = {"y": Array(shape, to, natural(to)), "x": values(shape, dtype, to)}
    return Case("cast", operands, note=f"from {dtype} to {to}")


def gather(rows, width, count, to="float32", dtype="float32"):
    operands = {
        "y": Array((count, *width), to, natural(to)),
        "x": values((rows, *width), dtype, to),
        "indices": Array((count,), "int32", "below", rows),
    }
    return Case("gather", operands, note=f"from {dtype} to {to}")


def natural(dtype):
    return "normal" if dtype in FLOATS else "integers"


def values(shape, dtype, to):
    if dtype in FLOATS:
        return Array(shape, dtype, "special" if to in FLOATS else "wild")
    if to == "uint8":
        return Array(shape, dtype, "below", 256)
    narrow = "int32" in (dtype, to) and dtype != "uint8"
    return Array(shape, dtype, "integers", 2**31 - 1 if narrow else 0)


SHAPES = [(3, 4), *((size,) for size in SIZES), (), (0,), (2, 3, 2, 3), (70_001,)]

CASES = []
for dtype in DTYPES:
    CASES += [fill(shape, dtype) for shape in SHAPES]
    CASES += [fill((37,), dtype, value) for value in (0.0, 7, 2.75, 255.0)]
    CASES += [copy(shape, dtype) for shape in SHAPES]
    CASES += [cast(shape, to, dtype) for to in DTYPES for shape in SHAPES[:-1:2]]
    CASES += [cast(SHAPES[-1], to, dtype) for to in DTYPES if "float" in to]
    CASES += [gather(5, (3,), 7, dtype, dtype)]
    CASES += [gather(11, (37,), 20, to, dtype) for to in DTYPES if to != dtype]
for dtype in FLOATS:
    CASES += [fill((37,), dtype, value) for value in (0.1, -1e30, float("nan"), float("-inf"))]
    CASES += [gather(size, (size,), size, dtype, dtype) for size in SIZES]
    CASES += [gather(9, (), 40, dtype, dtype), gather(9, (2, 3), 4, dtype, "uint8")]
    CASES += [gather(9, (5,), 0, dtype, dtype), gather(9, (0,), 3, dtype, dtype)]
    CASES += [gather(3000, (784,), 60, dtype, dtype), gather(400, (300,), 300, dtype, "uint8")]
CASES += [fill((37,), dtype, -3) for dtype in ("int32", "int64")]

REFUSED = [
    gather(5, (3,), 7).changed("indices", values="limit", limit=wrong)
    for wrong in (5, -1, 2**31 - 1, -(2**31))
]
REFUSED += [gather(0, (3,), 7).changed("indices", values="limit", limit=0)]
REFUSED += [
    cast((9,), "int32", "int64").changed("x", values="limit", limit=wrong)
    for wrong in (2**31, -(2**31) - 1, 2**63 - 1, -(2**63))
]
