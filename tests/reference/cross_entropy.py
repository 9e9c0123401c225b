"""Cross-entropy, the weighted sum over rows divided by their number: p (N, C), labels and
weights (N,).

Sizes of errors as in softmax.py.
"""

import numpy as np

from . import Size
from .softmax import EXP, depth, softmax_forward, softmax_forward_magnitude, weighted

CLIP = 1e-7


def each(weights):
    return 1 if weights is None else weights


def scale(dloss, p, weights):
    return np.reshape(each(weights), (-1, 1)) * (dloss / len(p))


def softmax_cross_entropy_forward(logits, labels, weights):
    z = logits - logits.max(axis=-1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=-1)) - chosen(z, labels)
    return (losses * each(weights)).mean(), softmax_forward(logits)


def softmax_cross_entropy_forward_magnitude(logits, labels, weights):
    z = depth(logits)
    p = softmax_forward(logits)
    log_sum = np.log(np.exp(-z).sum(axis=-1))
    size = log_sum + np.abs(chosen(z, labels)) + weighted(p, 1 + z)[:, 0]
    size = (size * np.abs(each(weights))).mean()
    return Size(size, sum(logits.shape) + 2 * EXP), softmax_forward_magnitude(logits)


def softmax_cross_entropy_backward(dloss, p, labels, weights):
    return (p - one_hot(labels, p)) * scale(dloss, p, weights)


def softmax_cross_entropy_backward_magnitude(dloss, p, labels, weights):
    return Size(np.abs(softmax_cross_entropy_backward(dloss, p, labels, weights)), 5)


def cross_entropy_forward(p, labels, weights):
    losses = -np.log(np.clip(quotient(p, labels), CLIP, 1 - CLIP))
    return (losses * each(weights)).mean()


def cross_entropy_forward_magnitude(p, labels, weights):
    loss = -np.log(np.clip(quotient(p, labels), CLIP, 1 - CLIP))
    size = (loss + cancelled(p)[:, 0]) * np.abs(each(weights))
    return Size(size.mean(), sum(p.shape) + EXP + 1)


def cross_entropy_backward(dloss, p, labels, weights):
    total = p.sum(axis=-1, keepdims=True)
    q = quotient(p, labels)[:, None]
    with np.errstate(divide="ignore"):
        dp = (1 / total - one_hot(labels, p) / chosen(p, labels)[:, None]) * scale(
            dloss, p, weights
        )
    return np.where((q > CLIP) & (q < 1 - CLIP), dp, 0)


def cross_entropy_backward_magnitude(dloss, p, labels, weights):
    total = p.sum(axis=-1, keepdims=True)
    q = quotient(p, labels)[:, None]
    kept = (q > CLIP) & (q < 1 - CLIP)
    hot = one_hot(labels, p) / np.where(kept, p, 1)
    size = (cancelled(p) / np.abs(total) + np.abs(hot)) * np.abs(scale(dloss, p, weights))
    return Size(np.where(kept, size, 0), p.shape[-1] + 5)


def quotient(p, labels):
    """The probability of each row's label, whatever the row sums to."""
    return chosen(p, labels) / p.sum(axis=-1)


def chosen(x, labels):
    return x[np.arange(len(labels)), labels]


def one_hot(labels, like):
    return (np.arange(like.shape[-1]) == labels[:, None]).astype(like.dtype)


def cancelled(p):
    """What a row's sum loses where its terms have both signs."""
    return np.abs(p).sum(axis=-1, keepdims=True) / np.abs(p.sum(axis=-1, keepdims=True))
