"""top_k by a full sort; in_top_k; sums of weights by bin, in the wider type."""

import numpy as np

from . import EXACT, Size


def top_k(x, values_shape):
    n, k = x.shape[-1], values_shape[-1]
    rows = x.reshape(-1, n) if x.size else x.reshape(0, n)
    order = [sorted_with_nan(row)[:k] for row in rows]
    indices = np.array(order, "int32").reshape(values_shape)
    return np.take_along_axis(x, indices, -1) if k else x[..., :0], indices


def sorted_with_nan(row):
    """Places of NaN first, then descending, equal ones by place."""
    nan = [i for i in range(len(row)) if np.isnan(row[i])]
    rest = [i for i in range(len(row)) if not np.isnan(row[i])]
    return nan + sorted(rest, key=lambda i: (-row[i], i))


def top_k_magnitude():
    return EXACT, EXACT


def top_k_backward(dvalues, indices, dx_shape):
    dx = np.zeros(dx_shape, dvalues.dtype)
    for place in np.ndindex(*indices.shape):
        dx[(*place[:-1], indices[place])] += dvalues[place]
    return dx


def top_k_backward_magnitude(dvalues, indices, dx_shape):
    # The kernel adds in any case; of different indices only one meets each element.
    return Size(top_k_backward(np.abs(dvalues), indices, dx_shape), max(1, indices.shape[-1]))


def in_top_k(targets, x, k):
    own = x[np.arange(len(targets)), targets][:, None]
    return ((x > own).sum(axis=1) < k) & ~np.isnan(x).any(axis=1)


def in_top_k_magnitude():
    return EXACT


def histogram(bins, weights, shape, dtype):
    sums = np.zeros(int(np.prod(shape)), dtype)
    np.add.at(sums, bins.ravel(), 1 if weights is None else weights.ravel())
    return sums.reshape(shape)


def sizes(counts, bins, weights, eps):
    """Summed in double, then rounded once to the counts' type, of which eps is."""
    values = None if weights is None else np.abs(weights)
    magnitude = histogram(
        bins, values, counts.shape, np.float64 if values is None else values.dtype
    )
    most = histogram(bins, None, counts.shape, int).max(initial=0)
    terms = 1 + np.sqrt(most) * np.finfo(np.float64).eps / eps if eps else 1
    return Size(magnitude + np.abs(counts), int(np.ceil(terms**2)))


def bincount(labels, weights, counts_shape):
    return histogram(labels, weights, counts_shape, int if weights is None else weights.dtype)


def bincount_magnitude(labels, weights, counts_shape, eps):
    return sizes(np.zeros(counts_shape), labels, weights, eps)


def confusion_matrix(counts, labels, predictions, weights):
    bins = labels * counts.shape[1] + predictions
    return counts + histogram(bins, weights, counts.shape, counts.dtype)


def confusion_matrix_magnitude(counts, labels, predictions, weights, eps):
    return sizes(counts, labels * counts.shape[1] + predictions, weights, eps)


def buckets(counts, scores, labels, thresholds, below_zero):
    """How many thresholds a score exceeds, of even ones as Keras rounds; then the whole bin."""
    n = counts.shape[-1] - 1
    if thresholds is None:
        exceeded = np.ceil(np.clip(np.nan_to_num(scores), 0, 1) * (n - 1))
        exceeded = np.maximum(exceeded, below_zero).astype(int)
    else:
        exceeded = (scores[..., None] > thresholds.astype(scores.dtype)).sum(axis=-1)
    column = np.arange(scores.shape[-1]) if counts.ndim == 3 else 0
    return ((column * 2 + (labels != 0)) * (n + 1) + exceeded).astype(int)


def one_each(weights, scores):
    """Weights of the first axes, one for each score."""
    if weights is None:
        return None
    weights = weights.reshape(weights.shape + (1,) * (scores.ndim - weights.ndim))
    return np.broadcast_to(weights, scores.shape)


def threshold_histogram(counts, scores, labels, weights, thresholds, below_zero):
    bins = buckets(counts, scores, labels, thresholds, below_zero)
    return counts + histogram(bins, one_each(weights, scores), counts.shape, counts.dtype)


def threshold_histogram_magnitude(counts, scores, labels, weights, thresholds, below_zero, eps):
    bins = buckets(counts, scores, labels, thresholds, below_zero)
    return sizes(counts, bins, one_each(weights, scores), eps)
