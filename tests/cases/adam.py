"""adam: many segments of every length at once, at the first step and at late ones."""

from . import FLOATS, SIZES, Array, Case

SETTINGS = (0.9, 0.999, 1e-7)


def adam_update(shapes, dtype="float32", iterations=0, settings=SETTINGS):
    def each(values):
        return [Array(shape, dtype, values) for shape in shapes]

    operands = {
        "w": each("normal"),
        "m": each("normal"),
        "v": each("positive"),
        "g": each("normal"),
        "rate": Array((), "float64", "rate"),
        "iterations": Array((), "int64", "limit", iterations),
    }
    return Case("adam_update", operands, settings, note=f"after {iterations}")


CASES = []
for dtype in FLOATS:
    CASES += [adam_update([(3, 4), (5,)], dtype)]
    CASES += [adam_update([(size,)], dtype, iterations=9) for size in SIZES]
    CASES += [adam_update([(size,) for size in SIZES], dtype, step) for step in (0, 1, 99, 10_000)]
    CASES += [adam_update([(3, 3), (), (0,), (2, 1, 5), (30_001,)], dtype), adam_update([], dtype)]
    CASES += [adam_update([(20,)], dtype, 3, (b, b, 0.1)) for b in (0.0, 0.25, 0.5, 0.95)]
