"""Operations on tensors: what layers and losses are made of, each with its gradient.

They take tensors, NumPy arrays and a GPU's arrays, of one device and one dtype, and give tensors.
Symbolic tensors (``fastnn.Input``) give symbolic tensors.
"""

from .adam import adam_update
from .add import add
from .concatenate import concatenate, stack
from .counting import bincount, confusion_matrix, in_top_k, threshold_histogram, top_k
from .gemm import dense, matmul
from .memory import cast, copy, full, gather, ones, reshape, zeros
from .mse import mean_squared_error
from .pad import pad, repeat, roll, tile
from .random import dropout, uniform
from .relu import relu
from .shape import expand_dims, getitem, ravel, squeeze
from .slice import broadcast_to, flip, slice, split
from .softmax import softmax, sparse_categorical_crossentropy
from .take import one_hot, scatter_add, segment_sum, take
from .transpose import moveaxis, swapaxes, transpose

__all__ = [
    "adam_update",
    "add",
    "bincount",
    "broadcast_to",
    "cast",
    "concatenate",
    "confusion_matrix",
    "copy",
    "dense",
    "dropout",
    "expand_dims",
    "flip",
    "full",
    "gather",
    "getitem",
    "in_top_k",
    "matmul",
    "mean_squared_error",
    "moveaxis",
    "one_hot",
    "ones",
    "pad",
    "ravel",
    "relu",
    "repeat",
    "reshape",
    "roll",
    "scatter_add",
    "segment_sum",
    "slice",
    "softmax",
    "sparse_categorical_crossentropy",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "take",
    "threshold_histogram",
    "tile",
    "top_k",
    "transpose",
    "uniform",
    "zeros",
]
