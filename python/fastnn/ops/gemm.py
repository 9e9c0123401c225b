"""Matrix products: matmul, and dense with bias and activation in one kernel."""

import math

from ..symbolic import operation
from ..tensor import as_tensor, result
from .binary import add
from .memory import zeros


def _product_shape(a, b, transpose_a, transpose_b):
    rows = a.shape[-1 if transpose_a else -2]
    columns = b.shape[-2 if transpose_b else -1]
    return (*a.shape[:-2], rows, columns)


def _matrix(array):
    """All axes but the last as one. The size is counted: -1 would say nothing of an empty array."""
    if array.ndim == 2:
        return array
    return array.reshape(math.prod(array.shape[:-1]), array.shape[-1])


@operation
def matmul(a, b, transpose_a=False, transpose_b=False):
    """The product of matrices over the last two axes.

    Args:
        a: float tensor or array, (batch.., M, K), or (batch.., K, M) with `transpose_a`.
        b: the same with (batch.., K, N); of two axes it serves the whole batch.
        transpose_a: use a's transpose.
        transpose_b: use b's transpose.

    Returns:
        A tensor (batch.., M, N).

    Raises:
        ValueError: the inner sizes or the batches differ.

    >>> import fastnn
    >>> fastnn.ops.matmul([[1.0, 2.0]], [[3.0], [4.0]]).numpy()
    array([[11.]], dtype=float32)
    """
    a = as_tensor(a, "matmul")
    b = as_tensor(b, "matmul", like=a)
    if a.ndim < 2 or b.ndim < 2:
        raise ValueError(
            f"matmul: a has shape {a.shape} and b {b.shape}; at least 2 axes are wanted of each."
        )
    ta, tb = bool(transpose_a), bool(transpose_b)
    if ta and b.ndim == 2 < a.ndim:  # the gradients of a transposed batch want a batch of b
        b = add(b, zeros((*a.shape[:-2], 1, 1), b.dtype, b.device))
    k = a.device.module
    y = a.device.empty(_product_shape(a, b, ta, tb), a.dtype)
    k.gemm(y, a.array, b.array, None, None, (ta, tb, "none"))

    def backward(dy, out):
        # With A = op(a) and B = op(b): dA = dy B^T and dB = A^T dy; a transposed operand's gradient
        # is the transpose of that product.
        da, add = out(0)
        if da is not None:
            if ta:
                k.gemm(da, b.array, dy, None, None, (tb, True, "none"), add=add)
            else:
                k.gemm(da, dy, b.array, None, None, (False, not tb, "none"), add=add)
        db, add = out(1)
        if db is None:
            return
        x, g = a.array, dy
        if b.ndim == 2 and a.ndim > 2:  # one b for the batch: its gradient sums over it
            x, g = _matrix(x), _matrix(g)
        if tb:
            k.gemm(db, g, x, None, None, (True, ta, "none"), add=add)
        else:
            k.gemm(db, x, g, None, None, (not ta, False, "none"), add=add)

    return result(y, (a, b), backward, saved=(a, b))


@operation
def dense(x, kernel, bias=None, activation="none"):
    """activation(x kernel + bias), the whole dense layer in one kernel.

    Args:
        x: float tensor or array, (.., inputs).
        kernel: (inputs, units).
        bias: (units,), or None.
        activation: "none", "relu", "sigmoid", "tanh", "elu", "selu", "softplus", "softsign",
            "hard_sigmoid", "exponential" or "relu6", computed while the product is at hand: relu
            in registers, the others in the first cache.

    Returns:
        A tensor (.., units).

    >>> import fastnn
    >>> fastnn.ops.dense([[1.0, 2.0]], [[3.0], [4.0]], [-20.0], "relu").numpy()
    array([[0.]], dtype=float32)
    """
    x = as_tensor(x, "dense")
    w = as_tensor(kernel, "dense", like=x)
    b = None if bias is None else as_tensor(bias, "dense", like=x)
    if x.ndim < 2 or w.ndim != 2:
        raise ValueError(
            f"dense: x has shape {x.shape} and kernel {w.shape}; (.., inputs) with at least two "
            "axes and (inputs, units) are wanted."
        )
    k = x.device.module
    units = w.shape[1]
    # One product over all rows, whatever axes they come from.
    rows = _matrix(x.array)
    y = x.device.empty((rows.shape[0], units), x.dtype)
    k.gemm(y, rows, w.array, None if b is None else b.array, None, (False, False, activation))
    activated = None if activation == "none" else y  # else backward would keep y alive

    def backward(dy, out):
        dz = _matrix(dy)
        if activated is not None:
            up, dz = dz, x.device.empty(activated.shape, x.dtype)
            k.unary_backward(dz, up, activated, (activation, 1.0, 0.0))  # 1: elu's alpha
        dw, add = out(1)
        if dw is not None:
            k.gemm(dw, rows, dz, None, None, (True, False, "none"), add=add)
        if b is not None:
            db, add = out(2)
            if db is not None:
                k.sum_to(db, dz, add=add)
        dx, add = out(0)
        if dx is not None:
            dx = dx if dx.ndim == 2 else dx.reshape(rows.shape)
            k.gemm(dx, dz, w.array, None, None, (False, True, "none"), add=add)

    shaped = y if x.ndim == 2 else y.reshape(*x.shape[:-1], units)
    return result(shaped, (x, w) if b is None else (x, w, b), backward, saved=(x, w))
