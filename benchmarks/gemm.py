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
        "layers": [gemm(m, n, k, bias=True, relu=True) for m, k, n in LAYERS]
        + [gemm(m, k, n, turned="NT", back=True) for m, k, n in LAYERS[1:]],
    }
    peers = {"gemm": in_numpy}, {"gemm": in_torch}
    return [
        row
        for group, cases in groups.items()
        for row in kernel_rows("gemm", cases, *peers, group=group, label=label, flops=flops)
    ]
