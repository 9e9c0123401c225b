"""Networks that people train, in Keras's words for fastnn and Keras, and in PyTorch's."""

from benchmarks.workloads.generator import GENERATOR
from benchmarks.workloads.perceptrons import MLP, TABULAR, WIDE_MLP
from benchmarks.workloads.pictures import CNN_FASHION, CNN_FLOWERS, HAR, LENET
from benchmarks.workloads.resnet import RESNET
from benchmarks.workloads.vgg import VGG16

WORKLOADS = (
    TABULAR,
    MLP,
    WIDE_MLP,
    LENET,
    CNN_FASHION,
    HAR,
    CNN_FLOWERS,
    RESNET,
    GENERATOR,
    VGG16,
)
