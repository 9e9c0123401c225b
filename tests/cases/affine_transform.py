"""affine_transform: every mode, turns and tilts, places that are whole and beyond every edge."""

from . import FLOATS, Array, Case

FILLS = ("constant", "nearest", "reflect", "wrap")


def affine_transform(
    x, size, interpolation="bilinear", fill="constant", dtype="float32", values="turns"
):
    y = (x[0], *size, x[3])
    made = {
        "y": Array(y, dtype),
        "x": Array(x, dtype),
        "transform": Array((x[0], 8), dtype, values),
    }
    return Case("affine_transform", made, (interpolation, fill, 0.75), note=values)


def affine_transform_backward(
    x, size, interpolation="bilinear", fill="constant", dtype="float32", values="turns"
):
    y = (x[0], *size, x[3])
    made = {
        "dx": Array(x, dtype),
        "dy": Array(y, dtype),
        "transform": Array((x[0], 8), dtype, values),
    }
    return Case("affine_transform_backward", made, (interpolation, fill, 0.75), note=values)


SHAPES = [((3, 7, 5, 3), (7, 5)), ((2, 4, 6, 17), (5, 3)), ((1, 1, 1, 1), (3, 3))]
EMPTY = [((0, 4, 4, 3), (4, 4)), ((2, 4, 4, 0), (4, 4)), ((2, 4, 3, 2), (0, 2))]
LONG = ((5, 33, 31, 4), (33, 31))

CASES = [affine_transform(*SHAPES[0]), affine_transform_backward(*SHAPES[0])]
for make in (affine_transform, affine_transform_backward):
    for i, fill in enumerate(FILLS):
        CASES += [make(*SHAPES[0], "bilinear", fill), make(*SHAPES[2], "bilinear", fill)]
        CASES += [make(*SHAPES[i % 2], "nearest", fill, FLOATS[i // 2])]
        CASES += [make(*SHAPES[1], "bilinear", fill, "float64")]
        CASES += [make(*SHAPES[i % 2], "bilinear", fill, values="shifts")]
    CASES += [make(*SHAPES[0], "nearest", "constant", values="shifts")]
    CASES += [make(*SHAPES[0], values="nan"), make(*LONG, fill="reflect")]
    CASES += [make(*shape) for shape in EMPTY]

INDEPENDENT = [
    (affine_transform(*LONG), {"y": 0, "x": 0, "transform": 0}),
    (affine_transform_backward(*LONG), {"dx": 0, "dy": 0, "transform": 0}),
]
