"""gemm: sizes around lanes and tiles, depths around blocks, transposes, batches, bias, relu."""

from . import FLOATS, SIZES, Array, Case


def gemm(
    m,
    n,
    k,
    dtype="float32",
    batch=(),
    shared=False,
    bias=False,
    turned="NN",
    relu=False,
    back=False,
    activation="none",
):
    """y (batch.., m, n) from a (batch.., m, k) and b (batch.., k, n); `turned` as in BLAS.

    `back`: through a relu whose result was `activated`.
    """
    a = (*batch, *((k, m) if turned[0] == "T" else (m, k)))
    b = (*(() if shared else batch), *((n, k) if turned[1] == "T" else (k, n)))
    operands = {
        "y": Array((*batch, m, n), dtype),
        "a": Array(a, dtype),
        "b": Array(b, dtype),
        "bias": Array((n,), dtype) if bias else None,
        "activated": Array((*batch, m, n), dtype) if back else None,
    }
    settings = (turned[0] == "T", turned[1] == "T", "relu" if relu or back else activation)
    return Case("gemm", operands, settings, addable=not (bias or relu or activation != "none"))


TURNS = ("NN", "NT", "TN", "TT")

CASES = [gemm(3, 5, 4, bias=True, back=True)]
for dtype in FLOATS:
    for size in SIZES:
        CASES += [gemm(size, 5, 7, dtype), gemm(5, size, 7, dtype), gemm(3, 5, size, dtype)]
        CASES += [gemm(size, size + 1, size + 2, dtype, turned=turned) for turned in TURNS]
        CASES += [gemm(7, size, 9, dtype, bias=True, relu=relu) for relu in (False, True)]
        CASES += [gemm(size, 1, 9, dtype, bias=True), gemm(1, size, 33, dtype, turned="NT")]
    for depth in (127, 255, 256, 257, 384, 511, 513, 769, 1025):
        CASES += [gemm(9, 17, depth, dtype), gemm(2, 3, depth, dtype, turned="TT")]
    for wide in (129, 257, 500, 1031, 4100):
        CASES += [gemm(wide, 3, 5, dtype), gemm(3, wide, 5, dtype)]
        CASES += [gemm(3, wide, 5, dtype, turned="NT")]
    for turned in TURNS:
        CASES += [
            gemm(4, 5, 6, dtype, (3,), turned=turned),
            gemm(4, 5, 6, dtype, (3,), shared=True, turned=turned, bias=True, relu=True),
            gemm(17, 33, 9, dtype, (2, 3), turned=turned, bias=True),
            gemm(17, 33, 9, dtype, (2, 3), shared=True, turned=turned),
            gemm(65, 40, 33, dtype, (1,), turned=turned),
            gemm(1, 20, 10, dtype, (2, 1, 2), turned=turned),
        ]
    for m, n, k in ((7, 33, 9), (65, 130, 40), (1, 600, 20), (600, 1, 20), (30, 70, 2100)):
        CASES += [gemm(m, n, k, dtype, turned="NT", back=True)]
    CASES += [gemm(17, 33, 9, dtype, (2, 3), back=True), gemm(5, 4, 0, dtype, back=True)]
    CASES += [gemm(0, 5, 4, dtype), gemm(5, 0, 4, dtype, bias=True), gemm(5, 4, 3, dtype, (0,))]
    CASES += [gemm(5, 4, 0, dtype), gemm(5, 4, 0, dtype, bias=True, relu=True)]
    CASES += [gemm(150, 170, 190, dtype, bias=True, relu=True), gemm(257, 129, 270, dtype)]
    # Several panels whose depth falls into slices; a transposed a that outgrows the caches.
    CASES += [gemm(30, 70, 2100, dtype), gemm(3, 130, 4100, dtype, turned="NT", bias=True)]
    CASES += [gemm(1, 600, 2050, dtype), gemm(1000, 1, 300, dtype, bias=True, relu=True)]
    CASES += [gemm(400, 65, 2060, dtype, turned="NT"), gemm(300, 70, 900, dtype, turned="TN")]
    CASES += [gemm(200, 70, 1400, dtype, (2,), turned="TT", bias=True, relu=True)]

# Few rows: streams through a large b; the columns of b, deep enough to gather a; y's transpose,
# which goes back by groups of rows, by panels and by slices.
for m, n, k, turned in ((3, 1100, 1003, "NN"), (16, 1060, 1000, "TN"), (1300, 13, 900, "TN")):
    CASES += [gemm(m, n, k, turned=turned, bias=True, relu=True), gemm(m, n, k, turned=turned)]
CASES += [gemm(9, 600, 1000, "float64", bias=True), gemm(600, 9, 1000, "float64", turned="TN")]
for dtype in FLOATS:
    CASES += [gemm(m, 70, 530, dtype, turned="NT", bias=True) for m in (2, 4, 5, 8)]
    CASES += [gemm(150, n, 40, dtype, bias=True, activation="tanh") for n in (2, 3, 4)]
    CASES += [gemm(20, 700, 130, dtype, (2,), turned="NT", back=True)]
    CASES += [gemm(70, 300, 1100, dtype, turned=turned, bias=True) for turned in ("NT", "TT")]

# The other activations, over a panel's slices and over the columns of one row.
AFTER = ("sigmoid", "tanh", "elu", "selu", "softplus", "softsign", "hard_sigmoid", "relu6")
for dtype in FLOATS:
    for name in (*AFTER, "exponential"):
        CASES += [gemm(7, 33, 9, dtype, bias=True, activation=name)]
    CASES += [gemm(5, 40, 2100, dtype, (2,), activation="tanh")]
    CASES += [gemm(1, 600, 20, dtype, turned="NT", bias=True, activation="sigmoid")]

INDEPENDENT = [
    (gemm(40, 50, 300, bias=True, activation="sigmoid"), {"y": -1, "b": -1, "bias": 0}),
    (gemm(40, 50, 300), {"y": -2, "a": -2}),
    (gemm(130, 33, 17, "float64", bias=True, relu=True), {"y": -2, "a": -2}),
    (gemm(40, 90, 300, bias=True), {"y": -1, "b": -1, "bias": 0}),
    (gemm(33, 90, 300, "float64", turned="NT"), {"y": -1, "b": -2}),
    (gemm(5, 40, 30, batch=(7,), shared=True), {"y": 0, "a": 0}),
    (gemm(5, 40, 30, batch=(7,), bias=True), {"y": 0, "a": 0, "b": 0}),
    (gemm(40, 90, 300, turned="NT", back=True), {"y": -2, "a": -2, "activated": -2}),
    (gemm(64, 600, 300, turned="NT"), {"y": -2, "a": -2}),
    (gemm(20, 1100, 1000), {"y": -2, "a": -2}),
]
