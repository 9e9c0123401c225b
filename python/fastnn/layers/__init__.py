"""Layers, with Keras's names, arguments and numbers."""

from ..saving.deserialization import deserialize_keras_object as deserialize
from ..saving.serialization import serialize_keras_object as serialize
from .activation import ELU, LeakyReLU, Maxout, PReLU, ReLU, Softmax
from .augmentation import RandomCrop, RandomFlip
from .augmentation_color import RandomBrightness, RandomContrast, RandomGrayscale, Solarization
from .augmentation_geometry import RandomRotation, RandomShear, RandomTranslation, RandomZoom
from .augmentation_pixels import RandomErasing, RandomGaussianBlur, RandomSharpness
from .combining import Concatenate, Dot, concatenate, dot
from .convolution import Conv2D, Conv2DTranspose
from .core import Activation, ActivityRegularization, Dense, Identity, Lambda
from .depthwise import DepthwiseConv2D, SeparableConv2D
from .dropout import AlphaDropout, Dropout, GaussianDropout, GaussianNoise, SpatialDropout2D
from .image_sizes import CenterCrop, Resizing
from .input_layer import Input, InputLayer
from .layer import Layer
from .merging import (
    Add,
    Average,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    maximum,
    minimum,
    multiply,
    subtract,
)
from .normalization import BatchNormalization, LayerNormalization
from .pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from .preprocessing import Rescaling
from .reshaping import Flatten, Permute, RepeatVector, Reshape
from .resizing import Cropping2D, UpSampling2D, ZeroPadding2D

# Keras's second names.
AvgPool2D, MaxPool2D = AveragePooling2D, MaxPooling2D
Convolution2D, Convolution2DTranspose = Conv2D, Conv2DTranspose
GlobalAvgPool2D, GlobalMaxPool2D = GlobalAveragePooling2D, GlobalMaxPooling2D
SeparableConvolution2D = SeparableConv2D

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "AveragePooling2D",
    "AvgPool2D",
    "BatchNormalization",
    "CenterCrop",
    "Concatenate",
    "Conv2D",
    "Conv2DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dot",
    "Dropout",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "GlobalAvgPool2D",
    "GlobalMaxPool2D",
    "GlobalMaxPooling2D",
    "Identity",
    "Input",
    "InputLayer",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPool2D",
    "MaxPooling2D",
    "Maximum",
    "Maxout",
    "Minimum",
    "Multiply",
    "PReLU",
    "Permute",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomRotation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "SeparableConv2D",
    "SeparableConvolution2D",
    "Softmax",
    "Solarization",
    "SpatialDropout2D",
    "Subtract",
    "UpSampling2D",
    "ZeroPadding2D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]
