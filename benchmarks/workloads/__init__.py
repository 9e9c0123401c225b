"""Networks that people train, in Keras's words for fastnn and Keras, and in PyTorch's."""

from benchmarks.workloads.pictures import CNN_FASHION, LENET

WORKLOADS = (LENET, CNN_FASHION)
