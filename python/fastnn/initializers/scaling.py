"""Initial values scaled to a weight's shape."""

import math
import numbers
import sys

from .. import ops
from .._checks import as_shape
from .random import Random


def fans(shape):
    """(fan in, fan out) of a weight: receptive field times channels, as Keras counts them."""
    if len(shape) < 2:
        n = shape[0] if shape else 1
        return n, n
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


class VarianceScaling(Random):
    """Numbers of variance scale / n, n the fan in, the fan out or their mean.

    Args:
        scale: a positive number.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal", whose deviation after the cut is the wanted one,
            "untruncated_normal" or "uniform".
        seed: of its own; by default the numbers follow from fastnn.utils.set_random_seed.

    >>> import fastnn
    >>> w = fastnn.initializers.VarianceScaling(3.0, "fan_in", "uniform", seed=1)((9, 4))
    >>> bool(abs(w.numpy()).max() <= 1)
    True
    """

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None):
        super().__init__(seed)
        if not isinstance(scale, numbers.Real) or not 0 < scale <= sys.float_info.max:
            raise ValueError(f"VarianceScaling: scale is {scale!r}; a number > 0 is wanted.")
        for name, value, known in (
            ("mode", mode, ("fan_in", "fan_out", "fan_avg")),
            (
                "distribution",
                distribution,
                ("truncated_normal", "untruncated_normal", "uniform"),
            ),
        ):
            if not isinstance(value, str) or value not in known:
                raise ValueError(
                    f"VarianceScaling: {name} is {value!r}; one of {', '.join(known)} is wanted."
                )
        self.scale, self.mode, self.distribution = float(scale), mode, distribution

    def __call__(self, shape, dtype=None, device=None):
        into, out = fans(as_shape(shape, type(self).__name__))
        n = {"fan_in": into, "fan_out": out, "fan_avg": (into + out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return self._draw(ops.uniform, shape, dtype, device, -limit, limit)
        if self.distribution == "untruncated_normal":
            return self._draw(ops.normal, shape, dtype, device, 0.0, math.sqrt(variance))
        # The deviation of a normal distribution that is cut at two of its own.
        stddev = math.sqrt(variance) / 0.87962566103423978
        return self._draw(ops.truncated_normal, shape, dtype, device, 0.0, stddev)


class GlorotUniform(VarianceScaling):
    """Uniform in [-limit, limit), limit = sqrt(6 / (fan in + fan out)).

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
    networks (AISTATS 2010), eq. 16.

    >>> import fastnn
    >>> fastnn.initializers.GlorotUniform(seed=1)((4, 2)).shape
    (4, 2)
    """

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_avg", "uniform", seed)


class GlorotNormal(VarianceScaling):
    """Truncated normal of variance 2 / (fan in + fan out).

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
    networks (AISTATS 2010), eq. 12.

    >>> import fastnn
    >>> fastnn.initializers.GlorotNormal(seed=1)((4, 2)).shape
    (4, 2)
    """

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


class HeUniform(VarianceScaling):
    """Uniform in [-limit, limit), limit = sqrt(6 / fan in).

    Source: He, Zhang, Ren and Sun, Delving Deep into Rectifiers (ICCV 2015), eq. 10.

    >>> import fastnn
    >>> fastnn.initializers.HeUniform(seed=1)((4, 2)).shape
    (4, 2)
    """

    def __init__(self, seed=None):
        super().__init__(2.0, "fan_in", "uniform", seed)


class HeNormal(VarianceScaling):
    """Truncated normal of variance 2 / fan in.

    Source: He, Zhang, Ren and Sun, Delving Deep into Rectifiers (ICCV 2015), eq. 10.

    >>> import fastnn
    >>> fastnn.initializers.HeNormal(seed=1)((4, 2)).shape
    (4, 2)
    """

    def __init__(self, seed=None):
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


class LecunUniform(VarianceScaling):
    """Uniform in [-limit, limit), limit = sqrt(3 / fan in).

    Source: LeCun, Bottou, Orr and Mueller, Efficient BackProp (1998), eq. 16.

    >>> import fastnn
    >>> fastnn.initializers.LecunUniform(seed=1)((4, 2)).shape
    (4, 2)
    """

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_in", "uniform", seed)


class LecunNormal(VarianceScaling):
    """Truncated normal of variance 1 / fan in.

    Source: LeCun, Bottou, Orr and Mueller, Efficient BackProp (1998), eq. 16.

    >>> import fastnn
    >>> fastnn.initializers.LecunNormal(seed=1)((4, 2)).shape
    (4, 2)
    """

    def __init__(self, seed=None):
        super().__init__(1.0, "fan_in", "truncated_normal", seed)
