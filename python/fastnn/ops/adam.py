"""Adam's update."""

from .. import changes
from .._checks import as_list
from ..tensor import Tensor, as_variable


def adam_update(segments, learning_rate, iterations, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """One step of Adam over all variables, in one launch, in place.

    alpha = rate sqrt(1 - beta_2^t) / (1 - beta_1^t), t = iterations + 1;
    m += (g - m)(1 - beta_1);  v += (g^2 - v)(1 - beta_2);  w -= alpha m / (sqrt(v) + epsilon).

    Args:
        segments: a list of (w, m, v, g): variables, their two slots, and gradients (tensors), of
            one float dtype.
        learning_rate: a float64 Variable ().
        iterations: an int64 Variable (), advanced by one.
        beta_1, beta_2, epsilon: numbers.

    Source: Kingma and Ba, Adam, section 2's reordered form, as Keras computes it.

    >>> import numpy as np, fastnn
    >>> w, m, v, g = (fastnn.Variable([x]) for x in (1.0, 0.0, 0.0, 5.0))
    >>> rate, t = fastnn.Variable(np.array(0.1)), fastnn.Variable(np.array(0))
    >>> fastnn.ops.adam_update([(w, m, v, g)], rate, t)
    >>> w.numpy().round(4), t.item()
    (array([0.9], dtype=float32), 1)
    """
    segments = as_list(segments, "adam_update", "tuples (w, m, v, g)")
    if not segments:
        return
    if any(not isinstance(s, (tuple, list)) or len(s) != 4 for s in segments):
        raise TypeError("adam_update: each segment must be a tuple (w, m, v, g).")
    w, m, v, g = zip(*segments, strict=True)
    for variable in (*w, *m, *v, iterations):
        as_variable(variable, "adam_update", "what is written to")
    for x in (*g, learning_rate):
        if not isinstance(x, Tensor):
            raise TypeError(f"adam_update: a gradient or the rate is a {type(x).__name__}.")
    iterations.device.module.adam_update(
        [t.array for t in w],
        [t.array for t in m],
        [t.array for t in v],
        [t.array for t in g],
        learning_rate.array,
        iterations.array,
        (beta_1, beta_2, epsilon),
    )
    for variable in (*w, *m, *v, iterations):
        changes.written(variable)
