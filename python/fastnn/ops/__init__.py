"""Operations on tensors: what layers and losses are made of, each with its gradient.

They take tensors, NumPy arrays and a GPU's arrays, of one device and one dtype, and give tensors.
Symbolic tensors (``fastnn.Input``) give symbolic tensors.
"""

from .adam import adam_update
from .add import add
from .batch_norm import batch_norm
from .cross_entropy import sparse_categorical_crossentropy
from .gemm import dense, matmul
from .layer_norm import layer_norm
from .loss import binary_crossentropy, huber, mean_absolute_error, mean_squared_error
from .memory import cast, copy, full, gather, ones, reshape, zeros
from .random import dropout, uniform
from .relu import relu
from .soft_cross_entropy import categorical_crossentropy
from .softmax import log_softmax, softmax

__all__ = [
    "adam_update",
    "add",
    "batch_norm",
    "binary_crossentropy",
    "cast",
    "categorical_crossentropy",
    "copy",
    "dense",
    "dropout",
    "full",
    "gather",
    "huber",
    "layer_norm",
    "log_softmax",
    "matmul",
    "mean_absolute_error",
    "mean_squared_error",
    "ones",
    "relu",
    "reshape",
    "softmax",
    "sparse_categorical_crossentropy",
    "uniform",
    "zeros",
]
