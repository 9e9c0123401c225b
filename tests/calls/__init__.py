"""A right call of every public function, from which bad_calls.py makes wrong ones.

A module a stem lists CALLS: {name: function that gives the function to call and its arguments by
name}, made anew each time.
"""

import importlib
import pkgutil

import numpy as np
from fastnn import Tensor, Variable


def x():
    return np.ones((2, 3), "float32")


def w():
    return np.ones((3, 2), "float32")


def state():
    return Variable(np.array([7, 0]))


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


def call(function, /, **arguments):
    return function, arguments


def all_calls():
    modules = [
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    ]
    return {name: make for module in modules for name, make in module.CALLS.items()}
