"""Operations on tensors: what layers and losses are made of, each with its gradient.

They take tensors, NumPy arrays and a GPU's arrays, of one device and one dtype, and give tensors.
Symbolic tensors (``fastnn.Input``) give symbolic tensors.
"""

from .adam import adam_update
from .add import add
from .gemm import dense, matmul
from .memory import cast, copy, full, gather, ones, reshape, zeros
from .mse import mean_squared_error
from .normal import normal, truncated_normal
from .norms import global_norm, norms
from .random import dropout, uniform
from .relu import relu
from .softmax import softmax, sparse_categorical_crossentropy
from .updates import adadelta_update, adagrad_update, rmsprop_update, sgd_update

__all__ = [
    "adadelta_update",
    "adagrad_update",
    "adam_update",
    "add",
    "cast",
    "copy",
    "dense",
    "dropout",
    "full",
    "gather",
    "global_norm",
    "matmul",
    "mean_squared_error",
    "normal",
    "norms",
    "ones",
    "relu",
    "reshape",
    "rmsprop_update",
    "sgd_update",
    "softmax",
    "sparse_categorical_crossentropy",
    "truncated_normal",
    "uniform",
    "zeros",
]
