"""What optimizers do around an update, and in place of a fused one, made of operations."""

from .. import ops


def decay(variables, rate, weight_decay):
    """w -= rate weight_decay w."""
    for w in variables:
        w.assign(w - w * weight_decay * ops.cast(rate, w.dtype))


def limited(grads, norm=None, clipnorm=0.0, clipvalue=0.0):
    """The gradients, scaled down to a norm or cut, as the fused updates do with these settings."""
    if norm is not None:
        scale = clipnorm / ops.maximum(norm, clipnorm)
        if norm.shape:
            return [g * ops.cast(scale[i], g.dtype) for i, g in enumerate(grads)]
        scale = scale + (norm - norm)  # as in Keras, an infinite norm of all makes NaN
        return [g * ops.cast(scale, g.dtype) for g in grads]
    if clipvalue:
        return [ops.clip(g, -clipvalue, clipvalue) for g in grads]
    return grads


def count(iterations):
    """iterations += 1, exactly: arithmetic is for floats."""
    iterations.assign(ops.cast(iterations, "float64") + 1)


def average(variables, averages, iterations, momentum, frequency):
    """Move the averages of the weights, after an update: by 1 - momentum, wholly by the first.

    Every `frequency` updates, unless None, the weights become their averages.
    """
    later = ops.not_equal(iterations, 1)
    for w, a in zip(variables, averages, strict=True):
        kept = ops.cast(later, w.dtype) * momentum
        a.assign(kept * a + (1 - kept) * w)
    if frequency is not None:
        turns = ops.cast(iterations, "float64") / frequency
        due = ops.equal(turns, ops.floor(turns))
        for w, a in zip(variables, averages, strict=True):
            w.assign(ops.where(due, a, w))
