"""Adam's update."""

from ._segments import launch


def adam_update(
    segments,
    learning_rate,
    iterations,
    beta_1=0.9,
    beta_2=0.999,
    epsilon=1e-7,
    amsgrad=False,
    weight_decay=0.0,
    norm=None,
    clipnorm=0.0,
    clipvalue=0.0,
):
    """One step of Adam over all variables, in one launch, in place.

    alpha = rate sqrt(1 - beta_2^t) / (1 - beta_1^t), t = iterations + 1;
    m += (g - m)(1 - beta_1);  v += (g^2 - v)(1 - beta_2);  w -= alpha m / (sqrt(v) + epsilon).
    With amsgrad v_hat = max(v_hat, v) stands in v's place in the last one.

    Args:
        segments: a list of (w, m, v, g): variables, their two slots, and gradients (tensors), of
            one float dtype. With amsgrad (w, m, v, v_hat, g).
        learning_rate: a float64 Variable ().
        iterations: an int64 Variable (), advanced by one.
        beta_1, beta_2, epsilon: numbers.
        amsgrad: whether the largest v so far is used.
        weight_decay: w -= rate weight_decay w comes before.
        norm, clipnorm: what `global_norm` or `norms` gives for the gradients, and the limit that
            they are scaled down to; 0 is none.
        clipvalue: each gradient is cut to -clipvalue .. clipvalue; 0 is none.

    Source: Kingma and Ba, Adam, section 2's reordered form, as Keras computes it; amsgrad: Reddi,
    Kale and Kumar, On the Convergence of Adam and Beyond (ICLR 2018); weight decay: Loshchilov and
    Hutter, Decoupled Weight Decay Regularization (ICLR 2019).

    >>> import numpy as np, fastnn
    >>> w, m, v, g = (fastnn.Variable([x]) for x in (1.0, 0.0, 0.0, 5.0))
    >>> rate, t = fastnn.Variable(np.array(0.1)), fastnn.Variable(np.array(0))
    >>> fastnn.ops.adam_update([(w, m, v, g)], rate, t)
    >>> w.numpy().round(4), t.item()
    (array([0.9], dtype=float32), 1)
    """
    names = ("w", "m", "v", "v_hat" if amsgrad else None, "g")
    settings = (beta_1, beta_2, epsilon, weight_decay, clipnorm, clipvalue)
    launch("adam_update", segments, names, learning_rate, iterations, norm, settings)
