import numpy as np

from .. import ops
from ..tensor import Variable


class Metric:
    def __init__(self, name):
        self.name = name
        self.total = Variable(np.zeros(()), trainable=False)
        self.count = Variable(np.zeros(()), trainable=False)
        self.variables = [self.total, self.count]

    def reset_state(self):
        self.total.assign(0.0)
        self.count.assign(0.0)

    def _add(self, v, x):
        x = ops.cast(x, "float64")
        v.device.module.sum_to(v.array, x.array, add=1)
        v.written()

    def result(self):
        return self.total / self.count if float(self.count.array) else ops.zeros((), "float64")


class Mean(Metric):
    def update_state(self, v, sample_weight=1.0):
        self._add(self.total, v * sample_weight)
        self._add(self.count, ops.full((), float(sample_weight)))


class Acc(Metric):
    def update_state(self, y, p, sample_weight=None):
        self._add(self.total, ops.sum(ops.cast(ops.equal(ops.argmax(p, axis=-1), y), "float32")))
        self._add(self.count, ops.full((), float(p.shape[0])))


def get(x):
    return x


def as_metric(x, a, b):
    return Acc(x)
