"""Every example in a docstring of the installed package runs and prints what it says."""

import doctest
import importlib
import pkgutil

import fastnn
import pytest


def python_modules():
    found = pkgutil.walk_packages(fastnn.__path__, "fastnn.")
    return ["fastnn", *(m.name for m in found if not m.name.rpartition(".")[2].startswith("_"))]


@pytest.mark.parametrize("name", python_modules())
def test_examples(name):
    if name.startswith("fastnn.visualize") or name == "fastnn.callbacks.history":
        pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failures, _ = doctest.testmod(importlib.import_module(name), optionflags=flags)
    assert failures == 0
