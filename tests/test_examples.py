"""The examples run as a user runs them, and compute what they say."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from contract import ROOT

EXAMPLES = ROOT / "examples"
PERCENT = r"test accuracy ([\d.]+)%"

# Run with --small: what, what it needs, what it prints at the end, what holds of the numbers in it.
RUNS = [
    ("mnist_mlp.py", "", PERCENT, lambda p: p > 60),
    ("mnist_mlp.py --dataset fashion_mnist", "", PERCENT, lambda p: p > 50),
    ("mnist_cnn.py --picture", "matplotlib", PERCENT, lambda p: p > 40),
    (
        "hdb_resale.py",
        "sklearn",
        r"trees: off by ([\d,]+) .*\n(?:.*\n)*neural_network: off by ([\d,]+) ",
        lambda trees, network: 20_000 < network < 80_000 and 20_000 < trees < 80_000,
    ),
    (
        "fonts.py --picture",
        "matplotlib",
        rf"dense: .*{PERCENT}(?:.*\n)*convolutional: .*{PERCENT}",
        lambda dense, convolutional: convolutional > 50,
    ),
    (
        "denoising_autoencoder.py --picture",
        "matplotlib",
        r"noisy ([\d.]+), best blur [\d.]+, denoised ([\d.]+)",
        lambda noisy, denoised: abs(noisy - 0.25) < 0.01 and denoised < 0.1,
    ),
    (
        "variational_autoencoder.py --picture",
        "matplotlib",
        r"ELBO (-[\d.]+) nats a digit of training, (-[\d.]+) of the test",
        lambda training, test: -400 < test < -100 and abs(training - test) < 40,
    ),
    (
        "gan_1d.py --picture",
        "matplotlib",
        r"step      0: distance ([\d.]+)(?:.*\n)*.*made ([\d.]+),.* of real ones ([\d.]+)",
        lambda before, after, chance: after < before / 2 and chance < 0.1,
    ),
    (
        "flowers.py --picture",
        "matplotlib",
        r"validation accuracy ([\d.]+)%",
        lambda p: p > 10,
    ),
    (
        "dcgan_digits.py --picture",
        "matplotlib",
        r"generator ([\d.]+), discriminator ([\d.]+)\nof 1,000 digits .* sure of [\d.]+%",
        lambda generator, discriminator: 0 < generator < 5 and 0 < discriminator < 2,
    ),
    (
        "transfer_learning.py",
        "",
        r"(?m)^ *100 +([\d.]+)% +([\d.]+)% +[\d.]+%",
        lambda frozen, tuned: 10 < frozen and 20 < tuned,
    ),
    (
        "deep_features.py",
        "sklearn",
        r"logistic regression +by pixels ([\d.]+)%, by features ([\d.]+)%",
        lambda pixels, features: pixels > 70 and features > 70,
    ),
    (
        "custom_training_loop.py",
        "",
        PERCENT + r"(?:.*\n)*.* replayed; the weights are the same bits",
        lambda p: p > 90,
    ),
]


def run(name, *arguments, **environment):
    command = [sys.executable, "-W", "error", EXAMPLES / name, *map(str, arguments)]
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


@pytest.mark.parametrize(("command", "needed", "pattern", "holds"), RUNS, ids=[r[0] for r in RUNS])
def test_runs(command, needed, pattern, holds, tmp_path):
    if "FASTNN_DATA" not in os.environ:
        pytest.skip("FASTNN_DATA is not set")
    if needed:
        pytest.importorskip(needed, reason=f"{needed} is not installed")
    command = [*command.split(), "--small"]
    file = tmp_path / "picture.png"
    if "--picture" in command:
        command.insert(command.index("--picture") + 1, str(file))
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(pattern, done.stdout)
    assert found, done.stdout
    assert holds(*(float(n.replace(",", "")) for n in found.groups())), found.group()
    assert file.exists() == ("--picture" in command)


@pytest.mark.parametrize("name", ["fonts.py", "hdb_resale.py"])
def test_says_that_the_data_are_missing(name, tmp_path):
    if name == "hdb_resale.py":
        pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    for folder, said in (("", "FASTNN_DATA is not set"), (str(tmp_path), "is not there")):
        done = run(name, "--small", FASTNN_DATA=folder)
        assert done.returncode == 77, done.stdout + done.stderr
        assert "skipped" in done.stdout and said in done.stdout


def test_all_are_listed():
    listed = (EXAMPLES / "README.md").read_text()
    for path in EXAMPLES.glob("*.py"):
        assert f"[{path.name}]({path.name})" in listed
