"""chain: every kind of step and every function, single numbers, several outputs, 8 steps of 8."""

from contract import read_choices

from . import FLOATS, Array, Case

FORWARD, BACKWARD, BINARY, GRADIENT_A, GRADIENT_B = range(5)
CHOICES = read_choices()
UNARY_LIMITS = {"clip": (-0.5, 0.75), "leaky_relu": (0.25, 0.0), "elu": (0.5, 0.0)}


def chain(shapes, steps, outputs, dtype="float32", values="normal"):
    """A step: (kind, the name of its function, the values that it reads)."""
    whole = max(shapes, key=lambda s: (len(s), s))
    names = [CHOICES["Unary" if kind <= BACKWARD else "Binary"].index(f) for kind, f, *_ in steps]
    numbers = [UNARY_LIMITS.get(function, (0.0, 0.0)) for _, function, *_ in steps]
    places = [(*read, 0, 0)[:3] for _, _, *read in steps]
    settings = (tuple(kind for kind, *_ in steps), tuple(names), *zip(*places, strict=True))
    settings += (*zip(*numbers, strict=True), tuple(outputs))
    ys = [Array(whole, dtype) if i < len(outputs) else None for i in range(4)]
    operands = dict(zip(("y", "y2", "y3", "y4"), ys, strict=True))
    operands["x"] = [Array(shape, dtype, values) for shape in shapes]
    return Case("chain", operands, settings, note=values)


TWO = [(FORWARD, "sigmoid", 0), (BINARY, "multiply", 1, 2)]
DEEP = [(FORWARD, "tanh", 0), (BINARY, "multiply", 1, 2), (BINARY, "add", 3, 0)]
EIGHT = [(BINARY, "add", 0, 1), *((BINARY, "add", i, i + 6) for i in range(2, 8))]
EIGHT += [(FORWARD, "tanh", 14)]

# All of y .. y4, as the plain case of an operation has.
CASES = [chain([(3, 4), (3, 4)], [*DEEP, (FORWARD, "square", 4)], (0, 3, 1, 2))]
CASES += [chain([(n,), (n,)], TWO, (1,)) for n in (1, 15, 33, 1023, 1025, 4100)]
for dtype in FLOATS:
    CASES += [
        chain([(3, 5, 7), ()], [(BINARY, "subtract", 0, 1), (FORWARD, "square", 2)], (1,), dtype),
        chain(
            [(1,), (40, 30)], [(BINARY, "divide", 1, 0), (BINARY, "multiply", 0, 2)], (1,), dtype
        ),
        chain([(1, 1)], [(FORWARD, "exponential", 0)], (0,), dtype),
        chain([(5000,), ()], [(FORWARD, "tanh", 1), (BINARY, "add", 0, 2)], (1, 0), dtype),
        chain([(0, 3), (0, 3)], TWO, (1,), dtype),
        chain([(257,)] * 8, EIGHT, (7, 6, 1), dtype),
        chain([(70_001,), (70_001,)], DEEP, (2, 0), dtype),
    ]
    for function in CHOICES["Unary"]:
        values = "positive" if function in ("log", "log1p", "sqrt", "rsqrt") else "normal"
        steps = [(FORWARD, function, 0), (BACKWARD, function, 1, 0), (BINARY, "subtract", 2, 3)]
        CASES += [chain([(131,), (131,)], steps, (2, 1), dtype, values)]
    for function in CHOICES["Binary"]:
        steps = [(BINARY, function, 0, 1), (GRADIENT_A, function, 2, 0, 1)]
        steps += [(GRADIENT_B, function, 0, 0, 1), (BINARY, "subtract", 3, 4)]
        CASES += [chain([(131,), (131,)], steps, (3, 1), dtype, "positive")]
