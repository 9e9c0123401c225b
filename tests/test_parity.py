"""Each layer, loss, optimizer, metric and option of fit against Keras 3.15.1, in float64.

Keras's answers are recorded in tests/parity/*.npz; where Keras is installed (pip install
".[oracles]") they are asked for anew, and must be the recorded ones.
"""

import functools
import importlib.util
import subprocess
import sys
from pathlib import Path

import fastnn
import numpy as np
import parity
import pytest

FOLDER = Path(parity.__file__).parent
ALL = [(stem, name) for stem in parity.STEMS for name in parity.cases(stem)]


@functools.cache
def recorded(stem):
    with np.load(FOLDER / f"{stem}.npz") as archive:
        return dict(archive)


@pytest.fixture
def float64():
    fastnn.config.set_floatx("float64")
    yield
    fastnn.config.set_floatx("float32")


def assert_agree(name, got, want):
    """1e-9 of the number, or of a thousandth of its array's greatest where it is smaller: what
    cancels cannot keep its own digits."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape, name
    finite = np.isfinite(want)
    np.testing.assert_array_equal(got[~finite], want[~finite], name)  # NaN where NaN is wanted
    got, want = got[finite], want[finite]
    size = np.maximum(np.abs(want), 1e-3 * np.abs(want).max(initial=0))
    right = np.abs(got - want) <= 1e-9 * size  # of a NaN nothing holds
    assert right.all(), f"{name}: {got[~right]} came, {want[~right]} was wanted"


@pytest.mark.usefixtures("float64")
@pytest.mark.filterwarnings("ignore:.*the data ended after")  # as Keras warns
@pytest.mark.parametrize(("stem", "name"), ALL, ids=map("-".join, ALL))
def test_as_keras(stem, name):
    found = parity.cases(stem)[name](fastnn)
    wanted = {k: v for k, v in recorded(stem).items() if k.startswith(f"{name}/")}
    assert {f"{name}/{key}" for key in found} == set(wanted)
    for key, value in found.items():
        assert_agree(key, value, wanted[f"{name}/{key}"])


@pytest.mark.parametrize("stem", parity.STEMS)
def test_keras_says_so_still(stem, tmp_path):
    if not all(importlib.util.find_spec(name) for name in ("keras", "jax")):
        pytest.skip("keras and jax are not installed: pip install '.[oracles]'")
    command = [sys.executable, FOLDER.with_name("record_parity.py"), "--folder", tmp_path, stem]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr[-3000:]
    with np.load(tmp_path / f"{stem}.npz") as archive:
        now = dict(archive)
    assert set(now) == set(recorded(stem))
    for key, value in recorded(stem).items():
        assert_agree(key, now[key], value)
