"""What a workload is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Workload:
    """A network that classifies, and a batch for it.

    keras: gives the layers, from the module (fastnn or Keras).
    torch: gives the modules, from torch.nn; pictures come as (batch, channels, height, width).
    flops: of the products of one training step a sample: forward, to the weights, to the inputs
        but for the first layer's.
    """

    name: str
    shape: tuple[int, ...]
    classes: int
    batch: int
    keras: Callable
    torch: Callable
    flops: int

    def data(self, batches=1):
        rng = np.random.default_rng(2)
        n = self.batch * batches
        x = rng.standard_normal((n, *self.shape), dtype="float32")
        return x, rng.integers(0, self.classes, n).astype("int32")
