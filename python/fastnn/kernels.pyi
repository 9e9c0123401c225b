# Made by tools/make_stubs.py.
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

Array: TypeAlias = Any  # NumPy's, or a GPU's

def gemm(
    y: Array,
    a: Array,
    b: Array,
    bias: Array | None,
    activated: Array | None,
    settings: tuple[bool, bool, Literal["none", "relu"]],
    /,
    *,
    add: int = 0,
) -> None: ...
def relu_forward(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def relu_backward(dx: Array, dy: Array, y: Array, /, *, add: int = 0) -> None: ...
def softmax_forward(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def softmax_backward(dx: Array, dy: Array, y: Array, /, *, add: int = 0) -> None: ...
def log_softmax_forward(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def log_softmax_backward(dx: Array, dy: Array, y: Array, /, *, add: int = 0) -> None: ...
def softmax_cross_entropy_forward(
    loss: Array,
    p: Array,
    logits: Array,
    labels: Array,
    weights: Array | None,
    /,
    *,
    add: int = 0,
) -> None: ...
def softmax_cross_entropy_backward(
    dlogits: Array,
    dloss: Array,
    p: Array,
    labels: Array,
    weights: Array | None,
    /,
    *,
    add: int = 0,
) -> None: ...
def cross_entropy_forward(
    loss: Array,
    p: Array,
    labels: Array,
    weights: Array | None,
    /,
    *,
    add: int = 0,
) -> None: ...
def cross_entropy_backward(
    dp: Array,
    dloss: Array,
    p: Array,
    labels: Array,
    weights: Array | None,
    /,
    *,
    add: int = 0,
) -> None: ...
def softmax_cross_entropy_soft_forward(
    loss: Array,
    p: Array,
    logits: Array,
    target: Array,
    weights: Array | None,
    settings: tuple[float],
    /,
    *,
    add: int = 0,
) -> None: ...
def softmax_cross_entropy_soft_backward(
    dlogits: Array,
    dloss: Array,
    p: Array,
    target: Array,
    weights: Array | None,
    settings: tuple[float],
    /,
    *,
    add: int = 0,
) -> None: ...
def cross_entropy_soft_forward(
    loss: Array,
    p: Array,
    target: Array,
    weights: Array | None,
    settings: tuple[float],
    /,
    *,
    add: int = 0,
) -> None: ...
def cross_entropy_soft_backward(
    dp: Array,
    dloss: Array,
    p: Array,
    target: Array,
    weights: Array | None,
    settings: tuple[float],
    /,
    *,
    add: int = 0,
) -> None: ...
def loss_forward(
    loss: Array,
    prediction: Array,
    target: Array,
    weights: Array | None,
    settings: tuple[
        Literal["squared", "absolute", "huber", "binary_cross_entropy", "sigmoid_cross_entropy"],
        float,
        float,
    ],
    /,
    *,
    add: int = 0,
) -> None: ...
def loss_backward(
    dprediction: Array | None,
    dtarget: Array | None,
    dloss: Array,
    prediction: Array,
    target: Array,
    weights: Array | None,
    settings: tuple[
        Literal["squared", "absolute", "huber", "binary_cross_entropy", "sigmoid_cross_entropy"],
        float,
        float,
    ],
    /,
    *,
    add: int = 0,
) -> None: ...
def batch_norm_forward(
    y: Array,
    mean: Array,
    rstd: Array,
    moving_mean: Array,
    moving_variance: Array,
    x: Array,
    gamma: Array | None,
    beta: Array | None,
    settings: tuple[float, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def batch_norm_backward(
    dx: Array | None,
    dgamma: Array | None,
    dbeta: Array | None,
    dy: Array,
    x: Array,
    mean: Array,
    rstd: Array,
    gamma: Array | None,
    /,
    *,
    add: int = 0,
) -> None: ...
def batch_norm_inference_forward(
    y: Array,
    x: Array,
    gamma: Array | None,
    beta: Array | None,
    moving_mean: Array,
    moving_variance: Array,
    settings: tuple[float],
    /,
    *,
    add: int = 0,
) -> None: ...
def batch_norm_inference_backward(
    dx: Array | None,
    dgamma: Array | None,
    dbeta: Array | None,
    dy: Array,
    x: Array,
    gamma: Array | None,
    moving_mean: Array,
    moving_variance: Array,
    settings: tuple[float],
    /,
    *,
    add: int = 0,
) -> None: ...
def layer_norm_forward(
    y: Array,
    mean: Array,
    rstd: Array,
    x: Array,
    gamma: Array | None,
    beta: Array | None,
    settings: tuple[float],
    /,
    *,
    add: int = 0,
) -> None: ...
def layer_norm_backward(
    dx: Array | None,
    dgamma: Array | None,
    dbeta: Array | None,
    dy: Array,
    x: Array,
    mean: Array,
    rstd: Array,
    gamma: Array | None,
    /,
    *,
    add: int = 0,
) -> None: ...
def uniform(
    y: Array,
    state: Array,
    settings: tuple[float, float, int],
    /,
    *,
    add: int = 0,
) -> None: ...
def dropout_forward(
    y: Array,
    position: Array,
    state: Array,
    x: Array,
    settings: tuple[float, int],
    /,
    *,
    add: int = 0,
) -> None: ...
def dropout_backward(
    dx: Array,
    dy: Array,
    position: Array,
    settings: tuple[float, int],
    /,
    *,
    add: int = 0,
) -> None: ...
def add(y: Array, a: Array, b: Array, /, *, add: int = 0) -> None: ...
def sum_to(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def adam_update(
    w: Sequence[Array],
    m: Sequence[Array],
    v: Sequence[Array],
    g: Sequence[Array],
    rate: Array,
    iterations: Array,
    settings: tuple[float, float, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def fill(y: Array, settings: tuple[float], /, *, add: int = 0) -> None: ...
def copy(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def cast(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def gather(y: Array, x: Array, indices: Array, /, *, add: int = 0) -> None: ...
