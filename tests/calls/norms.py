"""Calls of ops/norms.py."""

from fastnn import ops

from . import call, w, x

CALLS = {
    "ops.global_norm": lambda: call(ops.global_norm, tensors=[x(), w()]),
    "ops.norms": lambda: call(ops.norms, tensors=[x(), w()]),
}
