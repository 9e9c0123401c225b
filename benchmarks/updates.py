"""updates: all variables of a network in one call; NumPy on the same.

PyTorch's optimizers compute other numbers (epsilon outside of the root, the rate outside of the
momentum), so that adam.py alone compares with its fused kernel.
"""

from cases.updates import adadelta_update, adagrad_update, rmsprop_update, sgd_update

from benchmarks.adam import NETWORKS
from benchmarks.rows import kernel_rows, label_of


def numpy_sgd(np, w, velocity, g, rate, iterations, norm, momentum, nesterov, *limits):
    step = np.float32(rate)

    def call():
        for wi, vi, gi in zip(w, velocity, g, strict=True):
            vi *= momentum
            vi -= step * gi
            wi += vi

    return call


def numpy_rmsprop(
    np, w, square, velocity, mean, g, rate, iterations, norm, rho, momentum, epsilon, *limits
):
    step = np.float32(rate)

    def call():
        for wi, si, gi in zip(w, square, g, strict=True):
            si *= rho
            si += (1 - rho) * gi * gi
            wi -= step * gi / np.sqrt(si + epsilon)

    return call


def numpy_adagrad(np, w, square, g, rate, iterations, norm, epsilon, *limits):
    step = np.float32(rate)

    def call():
        for wi, si, gi in zip(w, square, g, strict=True):
            si += gi * gi
            wi -= step * gi / np.sqrt(si + epsilon)

    return call


def numpy_adadelta(np, w, square, change, g, rate, iterations, norm, rho, epsilon, *limits):
    step = np.float32(rate)

    def call():
        for wi, si, ci, gi in zip(w, square, change, g, strict=True):
            si *= rho
            si += (1 - rho) * gi * gi
            move = np.sqrt(ci + epsilon) * gi / np.sqrt(si + epsilon)
            ci *= rho
            ci += (1 - rho) * move * move
            wi -= step * move

    return call


NUMPY = {
    "sgd_update": numpy_sgd,
    "rmsprop_update": numpy_rmsprop,
    "adagrad_update": numpy_adagrad,
    "adadelta_update": numpy_adadelta,
}


def label(case):
    variables = case.operands["w"]
    return f"{label_of(case).split()[0]} {len(variables)} variables"


def rows():
    updates = (sgd_update, rmsprop_update, adagrad_update, adadelta_update)
    cases = [update(shapes) for update in updates for shapes in NETWORKS[:2]]
    return kernel_rows("updates", cases, NUMPY, {}, label=label)
