"""unary: relu on arrays for each cache and for memory; other functions where memory is near; those
with an exponential from memory too, where some of them are bound by arithmetic."""

from cases.unary import unary_backward, unary_forward

from benchmarks.rows import LENGTHS, kernel_rows

ACTIVATIONS = ("sigmoid", "tanh", "gelu", "gelu_tanh", "silu", "elu", "softplus", "log", "sin")
LENGTH = 30_000
LONG = ("sigmoid", "tanh", "gelu", "silu", "elu", "softplus")
IN_NUMPY = {"tanh": "tanh", "exponential": "exp", "log": "log", "sin": "sin", "sqrt": "sqrt"}
ATEN = {"gelu": ("gelu_backward", {}), "silu": ("silu_backward", {})}
ATEN |= {"gelu_tanh": ("gelu_backward", {"approximate": "tanh"})}


def numpy_forward(np, y, x, function, alpha, beta):
    if function == "relu":
        return lambda: np.maximum(x, 0, out=y)
    if function == "sigmoid":
        return lambda: np.copyto(y, 1 / (1 + np.exp(-x)))
    if function == "silu":
        return lambda: np.copyto(y, x / (1 + np.exp(-x)))
    if function == "softplus":
        return lambda: np.logaddexp(x, 0, out=y)
    if function == "elu":
        return lambda: np.copyto(y, np.where(x > 0, x, alpha * np.expm1(x)))
    if function == "gelu_tanh":
        return lambda: np.copyto(y, x * (1 + np.tanh(0.79788456 * (x + 0.044715 * x * x * x))) / 2)
    return lambda: getattr(np, function)(x, out=y)


def torch_forward(torch, y, x, function, alpha, beta):
    nn = torch.nn.functional
    own = {
        "relu": lambda: torch.clamp_min(x, 0, out=y),
        "gelu": lambda: nn.gelu(x),
        "gelu_tanh": lambda: nn.gelu(x, approximate="tanh"),
        "silu": lambda: nn.silu(x),
        "elu": lambda: nn.elu(x, alpha),
        "softplus": lambda: nn.softplus(x),
    }
    return own.get(function) or (lambda: getattr(torch, function)(x, out=y))


def numpy_backward(np, dx, dy, saved, function, alpha, beta):
    if function == "sigmoid":
        return lambda: np.multiply(dy, saved * (1 - saved), out=dx)
    return lambda: np.multiply(dy, saved > 0, out=dx)


def torch_backward(torch, dx, dy, saved, function, alpha, beta):
    aten = torch.ops.aten
    if function == "sigmoid":
        return lambda: aten.sigmoid_backward.grad_input(dy, saved, grad_input=dx)
    if function in ATEN:
        name, keywords = ATEN[function]
        return lambda: getattr(aten, name).grad_input(dy, saved, **keywords, grad_input=dx)
    return lambda: aten.threshold_backward.grad_input(dy, saved, 0, grad_input=dx)


NUMPY = {"unary_forward": numpy_forward, "unary_backward": numpy_backward}
TORCH = {"unary_forward": torch_forward, "unary_backward": torch_backward}


def label(case):
    return f"{case.operation} {case.settings[0]} {next(case.arrays())}"


def rows():
    cases = [make((n,), "relu") for make in (unary_forward, unary_backward) for n in LENGTHS]
    # PyTorch's elu skips vectors without a negative number.
    cases += [
        unary_forward((LENGTH,), name, values="positive" if name == "log" else "normal")
        for name in ACTIVATIONS
    ]
    cases += [unary_backward((LENGTH,), name) for name in ("sigmoid", "gelu", "gelu_tanh", "silu")]
    cases += [unary_forward((LENGTHS[-1],), name) for name in LONG]
    # NumPy has no erf, and nobody writes these gradients in it.
    alone = [
        case
        for case in cases
        if case.settings[0] == "gelu" or (case.settings[0] in ATEN and "dy" in case.operands)
    ]
    others = [case for case in cases if case not in alone]
    return [
        *kernel_rows("unary", others, NUMPY, TORCH, label=label),
        *kernel_rows("unary", alone, {}, TORCH, label=label),
    ]
