"""Calls of the public functions with one argument wrong, each in turn.

    python tests/bad_calls.py

prints a line of JSON before and after each call, so that test_bad_calls.py can tell which call
killed this process. Memory is limited, so that an array of 8 GB is refused on every machine.
"""

import json
import resource
import sys

import fastnn
import numpy as np
from fastnn import (
    Tensor,
    Variable,
    activations,
    devices,
    initializers,
    layers,
    losses,
    ops,
    optimizers,
    utils,
)
from fastnn.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop

MEMORY = 4 << 30
EXPECTED = (TypeError, ValueError, MemoryError)


class Liar:
    """Says that it is an array, and has none."""

    def __array__(self, dtype=None, copy=None):
        return "no array"

    def __dlpack__(self, **arguments):
        return "no capsule"

    def __dlpack_device__(self):
        return (1, 0)


class Index:
    """An integer that cannot make up its mind."""

    def __index__(self):
        raise TypeError("no integer today")


def wrong_values():
    values = [None, "text", b"bytes", "", [], {}, (), [None], ["a"], [[1], [1, 2]], object()]
    values += [Liar(), Index(), -1, 2**31, 2**63, 2**70, 10**400, -(2**63), 1.5, float("nan"), 1j]
    values += [(2**31, 2**31), (2**62, 4), (2**63,), (-1,), (1.5,), ("a",), (None,), (1,) * 9]
    values += [np.ones(3, t) for t in ("float16", "complex64", "U3", "datetime64[s]", ">f4")]
    values += [np.ones((2, 3), "int64"), np.ones((0,), "float32"), np.ones((3, 4), "float32")[::2]]
    values += [np.full(3, None), np.ones((2, 3)), Variable([1.0, 2.0]), len, int]
    return values


def wrong_instead_of(good):
    yield from wrong_values()
    if isinstance(good, np.ndarray):
        yield np.broadcast_to(np.float32(1), (2**40,))


def x():
    return np.ones((2, 3), "float32")


def w():
    return np.ones((3, 2), "float32")


def state():
    return Variable(np.array([7, 0]))


def loss():
    return ops.mean_squared_error(Variable(x()), x())


def apply(grads, variables, **arguments):
    Adam(**arguments).apply(grads, variables)


def adam_arguments():
    return {"beta_1": 0.9, "beta_2": 0.9, "epsilon": 0.1}


def update(slots, **arguments):
    """The arguments of an optimizer's update, with a weight, its slots and a gradient."""
    return {
        "segments": [tuple(Variable(x()) for _ in range(slots + 2))],
        "learning_rate": Variable(np.array(0.1)),
        "iterations": Variable(np.array(0)),
        **arguments,
        "weight_decay": 0.1,
        "norm": Tensor(np.array(2.0)),
        "clipnorm": 1.0,
        "clipvalue": 1.0,
    }


def limits():
    return {"weight_decay": 0.1, "clipnorm": 1.0}


def dense(x, **arguments):
    return layers.Dense(**arguments)(x)


def dropout(x, **arguments):
    return layers.Dropout(**arguments)(x, training=True)


def glorot(seed, **arguments):
    return initializers.GlorotUniform(seed)(**arguments)


def orthogonal(gain, **arguments):
    return initializers.Orthogonal(gain)(**arguments)


def identity(gain, **arguments):
    return initializers.Identity(gain)(**arguments)


def random_normal(mean, stddev, **arguments):
    return initializers.RandomNormal(mean, stddev)(**arguments)


def drawing():
    numbers = {"mean": 0.0, "stddev": 1.0, "stream": 0}
    return {"shape": (2,), "state": state(), **numbers, "dtype": "float32"}


def empty(shape, dtype):
    return devices.cpu.empty(shape, dtype)


def model():
    return fastnn.Sequential([fastnn.Input((3,)), layers.Dense(2)])


def call(function, /, **arguments):
    return function, arguments


