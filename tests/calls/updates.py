"""Calls of ops/updates.py."""

from fastnn import ops

from . import call, update

CALLS = {
    "ops.adadelta_update": lambda: call(ops.adadelta_update, **update(2, rho=0.5, epsilon=0.1)),
    "ops.adagrad_update": lambda: call(ops.adagrad_update, **update(1, epsilon=0.1)),
    "ops.rmsprop_update": lambda: call(
        ops.rmsprop_update, **update(2, rho=0.5, momentum=0.5, epsilon=0.1)
    ),
    "ops.sgd_update": lambda: call(ops.sgd_update, **update(1, momentum=0.5, nesterov=True)),
}
