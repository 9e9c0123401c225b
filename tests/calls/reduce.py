"""Calls of ops/reduce.py, variance.py and arg_reduce.py."""

from fastnn import ops

from . import call, x

NAMES = ("sum", "mean", "max", "min", "prod", "logsumexp", "var", "std", "argmax", "argmin")
CALLS = {
    f"ops.{name}": lambda name=name: call(getattr(ops, name), x=x(), axis=1, keepdims=True)
    for name in NAMES
}
