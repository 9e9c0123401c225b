"""Batches that are made one at a time, and what is in one."""


class PyDataset:
    """Batches by number. A subclass gives `__len__`, how many there are, and `__getitem__(i)`, the
    batch i: (x, y) or (x, y, sample_weight); and perhaps `on_epoch_end()`.

    Args:
        workers, use_multiprocessing, max_queue_size: taken for Keras's sake; batches are made one
            after the other, in the thread that trains.

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

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} defines no __len__().")

    def __getitem__(self, i):
        raise NotImplementedError(f"{type(self).__name__} defines no __getitem__(i).")

    def on_epoch_end(self):
        """Called after each epoch of training."""


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
