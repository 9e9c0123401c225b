"""What a call costs beside its arithmetic: calls that have next to none of it, on 4x4 matrices.

The first row, a Python function that does nothing, is part of all others. What one launch costs in
a replay is a sixteenth of the difference between the last two rows.
"""

from functools import partial

import numpy as np

from benchmarks.rows import Row

ONES = np.ones((4, 4), "float32")
RELU = ("relu", 0.0, 0.0)


def nothing(library):
    return (lambda: None), None


def empty_array(library):
    empty = library.device.empty
    return (lambda: empty((4, 4), "float32")), None


def relu_kernel(library):
    x, y = library.array(ONES), library.array(ONES * 0)
    relu = library.module.kernels.unary_forward
    return (lambda: relu(y, x, RELU)), y


def bound_relu_kernel(library):
    x, y = library.array(ONES), library.array(ONES * 0)
    relu = library.device.module.unary_forward
    return (lambda: relu(y, x, RELU)), y


def gemm_kernel(library):
    x, y = library.array(ONES), library.array(ONES * 0)
    gemm = library.module.kernels.gemm
    return (lambda: gemm(y, x, x, None, None, (False, False, "none"))), y


def relu_operation(library):
    x = library.module.Tensor(library.array(ONES))
    relu = library.module.ops.relu
    return (lambda: relu(x)), None


def relu_on_tape(library):
    x = library.module.Variable(ONES, device=library.device)
    relu = library.module.ops.relu
    return (lambda: relu(x)), None


def replay(launches):
    def prepare(library):
        x = library.array(ONES)
        relu = library.module.ops.relu

        @library.module.compile
        def step(y):
            for _ in range(launches):
                y = relu(y)
            return y

        return (lambda: step(x)), None

    return prepare


def small_model(library, fit):
    """1,000 steps of Dense(1) on one sample each: by fit, or only replayed, one after the other."""
    fastnn = library.module
    model = fastnn.Sequential([fastnn.Input((1,)), fastnn.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((1000, 1), "float32")
    model.fit(x, x, batch_size=1, verbose=0)
    if fit:
        return (lambda: model.fit(x, x, batch_size=1, verbose=0) and None), None
    [step] = [step for (kind, *_), step in model._steps.items() if kind == "train"]
    [program] = step.function.programs()
    arrays = (x[:1], x[1:2])

    def replays():
        for _ in range(1000):
            program.replay(arrays)

    return replays, None


def plain(function):
    """`function` of NumPy or PyTorch, an input and an output gives the call."""

    def prepare(library):
        x, y, module = library.array(ONES), library.array(ONES * 0), library.module
        return function(module, x, y), None

    return prepare


def torch_relu_on_tape(library):
    x, relu = library.array(ONES).requires_grad_(), library.module.relu
    return (lambda: relu(x)), None


CALLS = {
    "a Python function that does nothing": {"fastnn": nothing},
    "a new array": {
        "fastnn": empty_array,
        "numpy": plain(lambda np, x, y: lambda: np.empty((4, 4), "float32")),
        "torch": plain(lambda torch, x, y: lambda: torch.empty((4, 4))),
    },
    "kernels.unary_forward, relu": {
        "fastnn": relu_kernel,
        "numpy": plain(lambda np, x, y: lambda: np.maximum(x, 0, out=y)),
        "torch": plain(lambda torch, x, y: lambda: torch.clamp_min(x, 0, out=y)),
    },
    "the same, its device known": {"fastnn": bound_relu_kernel},
    "kernels.gemm": {
        "fastnn": gemm_kernel,
        "numpy": plain(lambda np, x, y: lambda: np.matmul(x, x, out=y)),
        "torch": plain(lambda torch, x, y: lambda: torch.mm(x, x, out=y)),
    },
    "ops.relu": {
        "fastnn": relu_operation,
        "numpy": plain(lambda np, x, y: lambda: np.maximum(x, 0)),
        "torch": plain(lambda torch, x, y: lambda: torch.relu(x)),
    },
    "ops.relu, on the tape": {"fastnn": relu_on_tape, "torch": torch_relu_on_tape},
    "replay of 1 launch": {"fastnn": replay(1)},
    "replay of 17 launches": {"fastnn": replay(17)},
    "fit: 1000 steps of Dense(1), batch 1": {"fastnn": partial(small_model, fit=True)},
    "their replays alone": {"fastnn": partial(small_model, fit=False)},
}


WITHOUT_VALUES = (
    "a Python function that does nothing",
    "a new array",
    "fit: 1000 steps of Dense(1), batch 1",
    "their replays alone",
)


def rows():
    return [
        Row("overheads", name, name, calls, comparable=name not in WITHOUT_VALUES)
        for name, calls in CALLS.items()
    ]
