"""Calls of ops/softmax.py and ops/cross_entropy.py."""

from fastnn import ops

from . import call, x

CALLS = {
    "ops.log_softmax": lambda: call(ops.log_softmax, x=x()),
    "ops.softmax": lambda: call(ops.softmax, x=x()),
    "ops.sparse_categorical_crossentropy": lambda: call(
        ops.sparse_categorical_crossentropy, target=[0, 1], output=x()
    ),
    "ops.categorical_crossentropy": lambda: call(
        ops.categorical_crossentropy,
        target=x(),
        output=x(),
        label_smoothing=0.1,
        sample_weight=[1.0, 2.0],
    ),
}
