"""gemm from 1 to 4096: squares, few rows or columns, training's products, layers with their ends.

Products with a dimension under 64 are a group of their own, since there what a call costs and how
tiles end weigh as much as the arithmetic.
"""

from cases.gemm import gemm

from benchmarks.rows import kernel_rows

SMALL = 64
SQUARES = (1, 8, 16, 32, 48, 64, 100, 128, 256, 333, 512, 1024, 2048)
TURNED = 333
# M, N, K, transposes: rows or columns few, weights from the second cache and from memory
SKINNY = (
    (1, 4096, 4096, "NN"),
    (1, 4096, 4096, "NT"),
    (8, 4096, 4096, "NN"),
    (8, 4000, 4000, "NT"),
    (4096, 1, 4096, "NN"),
    (4096, 8, 4096, "TN"),
    (16, 1024, 1024, "NN"),
    (1024, 16, 1024, "NN"),
    (32, 1, 64, "NN"),
    (64, 10, 84, "NN"),
)
LAYERS = ((32, 784, 128), (64, 400, 120), (64, 3840, 256), (128, 784, 512))  # batch, inputs, units


def sizes(case):
    """M, N, K."""
    a = case.operands["a"].shape
    return (*case.operands["y"].shape, a[0 if case.settings[0] else 1])


def flops(case):
    m, n, k = sizes(case)
    return 2 * m * n * k


def label(case):
    turns = "".join("NT"[turned] for turned in case.settings[:2])
    layer = " bias relu" if case.operands["bias"] else ""
    layer = " back through relu" if case.operands["activated"] else layer
    return "x".join(map(str, sizes(case))) + f" {turns}{layer}"


def in_numpy(np, y, a, b, bias, activated, transpose_a, transpose_b, activation):
    a, b = (a.T if transpose_a else a), (b.T if transpose_b else b)

    def layer():
        np.matmul(a, b, out=y)
        np.add(y, bias, out=y)
        np.maximum(y, 0, out=y)

    def back():
        np.matmul(a, b, out=y)
        np.multiply(y, activated > 0, out=y)

    if activated is not None:
        return back
    return layer if bias is not None else lambda: np.matmul(a, b, out=y)


def in_torch(torch, y, a, b, bias, activated, transpose_a, transpose_b, activation):
    a, b = (a.T if transpose_a else a), (b.T if transpose_b else b)
    relu_backward = torch.ops.aten.threshold_backward
    if activated is not None:
        return lambda: relu_backward.grad_input(torch.mm(a, b, out=y), activated, 0, grad_input=y)
    if bias is not None:
        return lambda: torch.addmm(bias, a, b, out=y).relu_()
    return lambda: torch.mm(a, b, out=y)


def rows():
    products = [gemm(size, size, size) for size in SQUARES]
    products += [gemm(TURNED, TURNED, TURNED, turned=turned) for turned in ("NT", "TN", "TT")]
    products += [gemm(m, n, k, turned=turned) for m, n, k, turned in SKINNY]
    for batch, inputs, units in LAYERS:
        products += [
            gemm(batch, units, inputs),  # y = x w
            gemm(inputs, units, batch, turned="TN"),  # dw = x^T dy
            gemm(batch, inputs, units, turned="NT"),  # dx = dy w^T
        ]
    groups = {
        "a dimension under 64": [case for case in products if min(sizes(case)) < SMALL],
        "64 and more": [case for case in products if min(sizes(case)) >= SMALL],
        "layers": [gemm(m, n, k, bias=True, relu=True) for m, k, n in LAYERS[::3]]
        + [gemm(m, k, n, turned="NT", back=True) for m, k, n in LAYERS[3:]],
    }
    peers = {"gemm": in_numpy}, {"gemm": in_torch}
    return [
        row
        for group, cases in groups.items()
        for row in kernel_rows("gemm", cases, *peers, group=group, label=label, flops=flops)
    ]
