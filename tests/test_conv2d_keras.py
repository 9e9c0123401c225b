"""Convolutions against Keras, in float64: the result and the gradients, for many settings.

Keras answers once, in a process of its own: oracle_conv2d.py.
"""

import importlib.util
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import fastnn
import numpy as np
import pytest
from fastnn import Variable, ops
from test_conv2d import TRANSPOSED, drawn, loss_of


def asked_of_keras():
    """(function of keras.ops, ours, arrays, keywords), for many settings."""
    transposed = [
        ("conv_transpose", ops.conv2d_transpose, [drawn(1, 3, 2, 2), drawn(k, 3, 3, 2)],
         {"strides": (stride, 2), "padding": padding, "dilation_rate": (dilation, 1),
          "output_padding": None if more is None else (more, 1)})
        for padding, k, stride, dilation, more in TRANSPOSED
    ]  # fmt: skip
    plain = [
        ("conv", ops.conv2d, [drawn(1, n, 7, 2), drawn(k, 3, 2, 3)],
         {"strides": (stride, 1), "padding": padding, "dilation_rate": (1, dilation)})
        for padding, n, k, stride, dilation in itertools.product(
            ("valid", "same"), (5, 8), (1, 2, 3, 5), (1, 2, 3), (1, 2))
    ]  # fmt: skip
    depthwise = [
        ("depthwise_conv", ops.depthwise_conv2d, [drawn(2, 7, 6, 3), drawn(3, 2, 3, 2)],
         {"strides": stride, "padding": padding})
        for padding, stride in itertools.product(("valid", "same"), (1, 2))
    ]  # fmt: skip
    arrays = [drawn(2, 7, 6, 3), drawn(3, 2, 3, 2), drawn(1, 1, 6, 4)]
    separable = [("separable_conv", ops.separable_conv2d, arrays, {"padding": "same"})]
    return [*plain, *depthwise, *separable, *transposed]


def test_keras_gets_the_same():
    """In float64: the result and the gradients of every setting."""
    if importlib.util.find_spec("keras") is None or importlib.util.find_spec("torch") is None:
        pytest.skip("keras and torch not installed: pip install '.[oracles]'")
    asked, answers = asked_of_keras(), {"count": len(asked_of_keras())}
    for i, (name, _, arrays, keywords) in enumerate(asked):
        answers |= {f"name{i}": name, f"keywords{i}": repr(keywords)}
        answers |= {f"array{i}_{j}": array for j, array in enumerate(arrays)}
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("questions.npz", "answers.npz")]
        np.savez(files[0], **answers)
        command = [sys.executable, Path(__file__).with_name("oracle_conv2d.py"), *files]
        run = subprocess.run(command, capture_output=True, text=True, timeout=600)
        assert run.returncode == 0, run.stderr[-3000:]
        found = dict(np.load(files[1]))
    for i, (_, function, arrays, keywords) in enumerate(asked):
        variables = [Variable(array) for array in arrays]
        y = function(*variables, **keywords)
        what = f"{function.__name__} {[a.shape for a in arrays]} {keywords}"
        np.testing.assert_allclose(y.numpy(), found[f"result{i}"], 1e-12, 1e-12, err_msg=what)
        gradients = fastnn.gradients(loss_of(y)[0], variables)
        for j, gradient in enumerate(gradients):
            want = found[f"gradient{i}_{j}"]
            np.testing.assert_allclose(gradient.numpy(), want, 1e-10, 1e-10, err_msg=what)
