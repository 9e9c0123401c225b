"""adam: one step over all segments. m and v are the moving means of g and g*g, t counts from 1.

alpha = rate sqrt(1 - beta_2^t) / (1 - beta_1^t);  w -= alpha m / (sqrt(v) + epsilon)
"""

import numpy as np

from . import EXACT, Size
from .updates import each, prepared, size_decayed


def adam_update(
    w, m, v, v_hat, g, rate, iterations, norm, beta_1, beta_2, epsilon, weight_decay, clipnorm,
    clipvalue,
):  # fmt: skip
    w, g = prepared(w, g, rate, norm, weight_decay, clipnorm, clipvalue)
    alpha = corrected(rate, iterations + 1, beta_1, beta_2)
    m = each(lambda m_, g_: m_ + (g_ - m_) * (1 - beta_1), m, g)
    v = each(lambda v_, g_: v_ + (g_ * g_ - v_) * (1 - beta_2), v, g)
    v_hat = each(np.maximum, v_hat, v) if v_hat else []
    w = each(lambda w_, m_, v_: w_ - alpha * m_ / (np.sqrt(v_) + epsilon), w, m, v_hat or v)
    return w, m, v, v_hat, iterations + 1


def adam_update_magnitude(
    w, m, v, v_hat, g, rate, iterations, norm, beta_1, beta_2, epsilon, weight_decay, clipnorm,
    clipvalue, eps,
):  # fmt: skip
    limits = weight_decay, clipnorm, clipvalue
    settings = beta_1, beta_2, epsilon, *limits
    now = adam_update(w, m, v, v_hat, g, rate, iterations, norm, *settings)
    _, g = prepared(w, g, rate, norm, *limits)
    size_m = each(lambda m_, g_: np.abs(m_) + (np.abs(g_) + np.abs(m_)) * (1 - beta_1), m, g)
    size_v = each(lambda v_, g_: v_ + (g_ * g_ + v_) * (1 - beta_2), v, g)
    size_hat = each(np.maximum, v_hat, size_v) if v_hat else []
    # 1 - beta^t cancels: what beta^t is rounded by weighs beta^t / (1 - beta^t). Every device does
    # that in double, so for float32 it hardly counts.
    powers = np.array([beta_1, np.sqrt(beta_2)]) ** now[-1]
    lost = 1 + (powers / (1 - powers)).sum() * np.finfo(np.float64).eps / eps
    alpha = corrected(rate, now[-1], beta_1, beta_2)

    def size(w_, m_, v_, size_m_, size_v_):
        root = np.sqrt(v_)
        bent = np.divide(size_v_, 2 * root, out=np.zeros_like(root), where=root > 0)  # of the root
        step = lost * size_m_ + np.abs(m_) * bent / (root + epsilon)
        return size_decayed(w_, rate, weight_decay) + alpha * step / (root + epsilon)

    size_w = each(size, w, now[1], now[3] or now[2], size_m, size_hat or size_v)
    # Clipped gradients carry two roundings more, into v twice.
    sizes = (size_w, 11), (size_m, 4), (size_v, 6), (size_hat, 6)
    return *(Size(*one) for one in sizes), EXACT


def corrected(rate, t, beta_1, beta_2):
    """The rate with both means' start at zero undone."""
    beta_1, beta_2 = (rate.dtype.type(beta) for beta in (beta_1, beta_2))
    return rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
