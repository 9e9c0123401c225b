"""Operations on tensors: what layers and losses are made of, each with its gradient.

They take tensors, NumPy arrays and a GPU's arrays, of one device and one dtype, and give tensors.
Symbolic tensors (``fastnn.Input``) give symbolic tensors.
"""

from .adam import adam_update
from .add import add
from .arg_reduce import argmax, argmin
from .cumulative_sum import cumsum
from .gemm import dense, matmul
from .memory import cast, copy, full, gather, ones, reshape, zeros
from .mse import mean_squared_error
from .pool2d import average_pool, max_pool, sum_pool
from .random import dropout, uniform
from .reduce import logsumexp, max, mean, min, prod, sum
from .relu import relu
from .softmax import softmax, sparse_categorical_crossentropy
from .sum_to import sum_to
from .variance import std, var

__all__ = [
    "adam_update",
    "add",
    "argmax",
    "argmin",
    "average_pool",
    "cast",
    "copy",
    "cumsum",
    "dense",
    "dropout",
    "full",
    "gather",
    "logsumexp",
    "matmul",
    "max",
    "max_pool",
    "mean",
    "mean_squared_error",
    "min",
    "ones",
    "prod",
    "relu",
    "reshape",
    "softmax",
    "sparse_categorical_crossentropy",
    "std",
    "sum",
    "sum_pool",
    "sum_to",
    "uniform",
    "var",
    "zeros",
]
