"""mean_update: values of every dtype and rank, weights of every number of axes, several blocks."""

from . import FLOATS, VALUES, Array, Case

VALUES["sums"] = lambda rng, array: rng.uniform(0, 9, array.shape)


def mean_update(values, weights=None, dtype="float64", of="float32", weight=1.0, each="float32"):
    """`weights`: of how many axes."""
    operands = {
        "total": Array((), dtype, "sums"),
        "count": Array((), dtype, "sums"),
        "values": Array(values, of, "normal" if of in FLOATS else "below", 2),
        "weights": None if weights is None else Array(values[:weights], each, "inside"),
    }
    return Case("mean_update", operands, (weight,))


CASES = [mean_update((30, 7), 2, "float32")]
for dtype in FLOATS:
    CASES += [mean_update((32,), None, dtype, "uint8", 32.0), mean_update((), None, dtype, dtype)]
    CASES += [mean_update((5, 3, 4), axes, dtype, dtype, 5.0) for axes in (None, 0, 1, 2, 3)]
    CASES += [mean_update((70_001,), axes, dtype, dtype, 70_001.0) for axes in (None, 1)]
    CASES += [mean_update((9, 1000), 1, dtype, of, each=dtype) for of in ("float64", "int32")]
    CASES += [mean_update((0,), None, dtype), mean_update((0, 3), 1, dtype)]
CASES += [mean_update((50,), 1, of=of, each="float64") for of in ("int64", "uint8", "float32")]
