"""Calls of ops/unary.py and ops/activation.py."""

from fastnn import ops

from . import call, x

ONE_ARGUMENT = """
abs absolute cos exp exponential floor isnan hard_sigmoid hard_silu hard_tanh log log1p
log_sigmoid mish negative relu6 rsqrt selu sigmoid sign silu sin softplus softsign
sparse_plus sparse_sigmoid sqrt square tanh tanh_shrink
""".split()

CALLS = {
    "ops.unary": lambda: call(ops.unary, x=x(), function="elu", alpha=1.0, beta=0.0),
    "ops.relu": lambda: call(ops.relu, x=x(), negative_slope=0.5, max_value=1.5, threshold=0.5),
    "ops.leaky_relu": lambda: call(ops.leaky_relu, x=x(), negative_slope=0.1),
    "ops.elu": lambda: call(ops.elu, x=x(), alpha=0.5),
    "ops.celu": lambda: call(ops.celu, x=x(), alpha=0.5),
    "ops.gelu": lambda: call(ops.gelu, x=x()),
    "ops.squareplus": lambda: call(ops.squareplus, x=x(), b=4),
    "ops.clip": lambda: call(ops.clip, x=x(), x_min=-1.0, x_max=1.0),
    "ops.hard_shrink": lambda: call(ops.hard_shrink, x=x(), threshold=0.5),
    "ops.soft_shrink": lambda: call(ops.soft_shrink, x=x(), threshold=0.5),
    "ops.threshold": lambda: call(ops.threshold, x=x(), threshold=0.5, default_value=0.0),
}
CALLS |= {f"ops.{n}": lambda n=n: call(getattr(ops, n), x=x()) for n in ONE_ARGUMENT}
