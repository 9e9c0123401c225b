"""Operations on tensors: what layers and losses are made of, each with its gradient.

They take tensors, NumPy arrays and a GPU's arrays, of one device and one dtype, and give tensors.
Symbolic tensors (``fastnn.Input``) give symbolic tensors.
"""

from .adam import adam_update
from .add import add
from .conv2d import conv2d, conv2d_transpose, depthwise_conv2d, separable_conv2d
from .gemm import dense, matmul
from .memory import cast, copy, full, gather, ones, reshape, zeros
from .mse import mean_squared_error
from .random import dropout, uniform
from .relu import relu
from .softmax import softmax, sparse_categorical_crossentropy

__all__ = [
    "adam_update",
    "add",
    "cast",
    "conv2d",
    "conv2d_transpose",
    "copy",
    "dense",
    "depthwise_conv2d",
    "dropout",
    "full",
    "gather",
    "matmul",
    "mean_squared_error",
    "ones",
    "relu",
    "reshape",
    "separable_conv2d",
    "softmax",
    "sparse_categorical_crossentropy",
    "uniform",
    "zeros",
]
