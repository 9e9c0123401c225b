"""adam: all variables of a network in one call; NumPy and PyTorch's fused kernel on the same."""

import math

from cases.adam import adam_update

from benchmarks.rows import FROM_MEMORY, kernel_rows

NETWORKS = (
    [(40, 64), (64,), (64, 64), (64,), (64, 1), (1,)],
    [(784, 512), (512,), (512, 512), (512,), (512, 10), (10,)],
    [(FROM_MEMORY,)],
)


def in_numpy(np, w, m, v, v_hat, g, rate, iterations, norm, beta_1, beta_2, epsilon, *limits):
    def call():
        t = int(iterations) + 1
        alpha = np.float32(rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t))
        for wi, mi, vi, gi in zip(w, m, v, g, strict=True):
            mi += (gi - mi) * (1 - beta_1)
            vi += (gi * gi - vi) * (1 - beta_2)
            wi -= alpha * mi / (np.sqrt(vi) + epsilon)
        iterations[...] = t

    return call


def in_torch(torch, w, m, v, v_hat, g, rate, iterations, norm, beta_1, beta_2, epsilon, *limits):
    update = torch._fused_adam_  # what torch.optim.Adam(fused=True) calls
    steps = [torch.ones((), device=one.device) for one in w]
    settings = {"lr": float(rate), "beta1": beta_1, "beta2": beta_2, "eps": epsilon}
    settings |= {"weight_decay": 0.0, "amsgrad": False, "maximize": False}
    return lambda: update(w, g, m, v, [], steps, **settings)


def label(case):
    variables = case.operands["w"]
    count = sum(math.prod(one.shape) for one in variables)
    return f"{case.operation} {len(variables)} variables, {count} numbers"


def rows():
    cases = [adam_update(shapes) for shapes in NETWORKS]
    peers = {"adam_update": in_numpy}, {"adam_update": in_torch}
    return kernel_rows("adam", cases, *peers, label=label)
