"""binary, compare, where: broadcast axes at every place, alone, beside each other, all and none."""

from reference.binary import FUNCTIONS

from . import FLOATS, SIZES, Array, Case

COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")


def binary(y, a, b, function="add", dtype="float32", values=("normal", "normal")):
    operands = {"y": Array(y, dtype), "a": Array(a, dtype, values[0])}
    operands |= {"b": Array(b, dtype, values[1])}
    return Case("binary", operands, (function,), note=" ".join(dict.fromkeys(values)))


def binary_backward(y, a, b, function, side, dtype="float32", values=("normal", "normal")):
    operands = {"d": Array(y, dtype), "dy": Array(y, dtype), "a": Array(a, dtype, values[0])}
    operands |= {"b": Array(b, dtype, values[1])}
    note = " ".join(dict.fromkeys(values))
    return Case("binary_backward", operands, (function, side), note=note)


def compare(y, a, b, function="less", dtype="float32", values="ternary"):
    operands = {"y": Array(y, "uint8"), "a": Array(a, dtype, values), "b": Array(b, dtype, values)}
    return Case("compare", operands, (function,), note=values)


def where(y, condition, a, b, dtype="float32"):
    operands = {"y": Array(y, dtype), "condition": Array(condition, "uint8", "ternary")}
    return Case("where", operands | {"a": Array(a, dtype), "b": Array(b, dtype, "special")})


# The whole, and what broadcasts to it.
PAIRS = [
    *(((size,), (1,)) for size in SIZES),
    *(((7, size), (size,)) for size in SIZES),
    *(((size, 9), (size, 1)) for size in SIZES),
    *(((size, 5, 3), (5, 1)) for size in (2, 15, 33)),
    ((5,), ()),
    ((), ()),
    ((4, 5), (4, 5)),
    ((3, 4, 5), (1, 4, 1)),
    ((3, 4, 5), (3, 1, 5)),
    ((3, 4, 5), (1, 1, 1)),
    ((2, 3, 4, 5), (3, 1, 5)),
    ((2, 3, 4, 5), (2, 1, 4, 1)),
    ((2, 1, 2, 1, 2, 3, 2, 3), (1, 1, 2, 1, 1, 3, 1, 3)),
    ((0, 3), (3,)),
    ((3, 0), (3, 1)),
    ((2, 0), (1, 0)),
    ((300, 257), (257,)),
    ((300, 257), (300, 1)),
    ((70_001,), (1,)),
    ((40, 30, 50), (1, 30, 1)),
]
# One of each kind, and both operands broadcast at once.
SOME = [((17,), (1,)), ((7, 33), (33,)), ((31, 9), (31, 1)), *PAIRS[-17:]]
BOTH = [((s, s), (s, 1), (1, s)) for s in (1, 5, 16, 33)]
BOTH += [((3, 4, 5), (3, 1, 5), (4, 1)), ((2, 3, 4, 5), (3, 1, 5), (2, 1, 4, 1))]

VALUES_OF = {"power": ("positive", "normal"), "divide": ("normal", "positive")}
ODD = {"power": ("powers", "powers"), "minimum": ("special", "special")}
ODD |= {"maximum": ("special", "special"), "divide": ("special", "special")}

CASES = [binary((3, 4), (3, 4), (3, 4))]
CASES += [binary(y, y, b, "subtract") for y, b in SOME]
CASES += [binary(y, a, y, "subtract", "float64") for y, a in SOME]
CASES += [binary(*shapes, "divide") for shapes in BOTH]
for function in FUNCTIONS:
    values = VALUES_OF.get(function, ("normal", "normal"))
    for dtype in FLOATS:
        CASES += [binary((5, 33), (5, 33), (33,), function, dtype, values)]
    CASES += [binary((5, 7), (7,), (5, 1), function, "float64", values)]
    if function in ODD:
        CASES += [binary((131,), (131,), (131,), function, "float32", ODD[function])]

CASES += [binary_backward((3, 4), (3, 4), (3, 4), "multiply", "a")]
for function in FUNCTIONS:
    values = VALUES_OF.get(function, ("normal", "normal"))
    for side in "ab":
        CASES += [binary_backward((131,), (131,), (131,), function, side, "float32", values)]
        CASES += [binary_backward((5, 33), (33,), (5, 33), function, side, "float64", values)]
        if function in ("power", "minimum", "maximum"):
            kinds = ("powers", "powers") if function == "power" else ("ternary", "ternary")
            CASES += [binary_backward((67,), (67,), (67,), function, side, "float32", kinds)]
CASES += [binary_backward(y, y, b, "multiply", "a") for y, b in SOME[-9:]]
CASES += [binary_backward(*shapes, "maximum", "b") for shapes in BOTH[2:]]

CASES += [compare((3, 4), (3, 4), (3, 4))]
CASES += [compare((131,), (131,), (131,), function) for function in COMPARISONS]
CASES += [compare((131,), (131,), (131,), f, "float64", "special") for f in COMPARISONS]
CASES += [compare((5, 33), (33,), (5, 33), "less", d) for d in ("int32", "int64", "uint8")]
CASES += [compare((5, 33), (5, 33), (33,), "greater", d) for d in ("int32", "int64", "uint8")]
CASES += [compare(*shapes, "less_equal") for shapes in BOTH]
CASES += [compare(y, y, b, "greater_equal", "int32") for y, b in SOME[-9:]]

CASES += [where((3, 4), (3, 4), (3, 4), (3, 4))]
CASES += [where((5, 33), *shapes) for shapes in [[(5, 33), (33,), (5, 1)], [(33,), (), (5, 1)]]]
CASES += [where((5, 33), *shapes) for shapes in [[(5, 1), (5, 33), ()], [(), (1, 33), (5, 1)]]]
CASES += [where((5, 33), *shapes) for shapes in [[(33,), (5, 33), ()], [(5, 1), (5, 33), (33,)]]]
CASES += [where((2, 3, 4, 5), (3, 1, 5), (2, 1, 4, 1), (4, 1), "float64")]
CASES += [where((0, 3), (3,), (0, 1), ()), where((), (), (), ()), where((3, 0), (0,), (3, 1), ())]
CASES += [where((17,), (17,), (1,), (17,), d) for d in FLOATS]
CASES += [where((300, 257), (300, 257), (300, 257), (257,), d) for d in FLOATS]
