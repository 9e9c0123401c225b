"""gemm: squares, the products of a perceptron's training, and its layers with bias and relu."""

from cases.gemm import gemm

from benchmarks.rows import kernel_rows

SQUARES = (64, 100, 128, 256, 333, 512, 1000, 1024, 2048)
LAYERS = ((32, 784, 128), (32, 128, 10), (128, 784, 512), (128, 512, 512))  # batch, inputs, units


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
    return "x".join(map(str, sizes(case))) + f" {turns}{layer}"


def in_numpy(np, y, a, b, bias, transpose_a, transpose_b, activation):
    a, b = (a.T if transpose_a else a), (b.T if transpose_b else b)
    if bias is None:
        return lambda: np.matmul(a, b, out=y)

    def layer():
        np.matmul(a, b, out=y)
        np.add(y, bias, out=y)
        np.maximum(y, 0, out=y)

    return layer


def in_torch(torch, y, a, b, bias, transpose_a, transpose_b, activation):
    a, b = (a.T if transpose_a else a), (b.T if transpose_b else b)
    if bias is None:
        return lambda: torch.mm(a, b, out=y)
    return lambda: torch.addmm(bias, a, b, out=y).relu_()


def rows():
    training = []
    for batch, inputs, units in LAYERS:
        training += [
            gemm(batch, units, inputs),  # y = x w
            gemm(inputs, units, batch, turned="TN"),  # dw = x^T dy
            gemm(batch, inputs, units, turned="NT"),  # dx = dy w^T
        ]
    groups = {
        "squares": [gemm(size, size, size) for size in SQUARES],
        "training": training,
        "layers": [gemm(m, n, k, bias=True, relu=True) for m, k, n in LAYERS],
    }
    peers = {"gemm": in_numpy}, {"gemm": in_torch}
    return [
        row
        for group, cases in groups.items()
        for row in kernel_rows("gemm", cases, *peers, group=group, label=label, flops=flops)
    ]
