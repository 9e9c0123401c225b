"""What a workload is."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Workload:
    """A network, and a batch for it.

    shape: of a sample, channels last.
    target: how many classes it tells apart, or the shape of what it estimates (squared error).
    keras: makes the model, of a module: fastnn or Keras.
    torch: makes the model, of torch.nn; pictures come as (batch, channels, height, width).
    flops: of the products of one forward pass of a sample, one number a layer.
    trains: whether `train` measures it.
    """

    name: str
    shape: tuple[int, ...]
    target: int | tuple[int, ...]
    batch: int
    keras: Callable
    torch: Callable
    flops: tuple[int, ...]
    trains: bool = True

    def flops_of(self, what):
        """Of a batch: of a forward pass, or of a training step, which has three products a layer
        (forward, to the weights, to the inputs) but for the first one's inputs."""
        passes = sum(self.flops)
        if what == "train":
            passes = 3 * passes - self.flops[0]
        return passes * self.batch

    def data(self, batch=None):
        rng = np.random.default_rng(2)
        n = batch or self.batch
        x = rng.standard_normal((n, *self.shape), dtype="float32")
        if isinstance(self.target, int):
            return x, rng.integers(0, self.target, n).astype("int32")
        return x, rng.standard_normal((n, *self.target), dtype="float32")


def convolution(height, width, taps, channels, filters):
    """Multiplications and additions of a convolution, of its output's height and width."""
    return 2 * height * width * taps * channels * filters


def dense(*sizes):
    """Those of layers that follow one another."""
    return tuple(2 * a * b for a, b in pairwise(sizes))
