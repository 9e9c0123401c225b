# Made by tools/make_stubs.py.
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

Array: TypeAlias = Any  # NumPy's, or a GPU's
_Activation: TypeAlias = Literal["none", "relu"]

def gemm(
    y: Array,
    a: Array,
    b: Array,
    bias: Array | None,
    activated: Array | None,
    settings: tuple[bool, bool, _Activation],
    /,
    *,
    add: int = 0,
) -> None: ...
def relu_forward(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def relu_backward(dx: Array, dy: Array, y: Array, /, *, add: int = 0) -> None: ...
def softmax_forward(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def softmax_backward(dx: Array, dy: Array, y: Array, /, *, add: int = 0) -> None: ...
def softmax_cross_entropy_forward(
    loss: Array,
    p: Array,
    logits: Array,
    labels: Array,
    /,
    *,
    add: int = 0,
) -> None: ...
def softmax_cross_entropy_backward(
    dlogits: Array,
    dloss: Array,
    p: Array,
    labels: Array,
    /,
    *,
    add: int = 0,
) -> None: ...
def cross_entropy_forward(loss: Array, p: Array, labels: Array, /, *, add: int = 0) -> None: ...
def cross_entropy_backward(
    dp: Array,
    dloss: Array,
    p: Array,
    labels: Array,
    /,
    *,
    add: int = 0,
) -> None: ...
def mse_forward(loss: Array, prediction: Array, target: Array, /, *, add: int = 0) -> None: ...
def mse_backward(
    dprediction: Array | None,
    dtarget: Array | None,
    dloss: Array,
    prediction: Array,
    target: Array,
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
def normal(
    y: Array,
    state: Array,
    settings: tuple[float, float, bool, int],
    /,
    *,
    add: int = 0,
) -> None: ...
def dropout_forward(
    y: Array,
    position: Array,
    state: Array,
    x: Array,
    settings: tuple[float, int, tuple[int, ...]],
    /,
    *,
    add: int = 0,
) -> None: ...
def dropout_backward(
    dx: Array,
    dy: Array,
    position: Array,
    settings: tuple[float, int, tuple[int, ...]],
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
    v_hat: Sequence[Array],
    g: Sequence[Array],
    rate: Array,
    iterations: Array,
    norm: Array | None,
    settings: tuple[float, float, float, float, float, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def sgd_update(
    w: Sequence[Array],
    velocity: Sequence[Array],
    g: Sequence[Array],
    rate: Array,
    iterations: Array,
    norm: Array | None,
    settings: tuple[float, bool, float, float, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def rmsprop_update(
    w: Sequence[Array],
    square: Sequence[Array],
    velocity: Sequence[Array],
    mean: Sequence[Array],
    g: Sequence[Array],
    rate: Array,
    iterations: Array,
    norm: Array | None,
    settings: tuple[float, float, float, float, float, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def adagrad_update(
    w: Sequence[Array],
    square: Sequence[Array],
    g: Sequence[Array],
    rate: Array,
    iterations: Array,
    norm: Array | None,
    settings: tuple[float, float, float, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def adadelta_update(
    w: Sequence[Array],
    square: Sequence[Array],
    change: Sequence[Array],
    g: Sequence[Array],
    rate: Array,
    iterations: Array,
    norm: Array | None,
    settings: tuple[float, float, float, float, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def norms(norm: Array, x: Sequence[Array], /, *, add: int = 0) -> None: ...
def fill(y: Array, settings: tuple[float], /, *, add: int = 0) -> None: ...
def copy(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def cast(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def gather(y: Array, x: Array, indices: Array, /, *, add: int = 0) -> None: ...
