"""Operations on tensors: what layers and losses are made of, each with its gradient.

They take tensors, NumPy arrays and a GPU's arrays, of one device and one dtype, and give tensors.
Symbolic tensors (``fastnn.Input``) give symbolic tensors.
"""

from .adam import adam_update
from .add import add
from .batch_norm import batch_norm
from .conv2d import conv2d, conv2d_transpose, depthwise_conv2d, separable_conv2d
from .gemm import dense, matmul
from .layer_norm import layer_norm
from .loss import binary_crossentropy, huber, mean_absolute_error, mean_squared_error
from .memory import cast, copy, full, gather, ones, reshape, zeros
from .norms import global_norm, norms
from .pool2d import average_pool, max_pool, sum_pool
from .random import dropout, uniform
from .relu import relu
from .softmax import softmax, sparse_categorical_crossentropy
from .sum_to import sum_to
from .updates import adadelta_update, adagrad_update, rmsprop_update, sgd_update

__all__ = [
    "adadelta_update",
    "adagrad_update",
    "adam_update",
    "add",
    "average_pool",
    "batch_norm",
    "binary_crossentropy",
    "cast",
    "conv2d",
    "conv2d_transpose",
    "copy",
    "dense",
    "depthwise_conv2d",
    "dropout",
    "full",
    "gather",
    "global_norm",
    "huber",
    "layer_norm",
    "matmul",
    "max_pool",
    "mean_absolute_error",
    "mean_squared_error",
    "norms",
    "ones",
    "relu",
    "reshape",
    "rmsprop_update",
    "separable_conv2d",
    "sgd_update",
    "softmax",
    "sparse_categorical_crossentropy",
    "sum_pool",
    "sum_to",
    "uniform",
    "zeros",
]
