"""Calls of ops/softmax.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.softmax": lambda: call(ops.softmax, x=x()),
    "ops.sparse_categorical_crossentropy": lambda: call(
        ops.sparse_categorical_crossentropy, target=[0, 1], output=x()
    ),
}
