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
from fastnn import Tensor, Variable, activations, devices, initializers, layers, losses, ops, utils
from fastnn.optimizers import Adam

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
    values = [None, "text", b"bytes", "", [], {}, (), [None], ["a"], [[1], [1, 2]], object(), Liar()]
    values += [Index(), -1, 2**31, 2**63, 2**70, 10**400, -(2**63), 1.5, float("nan"), 1j, len, int]
    values += [(2**31, 2**31), (2**62, 4), (2**63,), (-1,), (1.5,), ("a",), (None,), (1,) * 9]
    values += [np.ones(3, t) for t in ("float16", "complex64", "U3", "datetime64[s]", ">f4")]
    values += [np.ones((2, 3), "int64"), np.ones((0,), "float32"), np.ones((3, 4), "float32")[::2]]
    values += [np.full(3, None), np.ones((2, 3)), Variable([1.0, 2.0])]
    return values


def wrong_instead_of(good):
    yield from wrong_values()
    if isinstance(good, np.ndarray):
        yield np.broadcast_to(np.float32(1), (2**40,))


def x():
    return np.ones((2, 3), "float32")


def state():
    return Variable(np.array([7, 0]))


def loss_of(w):
    return ops.mean_squared_error(w, np.zeros(w.shape, "float32"))


def gradients_of(**arguments):
    """A fresh tape for each call: the last one was walked."""
    w = Variable(x())
    return fastnn.gradients(**{"loss": loss_of(w), "variables": [w], **arguments})


def segments():
    return [tuple(Variable(x()) for _ in range(4))]


def trained(**arguments):
    w = Variable(x())
    given = {"grads": [Tensor(x())], "variables": [w], **arguments}
    optimizer = Adam(**{k: given.pop(k) for k in list(given) if k not in ("grads", "variables")})
    optimizer.apply(**given)


def dense(**arguments):
    given = {"x": x(), "units": 2, **arguments}
    return layers.Dense(**{k: v for k, v in given.items() if k != "x"})(given["x"])


def model():
    return fastnn.Sequential([fastnn.Input((3,)), layers.Dense(2)])