# Of each function a right call, made anew each time.
CALLS = {
    "Tensor": lambda: call(Tensor, array=x()),
    "Variable": lambda: call(Variable, value=x(), dtype="float32", device=None),
    "Variable.empty": lambda: call(Variable.empty, shape=(2,), dtype="float32", device=None),
    "Variable.assign": lambda: call(Variable(x()).assign, value=x()),
    "rate.assign": lambda: call(Variable(0.0).assign, value=1.0),
    "Input": lambda: call(fastnn.Input, shape=(2,), dtype="float32", batch_size=2),
    "Sequential": lambda: call(fastnn.Sequential, layers=[]),
    "Sequential()": lambda: call(model(), x=x()),
    "set_weights": lambda: call(model().set_weights, values=[np.ones((3, 2)), np.ones(2)]),
    "gradients": lambda: call(fastnn.gradients, loss=loss(), variables=[]),
    "compile": lambda: call(fastnn.compile, function=ops.relu),
    "compile()": lambda: call(fastnn.compile(ops.relu), x=x()),
    "set_num_threads": lambda: call(fastnn.set_num_threads, n=1),
    "set_random_seed": lambda: call(utils.set_random_seed, seed=1),
    "devices.cpu.empty": lambda: call(empty, shape=(2,), dtype="float32"),
    "activations.get": lambda: call(activations.get, identifier="relu"),
    "initializers.get": lambda: call(initializers.get, identifier="zeros"),
    "GlorotUniform": lambda: call(glorot, seed=1, shape=(2, 3), dtype="float32", device=None),
    "Dense": lambda: call(dense, x=x(), units=2, activation=None, dtype="float32"),
    "Dense of": lambda: call(dense, x=x(), units=2, kernel_initializer="zeros"),
    "Dropout": lambda: call(dropout, x=x(), rate=0.5, noise_shape=(1, 3), seed=1),
    "SpatialDropout2D": lambda: call(layers.SpatialDropout2D, rate=0.5, seed=1),
    "GaussianNoise": lambda: call(layers.GaussianNoise, stddev=0.5, seed=1),
    "Orthogonal": lambda: call(orthogonal, gain=1.0, shape=(2, 3), dtype="float32"),
    "Identity": lambda: call(identity, gain=1.0, shape=(2, 3), dtype="float32"),
    "RandomNormal": lambda: call(random_normal, mean=0.0, stddev=1.0, shape=(2,), dtype="float32"),
    "VarianceScaling": lambda: call(
        initializers.VarianceScaling, scale=1.0, mode="fan_in", distribution="uniform"
    ),
    "Activation": lambda: call(layers.Activation, activation="relu"),
    "Adam": lambda: call(Adam, learning_rate=0.1, **adam_arguments(), **limits()),
    "AdamW": lambda: call(AdamW, learning_rate=0.1, weight_decay=0.1, global_clipnorm=1.0),
    "SGD": lambda: call(SGD, learning_rate=0.1, momentum=0.5, clipvalue=1.0),
    "RMSprop": lambda: call(RMSprop, learning_rate=0.1, rho=0.5, momentum=0.5, epsilon=0.1),
    "Adagrad": lambda: call(Adagrad, initial_accumulator_value=0.1, epsilon=0.1),
    "Adadelta": lambda: call(Adadelta, learning_rate=0.1, rho=0.5, epsilon=0.1),
    "optimizers.get": lambda: call(optimizers.get, identifier="adam"),
    "Adam.apply": lambda: call(apply, grads=[Tensor(x())], variables=[Variable(x())]),
    "MeanSquaredError": lambda: call(losses.MeanSquaredError(), y_true=x(), y_pred=x()),
    "SparseCategoricalCrossentropy": lambda: call(
        losses.SparseCategoricalCrossentropy(), y_true=[0, 1], y_pred=x()
    ),
    "ops.adadelta_update": lambda: call(ops.adadelta_update, **update(2, rho=0.5, epsilon=0.1)),
    "ops.adagrad_update": lambda: call(ops.adagrad_update, **update(1, epsilon=0.1)),
    "ops.adam_update": lambda: call(ops.adam_update, **update(2, **adam_arguments())),
    "ops.global_norm": lambda: call(ops.global_norm, tensors=[x(), w()]),
    "ops.normal": lambda: call(ops.normal, **drawing()),
    "ops.truncated_normal": lambda: call(ops.truncated_normal, **drawing()),
    "ops.norms": lambda: call(ops.norms, tensors=[x(), w()]),
    "ops.rmsprop_update": lambda: call(
        ops.rmsprop_update, **update(2, rho=0.5, momentum=0.5, epsilon=0.1)
    ),
    "ops.sgd_update": lambda: call(ops.sgd_update, **update(1, momentum=0.5, nesterov=True)),
    "ops.add": lambda: call(ops.add, a=x(), b=x()),
    "ops.cast": lambda: call(ops.cast, x=x(), dtype="float64"),
    "ops.copy": lambda: call(ops.copy, x=x()),
    "ops.dense": lambda: call(
        ops.dense, x=x(), kernel=w(), bias=np.ones(2, "float32"), activation="relu"
    ),
    "ops.dropout": lambda: call(
        ops.dropout, x=x(), rate=0.5, state=state(), stream=0, noise_shape=(2, 1)
    ),
    "ops.full": lambda: call(ops.full, shape=(2,), value=1.0, dtype="float32", device=None),
    "ops.gather": lambda: call(ops.gather, x=x(), indices=[0, 1], dtype="float32"),
    "ops.matmul": lambda: call(ops.matmul, a=x(), b=w()),
    "ops.mean_squared_error": lambda: call(ops.mean_squared_error, prediction=x(), target=x()),
    "ops.ones": lambda: call(ops.ones, shape=(2,), dtype="float32", device=None),
    "ops.relu": lambda: call(ops.relu, x=x()),
    "ops.reshape": lambda: call(ops.reshape, x=x(), shape=(3, 2)),
    "ops.softmax": lambda: call(ops.softmax, x=x()),
    "ops.sparse_categorical_crossentropy": lambda: call(
        ops.sparse_categorical_crossentropy, target=[0, 1], output=x()
    ),
    "ops.uniform": lambda: call(
        ops.uniform, shape=(2,), state=state(), low=0.0, high=1.0, stream=0, dtype="float32"
    ),
    "ops.zeros": lambda: call(ops.zeros, shape=(2,), dtype="float32", device=None),
}


def label(value):
    if isinstance(value, np.ndarray):
        return f"array {value.dtype} {value.shape}"
    text = type(value).__name__ if isinstance(value, (Liar, Index, Variable)) else repr(value)
    return text if len(text) < 60 else text[:20] + ".."


def calls():
    for name, make in CALLS.items():
        function, right = make()
        yield f"{name}: right", function, right
        for argument, good in right.items():
            for value in wrong_instead_of(good):
                function, arguments = make()
                yield f"{name}: {argument}={label(value)}", function, arguments | {argument: value}


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    fastnn.set_num_threads(1)
    for what, function, arguments in calls():
        print(json.dumps({"call": what}), flush=True)
        try:
            function(**arguments)
            outcome = {"error": None}
        except Exception as error:
            kinds = [k.__name__ for k in EXPECTED if isinstance(error, k)]
            outcome = {"error": (kinds or [type(error).__name__])[0], "text": str(error)}
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    sys.exit(main())
