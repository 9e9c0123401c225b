"""Cross-entropy with soft labels, the weighted sum over rows divided by their number: p and target
(N, C), weights (N,).

Sizes of errors as in softmax.py; a smoothed target is as good as its two terms.
"""

import numpy as np

from . import Size
from .cross_entropy import CLIP, cancelled, each, scale
from .softmax import EXP, depth, softmax_forward, softmax_forward_magnitude, weighted


def smoothed(target, smoothing):
    return target * (1 - smoothing) + smoothing / target.shape[-1]


def softmax_cross_entropy_soft_forward(logits, target, weights, smoothing):
    t, z = smoothed(target, smoothing), logits.max(axis=-1, keepdims=True) - logits
    with np.errstate(invalid="ignore"):
        terms = np.where(t == 0, 0, t * (z + np.log(np.exp(-z).sum(axis=-1, keepdims=True))))
    return (terms.sum(axis=-1) * each(weights)).mean(), softmax_forward(logits)


def softmax_cross_entropy_soft_forward_magnitude(logits, target, weights, smoothing):
    t, z, p = smoothed(np.abs(target), smoothing), depth(logits), softmax_forward(logits)
    log_sum = np.log(np.exp(-z).sum(axis=-1, keepdims=True))
    size = (t * (z + log_sum + weighted(p, 1 + z))).sum(axis=-1) * np.abs(each(weights))
    terms = sum(logits.shape) + 2 * EXP
    return Size(size.mean(), terms), softmax_forward_magnitude(logits)


def softmax_cross_entropy_soft_backward(dloss, p, target, weights, smoothing):
    t = smoothed(target, smoothing)
    return (p * t.sum(axis=-1, keepdims=True) - t) * scale(dloss, p, weights)


def softmax_cross_entropy_soft_backward_magnitude(dloss, p, target, weights, smoothing):
    t = smoothed(np.abs(target), smoothing)
    size = p * t.sum(axis=-1, keepdims=True) + t
    return Size(size * np.abs(scale(dloss, p, weights)), p.shape[-1] + 6)


def clipped(p):
    """The probabilities, and where the clip has left them alone."""
    q = p / p.sum(axis=-1, keepdims=True)
    return np.clip(q, CLIP, 1 - CLIP), (q > CLIP) & (q < 1 - CLIP)


def cross_entropy_soft_forward(p, target, weights, smoothing):
    losses = -(smoothed(target, smoothing) * np.log(clipped(p)[0])).sum(axis=-1)
    return (losses * each(weights)).mean()


def cross_entropy_soft_forward_magnitude(p, target, weights, smoothing):
    size = smoothed(np.abs(target), smoothing) * (cancelled(p) - np.log(clipped(p)[0]))
    size = size.sum(axis=-1) * np.abs(each(weights))
    return Size(size.mean(), sum(p.shape) + p.shape[-1] + EXP)


def cross_entropy_soft_backward(dloss, p, target, weights, smoothing):
    t, inside = smoothed(target, smoothing), clipped(p)[1]
    own = np.where(inside, t / np.where(inside, p, 1), 0)
    others = (t * inside).sum(axis=-1, keepdims=True) / p.sum(axis=-1, keepdims=True)
    return (others - own) * scale(dloss, p, weights)


def cross_entropy_soft_backward_magnitude(dloss, p, target, weights, smoothing):
    t, inside = smoothed(np.abs(target), smoothing), clipped(p)[1]
    own = np.where(inside, t / np.where(inside, np.abs(p), 1), 0)
    others = (t * inside).sum(axis=-1, keepdims=True) / np.abs(p.sum(axis=-1, keepdims=True))
    size = (others * cancelled(p) + own) * np.abs(scale(dloss, p, weights))
    return Size(size, 2 * p.shape[-1] + 8)
