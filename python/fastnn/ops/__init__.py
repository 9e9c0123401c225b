"""Operations on tensors: what layers and losses are made of, each with its gradient.

They take tensors, NumPy arrays and a GPU's arrays, of one device and one dtype, and give tensors.
Symbolic tensors (``fastnn.Input``) give symbolic tensors.
"""

from .adam import adam_update
from .add import add
from .gemm import dense, matmul
from .memory import cast, copy, full, gather, ones, reshape, zeros
from .mse import mean_squared_error
from .random import dropout, uniform
from .relu import relu
from .softmax import softmax, sparse_categorical_crossentropy
from .sum_to import sum_to

__all__ = [
    "adam_update",
    "add",
    "cast",
    "copy",
    "dense",
    "dropout",
    "full",
    "gather",
    "matmul",
    "mean_squared_error",
    "ones",
    "relu",
    "reshape",
    "softmax",
    "sparse_categorical_crossentropy",
    "sum_to",
    "uniform",
    "zeros",
]
