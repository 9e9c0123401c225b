# Made by tools/make_stubs.py.
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

Array: TypeAlias = Any  # NumPy's, or a GPU's
_Integers: TypeAlias = tuple[int, ...]
_Numbers: TypeAlias = tuple[float, ...]
_Activation: TypeAlias = Literal[
    "none",
    "relu",
    "sigmoid",
    "tanh",
    "elu",
    "selu",
    "softplus",
    "softsign",
    "hard_sigmoid",
    "exponential",
    "relu6",
]
_Unary: TypeAlias = Literal[
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "sigmoid",
    "tanh",
    "softplus",
    "softsign",
    "hard_sigmoid",
    "exponential",
    "relu6",
    "sqrt",
    "rsqrt",
    "gelu",
    "gelu_tanh",
    "silu",
    "absolute",
    "negative",
    "log",
    "log1p",
    "square",
    "sin",
    "cos",
    "floor",
    "sign",
    "clip",
]
_Loss: TypeAlias = Literal[
    "squared",
    "absolute",
    "huber",
    "binary_cross_entropy",
    "sigmoid_cross_entropy",
]
_Reduction: TypeAlias = Literal["sum", "mean", "max", "min", "prod", "logsumexp"]
_Extreme: TypeAlias = Literal["max", "min"]
_Binary: TypeAlias = Literal["add", "subtract", "multiply", "divide", "power", "minimum", "maximum"]
_Comparison: TypeAlias = Literal[
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
]
_Side: TypeAlias = Literal["a", "b"]
_PadMode: TypeAlias = Literal["edge", "reflect", "symmetric", "wrap"]
_Pooling: TypeAlias = Literal["max", "average", "sum"]
_Interpolation: TypeAlias = Literal["nearest", "bilinear"]
_FillMode: TypeAlias = Literal["constant", "nearest", "reflect", "wrap"]

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
def conv2d(
    y: Array,
    x: Array,
    w: Array,
    bias: Array | None,
    settings: tuple[int, int, int, int, int, int, int, int, int, _Activation],
    /,
    *,
    add: int = 0,
) -> None: ...
def conv2d_transpose(
    x: Array,
    y: Array,
    w: Array,
    bias: Array | None,
    settings: tuple[int, int, int, int, int, int, int, int, int, _Activation],
    /,
    *,
    add: int = 0,
) -> None: ...
def conv2d_backward_w(
    dw: Array,
    dy: Array,
    x: Array,
    settings: tuple[int, int, int, int, int, int, int, int, int, _Activation],
    /,
    *,
    add: int = 0,
) -> None: ...
def pool2d_forward(
    y: Array,
    argmax: Array | None,
    x: Array,
    settings: tuple[_Pooling, int, int, int, int, int, int, int, int],
    /,
    *,
    add: int = 0,
) -> None: ...
def pool2d_backward(
    dx: Array,
    dy: Array,
    argmax: Array | None,
    settings: tuple[_Pooling, int, int, int, int, int, int, int, int],
    /,
    *,
    add: int = 0,
) -> None: ...
def unary_forward(
    y: Array,
    x: Array,
    settings: tuple[_Unary, float, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def unary_backward(
    dx: Array,
    dy: Array,
    saved: Array,
    settings: tuple[_Unary, float, float],
    /,
    *,
    add: int = 0,
) -> None: ...
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
    settings: tuple[_Loss, float, float],
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
    settings: tuple[_Loss, float, float],
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
    residual: Array | None,
    settings: tuple[float, float, bool],
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
    beta: Array | None,
    settings: tuple[bool],
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
    residual: Array | None,
    settings: tuple[float, bool],
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
    settings: tuple[float, int, _Integers],
    /,
    *,
    add: int = 0,
) -> None: ...
def dropout_backward(
    dx: Array,
    dy: Array,
    position: Array,
    settings: tuple[float, int, _Integers],
    /,
    *,
    add: int = 0,
) -> None: ...
def binary(y: Array, a: Array, b: Array, settings: tuple[_Binary], /, *, add: int = 0) -> None: ...
def binary_backward(
    d: Array,
    dy: Array,
    a: Array,
    b: Array,
    settings: tuple[_Binary, _Side],
    /,
    *,
    add: int = 0,
) -> None: ...
def compare(
    y: Array,
    a: Array,
    b: Array,
    settings: tuple[_Comparison],
    /,
    *,
    add: int = 0,
) -> None: ...
def where(y: Array, condition: Array, a: Array, b: Array, /, *, add: int = 0) -> None: ...
def chain(
    y: Array,
    y2: Array | None,
    y3: Array | None,
    y4: Array | None,
    x: Sequence[Array],
    settings: tuple[
        _Integers, _Integers, _Integers, _Integers, _Integers, _Numbers, _Numbers, _Integers
    ],
    /,
    *,
    add: int = 0,
) -> None: ...
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
def reduce_forward(y: Array, x: Array, settings: tuple[_Reduction], /, *, add: int = 0) -> None: ...
def reduce_backward(
    dx: Array,
    dy: Array,
    x: Array | None,
    y: Array | None,
    settings: tuple[_Reduction],
    /,
    *,
    add: int = 0,
) -> None: ...
def variance_forward(
    variance: Array,
    mean: Array,
    x: Array,
    settings: tuple[bool],
    /,
    *,
    add: int = 0,
) -> None: ...
def variance_backward(
    dx: Array,
    dvariance: Array,
    variance: Array,
    mean: Array,
    x: Array,
    settings: tuple[bool],
    /,
    *,
    add: int = 0,
) -> None: ...
def arg_reduce(y: Array, x: Array, settings: tuple[_Extreme, int], /, *, add: int = 0) -> None: ...
def cumulative_sum(
    y: Array,
    x: Array,
    settings: tuple[int, bool, bool],
    /,
    *,
    add: int = 0,
) -> None: ...
def fill(y: Array, settings: tuple[float], /, *, add: int = 0) -> None: ...
def copy(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def cast(y: Array, x: Array, /, *, add: int = 0) -> None: ...
def gather(y: Array, x: Array, indices: Array, /, *, add: int = 0) -> None: ...
def transpose(y: Array, x: Array, settings: tuple[_Integers], /, *, add: int = 0) -> None: ...
def slice(
    y: Array,
    x: Array,
    settings: tuple[_Integers, _Integers, _Integers, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def pad(y: Array, x: Array, settings: tuple[_Integers, _PadMode], /, *, add: int = 0) -> None: ...
def pad_backward(
    dx: Array,
    dy: Array,
    settings: tuple[_Integers, _PadMode],
    /,
    *,
    add: int = 0,
) -> None: ...
def concatenate(y: Array, x: Sequence[Array], settings: tuple[int], /, *, add: int = 0) -> None: ...
def take(y: Array, x: Array, indices: Array, /, *, add: int = 0) -> None: ...
def scatter_add(y: Array, indices: Array, updates: Array, /, *, add: int = 0) -> None: ...
def one_hot(y: Array, indices: Array, /, *, add: int = 0) -> None: ...
def top_k(values: Array, indices: Array, x: Array, /, *, add: int = 0) -> None: ...
def top_k_backward(dx: Array, dvalues: Array, indices: Array, /, *, add: int = 0) -> None: ...
def in_top_k(
    y: Array,
    targets: Array,
    x: Array,
    settings: tuple[int],
    /,
    *,
    add: int = 0,
) -> None: ...
def bincount(counts: Array, labels: Array, weights: Array | None, /, *, add: int = 0) -> None: ...
def confusion_matrix(
    counts: Array,
    labels: Array,
    predictions: Array,
    weights: Array | None,
    /,
    *,
    add: int = 0,
) -> None: ...
def threshold_histogram(
    counts: Array,
    scores: Array,
    labels: Array,
    weights: Array | None,
    thresholds: Array | None,
    settings: tuple[bool],
    /,
    *,
    add: int = 0,
) -> None: ...
def mean_update(
    total: Array,
    count: Array,
    values: Array,
    weights: Array | None,
    settings: tuple[float],
    /,
    *,
    add: int = 0,
) -> None: ...
def resize(y: Array, x: Array, settings: tuple[_Interpolation], /, *, add: int = 0) -> None: ...
def resize_backward(
    dx: Array,
    dy: Array,
    settings: tuple[_Interpolation],
    /,
    *,
    add: int = 0,
) -> None: ...
def affine_transform(
    y: Array,
    x: Array,
    transform: Array,
    settings: tuple[_Interpolation, _FillMode, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def affine_transform_backward(
    dx: Array,
    dy: Array,
    transform: Array,
    settings: tuple[_Interpolation, _FillMode, float],
    /,
    *,
    add: int = 0,
) -> None: ...
def plan_of(kernel: str, *operands: Any) -> dict[str, Any]: ...
