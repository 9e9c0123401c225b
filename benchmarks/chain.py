"""chain: a difference squared, and a gate with a gradient, in each cache and in memory."""

from cases.chain import BINARY, FORWARD, GRADIENT_A, chain

from benchmarks.rows import LENGTHS, kernel_rows

SQUARE = [(BINARY, "subtract", 0, 1), (FORWARD, "square", 2)]
GATE = [(FORWARD, "sigmoid", 0), (BINARY, "multiply", 1, 2), (GRADIENT_A, "multiply", 3, 2, 1)]


def numpy_chain(np, y, *operands):
    a, b = operands[3]
    return lambda: np.square(np.subtract(a, b, out=y), out=y)


def torch_chain(torch, y, *operands):
    a, b = operands[3]
    return lambda: torch.sub(a, b, out=y).square_()


def rows():
    squares = [chain([(n,), (n,)], SQUARE, (1,)) for n in LENGTHS]
    gates = [chain([(n,), (n,)], GATE, (1,)) for n in LENGTHS[1:]]
    label = "square(a - b) {}".format
    return [
        *kernel_rows(
            "chain",
            squares,
            {"chain": numpy_chain},
            {"chain": torch_chain},
            label=lambda case: label(case.operands["y"]),
        ),
        *kernel_rows(
            "chain", gates, {}, {}, group="gate", label=lambda case: f"gate {case.operands['y']}"
        ),
    ]