# name: (function, its arguments, each with a function that makes a good value)
CALLS = {
    "Tensor": (Tensor, {"array": x}),
    "Variable": (Variable, {"value": x, "dtype": lambda: "float32", "device": lambda: None}),
    "Variable.empty": (Variable.empty, {"shape": lambda: (2,), "dtype": lambda: "float32"}),
    "Variable.assign": (lambda value: Variable(x()).assign(value), {"value": x}),
    "learning_rate.assign": (lambda value: Variable(0.0).assign(value), {"value": lambda: 1.0}),
    "Input": (fastnn.Input, {"shape": lambda: (2,), "dtype": lambda: "float32", "batch_size": lambda: 2}),
    "Sequential": (fastnn.Sequential, {"layers": list}),
    "Sequential.call": (lambda x: model()(x), {"x": x}),
    "set_weights": (lambda values: model().set_weights(values), {"values": lambda: [np.ones((3, 2)), np.ones(2)]}),
    "gradients": (gradients_of, {"loss": lambda: loss_of(Variable(x())), "variables": list}),
    "compile": (fastnn.compile, {"function": lambda: len}),
    "compile.call": (fastnn.compile(ops.relu), {"x": x}),
    "set_num_threads": (fastnn.set_num_threads, {"n": lambda: 1}),
    "set_random_seed": (utils.set_random_seed, {"seed": lambda: 1}),
    "devices.cpu.empty": (lambda shape, dtype: devices.cpu.empty(shape, dtype), {"shape": lambda: (2,), "dtype": lambda: "float32"}),
    "activations.get": (activations.get, {"identifier": lambda: "relu"}),
    "initializers.get": (initializers.get, {"identifier": lambda: "zeros"}),
    "GlorotUniform": (lambda seed, **a: initializers.GlorotUniform(seed)(**a), {"seed": lambda: 1, "shape": lambda: (2, 3), "dtype": lambda: "float32", "device": lambda: None}),
    "Dense": (dense, {"x": x, "units": lambda: 2, "activation": lambda: None, "kernel_initializer": lambda: "zeros", "bias_initializer": lambda: "zeros", "dtype": lambda: "float32"}),
    "Dropout": (lambda rate, seed, x: layers.Dropout(rate, seed)(x, training=True), {"rate": lambda: 0.5, "seed": lambda: 1, "x": x}),
    "Activation": (lambda activation: layers.Activation(activation)(x()), {"activation": lambda: "relu"}),
    "Adam": (trained, {"learning_rate": lambda: 0.1, "beta_1": lambda: 0.9, "beta_2": lambda: 0.9, "epsilon": lambda: 0.1, "grads": lambda: [Tensor(x())], "variables": lambda: [Variable(x())]}),
    "MeanSquaredError": (losses.MeanSquaredError(), {"y_true": x, "y_pred": x}),
    "SparseCategoricalCrossentropy": (losses.SparseCategoricalCrossentropy(), {"y_true": lambda: [0, 1], "y_pred": x}),
    "ops.adam_update": (ops.adam_update, {"segments": segments, "learning_rate": lambda: Variable(np.array(0.1)), "iterations": lambda: Variable(np.array(0)), "beta_1": lambda: 0.9, "beta_2": lambda: 0.9, "epsilon": lambda: 0.1}),
    "ops.add": (ops.add, {"a": x, "b": x}),
    "ops.cast": (ops.cast, {"x": x, "dtype": lambda: "float64"}),
    "ops.copy": (ops.copy, {"x": x}),
    "ops.dense": (ops.dense, {"x": x, "kernel": lambda: np.ones((3, 2), "float32"), "bias": lambda: np.ones(2, "float32"), "activation": lambda: "relu"}),
    "ops.dropout": (ops.dropout, {"x": x, "rate": lambda: 0.5, "state": state, "stream": lambda: 0}),
    "ops.full": (ops.full, {"shape": lambda: (2,), "value": lambda: 1.0, "dtype": lambda: "float32", "device": lambda: None}),
    "ops.gather": (ops.gather, {"x": x, "indices": lambda: [0, 1], "dtype": lambda: "float32"}),
    "ops.matmul": (ops.matmul, {"a": x, "b": lambda: np.ones((3, 2), "float32")}),
    "ops.mean_squared_error": (ops.mean_squared_error, {"prediction": x, "target": x}),
    "ops.ones": (ops.ones, {"shape": lambda: (2,), "dtype": lambda: "float32"}),
    "ops.relu": (ops.relu, {"x": x}),
    "ops.reshape": (ops.reshape, {"x": x, "shape": lambda: (3, 2)}),
    "ops.softmax": (ops.softmax, {"x": x}),
    "ops.sparse_categorical_crossentropy": (ops.sparse_categorical_crossentropy, {"target": lambda: [0, 1], "output": x}),
    "ops.uniform": (ops.uniform, {"shape": lambda: (2,), "state": state, "low": lambda: 0.0, "high": lambda: 1.0, "stream": lambda: 0, "dtype": lambda: "float32"}),
    "ops.zeros": (ops.zeros, {"shape": lambda: (2,), "dtype": lambda: "float32"}),
}


def label(value):
    if isinstance(value, np.ndarray):
        return f"array {value.dtype} {value.shape}"
    text = type(value).__name__ if isinstance(value, (Liar, Index, Variable)) else repr(value)
    return text if len(text) < 60 else text[:20] + ".."


def calls():
    for name, (function, arguments) in CALLS.items():
        good = {k: make() for k, make in arguments.items()}
        yield f"{name}: right", function, good
        for argument in arguments:
            for value in wrong_instead_of(good[argument]):
                fresh = {k: make() for k, make in arguments.items()}
                yield f"{name}: {argument}={label(value)}", function, fresh | {argument: value}


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
