"""Batches that are made one at a time, and what is in one."""

import numbers

import numpy as np

from .. import _core
from ._prefetch import prefetched


class PyDataset:
    """Batches by number. A subclass gives `__len__`, how many there are, and `__getitem__(i)`, the
    batch i: (x, y) or (x, y, sample_weight); and perhaps `on_epoch_begin()` and `on_epoch_end()`,
    which `fit` calls.

    Args:
        workers: how many threads make batches ahead of a model that trains; 1 or 0: none, the
            thread that trains makes them.
        use_multiprocessing: whether one worker is a thread of its own too. Workers are threads, in
            any case: Pillow, NumPy and files let others run meanwhile.
        max_queue_size: how many batches they may be ahead.

    Batches come in the order that they would have without workers. `fit` with shuffle=True, its
    default, takes them in another order in each epoch, as Keras does.

    >>> import numpy as np, fastnn
    >>> class Squares(fastnn.utils.PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, i):
    ...         x = np.full((4, 1), i, "float32")
    ...         return x, x * x
    >>> model = fastnn.Sequential([fastnn.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> len(model.fit(Squares(), epochs=2, verbose=0).history["loss"])
    2
    """

    workers, use_multiprocessing, max_queue_size = 1, False, 10  # where nobody calls __init__

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} defines no __len__().")

    def __getitem__(self, i):
        raise NotImplementedError(f"{type(self).__name__} defines no __getitem__(i).")

    @property
    def num_batches(self):
        """How many there are."""
        return len(self)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def on_epoch_begin(self):
        """Called before each epoch of training."""

    def on_epoch_end(self):
        """Called after each epoch of training."""

    _passes = None  # through the data so far, where an order of its own follows from that

    def _batches(self, shuffled=None):
        """Those of one pass, as a model takes them, in an order that follows from (seed, stream,
        pass): a generator, which ends its threads when it is closed."""
        order = np.arange(len(self), dtype="int32")
        if shuffled is not None:
            _core.shuffle(order, *shuffled)
        return self._made(self.__getitem__, order.tolist())

    def _made(self, make, order):
        for name, least in (("workers", 0), ("max_queue_size", 1)):
            n = getattr(self, name)
            if not isinstance(n, numbers.Integral) or isinstance(n, bool) or n < least:
                raise ValueError(
                    f"{type(self).__name__}: {name} is {n!r:.60}; a whole number of at least "
                    f"{least} is wanted."
                )
        if self.workers > (0 if self.use_multiprocessing else 1):
            return prefetched(make, order, self.workers, self.max_queue_size)
        return (make(i) for i in order)


Sequence = PyDataset  # its older name


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """What `unpack_x_y_sample_weight` takes apart, as short as it can be.

    >>> from fastnn.utils import pack_x_y_sample_weight
    >>> pack_x_y_sample_weight(1), pack_x_y_sample_weight([1, 2]), pack_x_y_sample_weight(1, 2)
    (1, ([1, 2],), (1, 2))
    """
    if sample_weight is not None:
        return (x, y, sample_weight)
    if y is not None:
        return (x, y)
    return (x,) if isinstance(x, (tuple, list)) else x


def unpack_x_y_sample_weight(data):
    """(x, y, sample_weight) from x, (x,), (x, y) or (x, y, sample_weight).

    >>> from fastnn.utils import unpack_x_y_sample_weight
    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            f"unpack_x_y_sample_weight: {len(data)} parts came; x, (x, y) or "
            "(x, y, sample_weight) is wanted."
        )
    return (*data, None, None)[:3]
