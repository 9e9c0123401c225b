"""adam: many segments of every length at once, at the first step and at late ones."""

from . import FLOATS, SIZES, Array, Case

SETTINGS = (0.9, 0.999, 1e-7)
LIMITS = (0.0, 0.0, 0.0)  # weight_decay, clipnorm, clipvalue
PLAIN = [(3, 4), (5,), (2,)]
# What the concatenation of segments is cut into.
CUT = [(3, 3), (), (0,), (2, 1, 5), (70_001,), (9,)]


def lists(shapes, dtype, **values):
    """A list of arrays a name, filled as the keyword says; none for None."""
    return {
        name: [Array(shape, dtype, one) for shape in shapes] if one else []
        for name, one in values.items()
    }


def scalars(iterations=0, norm=None):
    return {
        "rate": Array((), "float64", "rate"),
        "iterations": Array((), "int64", "limit", iterations),
        "norm": None if norm is None else Array(norm, "float64", "norm"),
    }


def adam_update(
    shapes, dtype="float32", iterations=0, betas=SETTINGS, v_hat=None, norm=None, limits=LIMITS
):
    slots = lists(shapes, dtype, w="normal", m="normal", v="positive", v_hat=v_hat, g="normal")
    note = f"after {iterations}"
    operands = slots | scalars(iterations, norm)
    return Case("adam_update", operands, (*betas, *limits), note=note)


# Norms lie around 3: see cases/__init__.py.
CASES = [adam_update(PLAIN, v_hat="positive", norm=(), limits=(0.1, 3.0, 0.0))]
for dtype in FLOATS:
    many = [(size,) for size in SIZES]
    CASES += [adam_update(PLAIN, dtype), adam_update(CUT, dtype), adam_update([], dtype)]
    CASES += [adam_update(many, dtype, step) for step in (0, 1, 99, 10_000)]
    CASES += [adam_update([(20,)], dtype, 3, (b, b, 0.1)) for b in (0.0, 0.25, 0.5, 0.95)]
    CASES += [adam_update(many, dtype, 9, v_hat="positive", limits=(0.5, 0.0, 0.0))]
    CASES += [adam_update(many, dtype, 9, norm=(), limits=(0.0, 1.0, 0.0))]
    CASES += [adam_update(many, dtype, 9, norm=(len(SIZES),), limits=(0.0, 3.0, 0.0))]
    CASES += [adam_update(many, dtype, 9, limits=(2.0, 0.0, 0.5))]
