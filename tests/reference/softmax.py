"""softmax over the last axis; cross-entropy as the mean over rows: p (N, C), labels (N,).

Sizes of errors. z = x - max is rounded once, so exp(z) is off by |z| roundings beside exp's own. A
sum of all positive terms keeps the relative error of its terms, weighted; a quotient adds those of
its two sides.
"""

import numpy as np

from . import Size

EXP = 4  # an exp or a log of 2 ULP costs as much as four summed terms
CLIP = 1e-7


def softmax_forward(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_forward_magnitude(x):
    y = softmax_forward(x)
    z = depth(x)
    return Size(y * (1 + z + weighted(y, 1 + z)), x.shape[-1] + EXP)


def softmax_backward(dy, y):
    return y * (dy - (dy * y).sum(axis=-1, keepdims=True))


def softmax_backward_magnitude(dy, y):
    return Size(np.abs(y) * (np.abs(dy) + weighted(np.abs(dy), np.abs(y))), y.shape[-1] + 2)


def softmax_cross_entropy_forward(logits, labels):
    z = logits - logits.max(axis=-1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=-1)) - chosen(z, labels)
    return losses.mean(), softmax_forward(logits)


def softmax_cross_entropy_forward_magnitude(logits, labels):
    z = depth(logits)
    p = softmax_forward(logits)
    log_sum = np.log(np.exp(-z).sum(axis=-1))
    size = log_sum + np.abs(chosen(z, labels)) + weighted(p, 1 + z)[:, 0]
    return Size(size.mean(), sum(logits.shape) + 2 * EXP), softmax_forward_magnitude(logits)


def softmax_cross_entropy_backward(dloss, p, labels):
    return (p - one_hot(labels, p)) * (dloss / len(p))


def softmax_cross_entropy_backward_magnitude(dloss, p, labels):
    return Size(np.abs(softmax_cross_entropy_backward(dloss, p, labels)), 4)


def cross_entropy_forward(p, labels):
    return -np.log(np.clip(quotient(p, labels), CLIP, 1 - CLIP)).mean()


def cross_entropy_forward_magnitude(p, labels):
    loss = -np.log(np.clip(quotient(p, labels), CLIP, 1 - CLIP))
    return Size((loss + cancelled(p)[:, 0]).mean(), sum(p.shape) + EXP)


def cross_entropy_backward(dloss, p, labels):
    total = p.sum(axis=-1, keepdims=True)
    q = quotient(p, labels)[:, None]
    with np.errstate(divide="ignore"):
        dp = (1 / total - one_hot(labels, p) / chosen(p, labels)[:, None]) * (dloss / len(p))
    return np.where((q > CLIP) & (q < 1 - CLIP), dp, 0)


def cross_entropy_backward_magnitude(dloss, p, labels):
    total = p.sum(axis=-1, keepdims=True)
    kept = cross_entropy_backward(dloss, p, labels) != 0
    hot = one_hot(labels, p) / np.where(kept, p, 1)
    size = (cancelled(p) / np.abs(total) + np.abs(hot)) * np.abs(dloss / len(p))
    return Size(np.where(kept, size, 0), p.shape[-1] + 4)


def quotient(p, labels):
    """The probability of each row's label, whatever the row sums to."""
    return chosen(p, labels) / p.sum(axis=-1)


def chosen(x, labels):
    return x[np.arange(len(labels)), labels]


def one_hot(labels, like):
    return (np.arange(like.shape[-1]) == labels[:, None]).astype(like.dtype)


def depth(x):
    """How far below its row's maximum an element lies; 0 where exp of it is 0 anyway."""
    z = x.max(axis=-1, keepdims=True) - x
    return np.where(np.isposinf(z), 0, z)


def weighted(values, weights):
    return (values * weights).sum(axis=-1, keepdims=True)


def cancelled(p):
    """What a row's sum loses where its terms have both signs."""
    return np.abs(p).sum(axis=-1, keepdims=True) / np.abs(p.sum(axis=-1, keepdims=True))
