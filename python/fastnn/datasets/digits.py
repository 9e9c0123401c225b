"""The UCI 8x8 handwritten digits: 1,797 images of 10 classes, shuffled once and split for all time.

Data: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, https://doi.org/10.24432/C50P49, CC BY 4.0.
"""

import os

import numpy as np

TRAINING = 1437  # the other 360 are for testing


def load_data():
    """Returns `(x_train, y_train), (x_test, y_test)`.

    `x_train` is (1437, 8, 8) and `x_test` (360, 8, 8), uint8 from 0 to 16; `y_train` is (1437,) and
    `y_test` (360,), uint8 from 0 to 9. Both are fresh arrays, in the same order at every call. The
    order is random but fixed, so that writers are mixed over both parts.

    Example:
        >>> from fastnn.datasets import digits
        >>> (x_train, y_train), (x_test, y_test) = digits.load_data()
        >>> x_train.shape, x_test.shape, x_train.dtype, int(x_train.max())
        ((1437, 8, 8), (360, 8, 8), dtype('uint8'), 16)
        >>> sorted(set(y_test.tolist()))
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    path = os.path.join(os.path.dirname(__file__), "digits.npz")
    with np.load(path, allow_pickle=False) as archive:
        order = archive["permutation"]
        images = archive["images"][order]
        labels = archive["labels"][order]
    return (images[:TRAINING], labels[:TRAINING]), (images[TRAINING:], labels[TRAINING:])
