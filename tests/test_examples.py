"""The examples run as a user runs them, and compute what they say."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from contract import ROOT

EXAMPLES = ROOT / "examples"


def run(name, *arguments, **environment):
    command = [sys.executable, EXAMPLES / name, *map(str, arguments)]
    known = os.environ | environment
    return subprocess.run(command, env=known, capture_output=True, text=True, timeout=300)


def load(name):
    spec = importlib.util.spec_from_file_location(Path(name).stem, EXAMPLES / name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_image_filters_run(tmp_path):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    if "FASTNN_DATA" not in os.environ:
        pytest.skip("FASTNN_DATA is not set")
    output = tmp_path / "filters.png"
    done = run("image_filters.py", "--output", output)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "corners; 9 pictures" in done.stdout
    with image.open(output) as grid:
        pixels = np.asarray(grid.convert("L"), float)
    panels = [p for row in np.array_split(pixels, 3) for p in np.array_split(row, 3, axis=1)]
    assert all(panel.std() > 5 for panel in panels)  # no panel is empty


def test_image_filters_say_what_is_missing(tmp_path):
    for folder in ("", str(tmp_path)):
        done = run("image_filters.py", FASTNN_DATA=folder)
        assert done.returncode == 77
        assert "skipped" in done.stdout and "--image" in done.stdout


def test_image_filters_of_a_white_square():
    """What each filter makes of it is known: flat inside, its edges, its four corners."""
    filters = load("image_filters.py")
    photo = np.zeros((40, 50, 3))
    photo[10:30, 15:35] = 1
    pictures, corners = filters.filtered(photo)
    assert all(picture.shape[:2] == (40, 50) for picture in pictures.values())
    flat = (slice(16, 24), slice(21, 29))  # inside of the square, away from its edges
    values = {"blur": 1, "sharpen": 1, "emboss": 0.5, "edges: Sobel": 0, "edges: Laplace": 0.5}
    for name, value in values.items():
        np.testing.assert_allclose(pictures[name][flat], value, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(pictures["blur"][20, 13:17, 0], np.array([1, 5, 11, 15]) / 16)
    assert pictures["edges: Sobel"][20, 14] == 1 and not pictures["edges: Sobel"][20, :13].any()
    assert pictures["lines"][20, 15] > 0 == pictures["lines"][20, 20]
    assert len(corners) == 4
    wanted = [(10, 15), (10, 34), (29, 15), (29, 34)]
    assert np.abs(np.array(sorted(map(tuple, corners))) - wanted).max() <= 2
