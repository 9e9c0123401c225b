"""Labels and norms as Keras makes them; what fastnn.utils offers, and when it is loaded."""

import re
import subprocess
import sys

import fastnn
import numpy as np
import pytest
from fastnn import utils
from fastnn.utils import normalize, to_categorical

nan, inf = float("nan"), float("inf")

# What Keras 3.15.1 gave: (arguments, result)
ONE_HOT = [
    (([0, 2, 1],), [[1, 0, 0], [0, 0, 1], [0, 1, 0]]),
    (([0, 2, 1], 4), [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]]),
    (([[0], [2]],), [[1, 0, 0], [0, 0, 1]]),
    (([[0, 1], [2, 0]],), [[[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [1, 0, 0]]]),
    ((3,), [0, 0, 0, 1]),
    (([1],), [[0, 1]]),
    (([[1]],), [[0, 1]]),
    (([[[1], [0]]],), [[[0, 1], [1, 0]]]),
    (([], 3), np.zeros((0, 3))),
    ((np.zeros((0, 1)), 2), np.zeros((0, 2))),
    (([True, False],), [[0, 1], [1, 0]]),
    (([0, 1], 0), [[1, 0], [0, 1]]),
]


@pytest.mark.parametrize("arguments, wanted", ONE_HOT)
def test_to_categorical_is_keras(arguments, wanted):
    result = to_categorical(*arguments)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, np.array(wanted, float), strict=True)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "float64", "bool"])
def test_to_categorical_takes_labels_of_any_dtype(dtype):
    np.testing.assert_array_equal(to_categorical(np.array([1, 0], dtype)), [[0, 1], [1, 0]])


def test_to_categorical_reads_a_tensor():
    labels = fastnn.Tensor(np.array([1, 0], "int32"))
    np.testing.assert_array_equal(to_categorical(labels), [[0, 1], [1, 0]])


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (([-1, 1],), ValueError, r"there is a label -1; 2 classes have labels 0 \.\. 1"),
        (([-2],), ValueError, "there is a label -2"),
        (([0, 3], 2), ValueError, r"there is a label 3; 2 classes have labels 0 \.\. 1"),
        (([2], 2), ValueError, "there is a label 2"),
        (([1.5],), ValueError, "not all of the numbers fit int64"),
        (([nan],), ValueError, "not all of the numbers fit int64"),
        (([],), ValueError, "no labels came, nor num_classes"),
        (([0], -1), ValueError, "num_classes is -1"),
        (([0], 2.0), TypeError, r"num_classes is 2\.0; an integer is wanted"),
        ((["1"],), TypeError, "real numbers are wanted"),
        ((None,), TypeError, "real numbers are wanted"),
        (([[1], [1, 2]],), ValueError, "differ in length"),
    ],
)
def test_to_categorical_refuses(arguments, error, message):
    with pytest.raises(error, match="to_categorical: .*" + message):
        to_categorical(*arguments)


x = np.array([[3.0, 4.0], [0.0, 0.0]])


@pytest.mark.parametrize(
    "arguments, wanted",
    [
        ((x,), [[0.6, 0.8], [0, 0]]),
        ((x, -1, 1), [[3 / 7, 4 / 7], [0, 0]]),
        ((x, 1, inf), [[0.75, 1], [0, 0]]),
        ((x, 0), [[1, 1], [0, 0]]),  # Keras takes axis 0 for the last one
        ((np.array([3, 4]),), [0.6, 0.8]),  # Keras adds an axis
        (([[3, 4]],), [[0.6, 0.8]]),
    ],
)
def test_normalize(arguments, wanted):
    np.testing.assert_allclose(normalize(*arguments), wanted, rtol=1e-15)
    assert x[0, 0] == 3


def test_normalize_keeps_floats():
    assert normalize(x.astype("float32")).dtype == np.float32
    assert normalize(x.astype("uint8")).dtype == np.float64
    cube = np.arange(24.0).reshape(2, 3, 4)
    for axis in range(-3, 3):
        np.testing.assert_allclose((normalize(cube, axis) ** 2).sum(axis), 1, rtol=1e-14)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ((x, 2), ValueError, r"axis is 2, and the shape of x is \(2, 2\)"),
        ((3.0,), ValueError, r"axis is -1, and the shape of x is \(\)"),
        ((x, None), TypeError, "axis is None; an integer is wanted"),
        ((x, 0, "fro"), TypeError, "order is 'fro'; a number is wanted"),
        ((["a"],), TypeError, "real numbers are wanted"),
    ],
)
def test_normalize_refuses(arguments, error, message):
    with pytest.raises(error, match="normalize: .*" + message):
        normalize(*arguments)


# The package


def test_what_is_offered_is_there():
    for name in utils.__all__:
        assert getattr(utils, name).__doc__ and name in dir(utils)
    with pytest.raises(AttributeError, match=re.escape("'fastnn.utils' has no attribute 'none'")):
        utils.none  # noqa: B018


def test_import_loads_none_of_it():
    heavy = "hashlib http urllib.request gzip fcntl shutil tempfile socket ssl".split()
    ours = ["fastnn.utils.arrays", "fastnn.utils.files"]
    code = f"import numpy, sys; old = set(sys.modules); import fastnn, fastnn.callbacks; \
        new = set(sys.modules) - old; print(*(new & {{*{heavy!r}, *{ours!r}}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
