"""Symbolic tensors: shapes through operations and layers, without values."""

import fastnn
import numpy as np
import pytest
from fastnn.layers import Activation, Dense, Dropout


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def test_shapes():
    x = fastnn.Input((4,))
    assert x.shape == (None, 4) and x.dtype == "float32"
    assert fastnn.Input((4,), batch_size=2).shape == (2, 4)
    assert fastnn.Input((None, 3), dtype="float64").shape == (None, None, 3)
    w = np.ones((4, 5), "float32")
    for y, want in (
        (fastnn.ops.relu(x), (None, 4)),
        (fastnn.ops.relu(x=x), (None, 4)),
        (x + x, (None, 4)),
        (1.0 + x, (None, 4)),
        (np.float32(1) + x, (None, 4)),
        (x @ w, (None, 5)),
        (np.ones((3, 7, 4), "float32") + fastnn.Input((7, 4), batch_size=3), (3, 7, 4)),
        (np.ones((3, 4), "float32") @ fastnn.Input((2,), batch_size=4), (3, 2)),
        (fastnn.ops.dense(x, w), (None, 5)),
        (fastnn.ops.reshape(x, (-1, 2, 2)), (None, 2, 2)),
        (fastnn.ops.mean_squared_error(x, x), ()),
        (Dense(3)(x), (None, 3)),
        (Dense(3)(Dropout(0.5)(Activation("relu")(fastnn.Input((2, 4))))), (None, 2, 3)),
        (fastnn.Sequential([Dense(3), Dense(2)])(x), (None, 2)),
    ):
        assert y.shape == want and fastnn.symbolic.is_symbolic(y)


def test_there_are_no_values():
    x = fastnn.Input((4,))
    for read in (float, int, bool, len, np.asarray, lambda x: x.numpy(), lambda x: x.item()):
        raises(TypeError, "no values", read, x)
    assert "shape=(None, 4)" in repr(x)
    raises(ValueError, "matmul|gemm", lambda: x @ np.ones((3, 5), "float32"))


def test_what_input_refuses():
    for shape in (4, "ab", None, (2.5,), ("a",)):
        raises(TypeError, "Input: shape", fastnn.Input, shape)
    raises(ValueError, "negative", fastnn.Input, (-1,))
    raises(TypeError, "Input: dtype", fastnn.Input, (4,), dtype="float16")
    raises(TypeError, "Input: shape", fastnn.Input, (4,), batch_size="2")
    raises(MemoryError, "more than memory", fastnn.Input, (2**63,))
