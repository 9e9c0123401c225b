"""layer_norm: rows around the lanes and longer than a block, one row and none, chunks and parts, a
mean far larger than the spread, gamma and beta absent."""

from . import FLOATS, Array, Case

WANTED = ("dx", "dgamma", "dbeta")


def layer_norm_forward(
    shape, dtype="float32", present=("gamma", "beta"), values="normal", settings=(1e-3,)
):
    operands = {"y": Array(shape, dtype)}
    operands |= {name: Array(shape[:-1], dtype) for name in ("mean", "rstd")}
    operands["x"] = Array(shape, dtype, values)
    for name in ("gamma", "beta"):
        operands[name] = Array(shape[-1:], dtype) if name in present else None
    return Case("layer_norm_forward", operands, settings, note=values)


def layer_norm_backward(shape, dtype="float32", present=True, wanted=WANTED):
    shapes = {"dx": shape, "dgamma": shape[-1:], "dbeta": shape[-1:]}
    operands = {n: Array(s, dtype) if n in wanted else None for n, s in shapes.items()}
    operands |= {name: Array(shape, dtype) for name in ("dy", "x")}
    operands |= {
        "mean": Array(shape[:-1], dtype),
        "rstd": Array(shape[:-1], dtype, "positive"),
        "gamma": Array(shape[-1:], dtype) if present else None,
    }
    return Case("layer_norm_backward", operands)


SHAPES = [
    (3, 4),
    (5,),
    (2, 3, 5),
    (0, 3),
    *((3, size) for size in (1, 2, 7, 8, 15, 16, 17, 33, 65)),
]
SHAPES += [(130, 20), (2, 1100)]

CASES = []
for make in (layer_norm_forward, layer_norm_backward):
    for dtype in FLOATS:
        CASES += [make(shape, dtype) for shape in SHAPES]
        CASES += [make((6, 9), dtype, ())]
    CASES += [make((1500, 50)), make((70, 1030), "float64")]
for dtype in FLOATS:
    CASES += [layer_norm_forward((6, 9), dtype, (name,)) for name in ("gamma", "beta")]
    CASES += [layer_norm_forward((9, 100), dtype, ("gamma", "beta"), "offset", (1e-6,))]
    CASES += [layer_norm_backward((12, 7), dtype, True, [w]) for w in WANTED]
CASES += [layer_norm_backward((12, 7), wanted=[])]

INDEPENDENT = [
    (layer_norm_forward((50, 37)), {"y": 0, "mean": 0, "rstd": 0, "x": 0}),
    (
        layer_norm_backward((50, 37), "float64", wanted=["dx"]),
        {"dx": 0, "dy": 0, "x": 0, "mean": 0, "rstd": 0},
    ),
]
