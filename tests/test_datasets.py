"""The digits that come with the package are the UCI ones, whole, split once."""

import hashlib

import numpy as np
from fastnn.datasets import digits


def test_digits_are_the_ones_of_scikit_learn():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    images, labels = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    assert images.shape == (1797, 8, 8)
    assert images.dtype == labels.dtype == np.uint8
    assert images.max() == 16
    # load_digits() has these many of each class, and this sum of all pixels
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert images.sum(dtype=np.int64) == 561718
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) == 1797


def test_split_never_changes():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert (len(x_train), len(y_train), len(x_test), len(y_test)) == (1437, 1437, 360, 360)
    assert y_test[:12].tolist() == [0, 8, 8, 9, 8, 3, 7, 5, 0, 6, 6, 3]
    assert hashlib.sha256(x_test.tobytes()).hexdigest() == (
        "fe6e2083756fdae81f16c5e5d75e3b22573ec192a46d4d9f7314883b9dd63848"
    )


def test_every_call_gives_arrays_of_its_own():
    first, second = digits.load_data()[0][0], digits.load_data()[0][0]
    first[:] = 0
    assert second.any()
