"""updates: all variables of a network in one call; NumPy and PyTorch's optimizers on the same.

PyTorch's are its fused ones where it has them on a CPU (SGD, Adagrad), else those that take all
variables at once (foreach). Their velocity is without the rate and RMSprop's and Adagrad's epsilon
stands outside of the root, which changes nothing that counts here.
"""

from cases.updates import adadelta_update, adagrad_update, rmsprop_update, sgd_update

from benchmarks.adam import NETWORKS, label
from benchmarks.rows import kernel_rows


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


def optimizer(w, g, make, **slots):
    """A step of what make(w) gives, with these slots: PyTorch's names and lists of arrays."""
    for wi, gi in zip(w, g, strict=True):
        wi.grad = gi
    made = make(w)
    for i, wi in enumerate(w):
        made.state[wi] |= {name: arrays[i] for name, arrays in slots.items()}
    return made.step


def steps_of(torch, w):
    return [torch.tensor(7.0, device=one.device) for one in w]


def torch_sgd(torch, w, velocity, g, rate, iterations, norm, momentum, nesterov, *limits):
    settings = {"lr": float(rate), "momentum": momentum, "fused": True}
    buffers = [one.div_(-float(rate)) for one in velocity]
    return optimizer(w, g, lambda w: torch.optim.SGD(w, **settings), momentum_buffer=buffers)


def torch_rmsprop(
    torch, w, square, velocity, mean, g, rate, iterations, norm, rho, momentum, epsilon, *limits
):
    settings = {"lr": float(rate), "alpha": rho, "eps": epsilon, "foreach": True}
    slots = {"step": steps_of(torch, w), "square_avg": square}
    return optimizer(w, g, lambda w: torch.optim.RMSprop(w, **settings), **slots)


def torch_adagrad(torch, w, square, g, rate, iterations, norm, epsilon, *limits):
    settings = {"lr": float(rate), "eps": epsilon, "fused": True}
    return optimizer(w, g, lambda w: torch.optim.Adagrad(w, **settings), sum=square)


def torch_adadelta(torch, w, square, change, g, rate, iterations, norm, rho, epsilon, *limits):
    settings = {"lr": float(rate), "rho": rho, "eps": epsilon, "foreach": True}
    slots = {"step": steps_of(torch, w), "square_avg": square, "acc_delta": change}
    return optimizer(w, g, lambda w: torch.optim.Adadelta(w, **settings), **slots)


TORCH = {
    "sgd_update": torch_sgd,
    "rmsprop_update": torch_rmsprop,
    "adagrad_update": torch_adagrad,
    "adadelta_update": torch_adadelta,
}


def rows():
    updates = (sgd_update, rmsprop_update, adagrad_update, adadelta_update)
    cases = [update(shapes) for update in updates for shapes in NETWORKS]
    return kernel_rows("updates", cases, NUMPY, TORCH, label=label)
