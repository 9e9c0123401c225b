"""adam: one step over all segments. m and v are the moving means of g and g*g, t counts from 1.

alpha = rate sqrt(1 - beta_2^t) / (1 - beta_1^t);  w -= alpha m / (sqrt(v) + epsilon)
"""

import numpy as np

from . import EXACT, Size


def adam_update(w, m, v, g, rate, iterations, beta_1, beta_2, epsilon):
    alpha = corrected(rate, iterations + 1, beta_1, beta_2)
    m = [m_ + (g_ - m_) * (1 - beta_1) for m_, g_ in zip(m, g, strict=True)]
    v = [v_ + (g_ * g_ - v_) * (1 - beta_2) for v_, g_ in zip(v, g, strict=True)]
    w = [w_ - alpha * m_ / (np.sqrt(v_) + epsilon) for w_, m_, v_ in zip(w, m, v, strict=True)]
    return w, m, v, iterations + 1


def adam_update_magnitude(w, m, v, g, rate, iterations, beta_1, beta_2, epsilon, eps):
    _, new_m, new_v, t = adam_update(w, m, v, g, rate, iterations, beta_1, beta_2, epsilon)
    size_m = [
        np.abs(m_) + (np.abs(g_) + np.abs(m_)) * (1 - beta_1) for m_, g_ in zip(m, g, strict=True)
    ]
    size_v = [v_ + (g_ * g_ + v_) * (1 - beta_2) for v_, g_ in zip(v, g, strict=True)]
    # 1 - beta^t cancels: what beta^t is rounded by weighs beta^t / (1 - beta^t). Every device does
    # that in double, so for float32 it hardly counts.
    powers = np.array([beta_1, np.sqrt(beta_2)]) ** t
    lost = 1 + (powers / (1 - powers)).sum() * np.finfo(np.float64).eps / eps
    alpha = corrected(rate, t, beta_1, beta_2)
    size_w = []
    for w_, m_, v_, sm, sv in zip(w, new_m, new_v, size_m, size_v, strict=True):
        root = np.sqrt(v_)
        bent = np.divide(sv, 2 * root, out=np.zeros_like(root), where=root > 0)  # error of the root
        step = lost * sm + np.abs(m_) * bent / (root + epsilon)
        size_w.append(np.abs(w_) + alpha * step / (root + epsilon))
    return Size(size_w, 8), Size(size_m, 3), Size(size_v, 4), EXACT


def corrected(rate, t, beta_1, beta_2):
    """The rate with both means' start at zero undone."""
    beta_1, beta_2 = (rate.dtype.type(beta) for beta in (beta_1, beta_2))
    return rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
