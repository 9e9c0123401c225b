"""The demo runs as a user runs it, learns, draws what it learnt, and says what is wrong."""

import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from event_records import events
from fastnn import demo, demo_picture
from fastnn.__main__ import main
from fastnn.datasets import fashion_mnist, mnist

# The command line in a Python that has no matplotlib, and heeds Ctrl-C even in the background of a
# shell, where SIGINT is ignored.
WITHOUT_MATPLOTLIB = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.modules["matplotlib"] = None
from fastnn.__main__ import main
main()
"""


def command(*arguments, plain=True):
    how = ("-c", WITHOUT_MATPLOTLIB) if plain else ("-m", "fastnn")
    return [sys.executable, "-W", "error", *how, "demo", *map(str, arguments)]


def run(*arguments, folder, plain=True):
    """What the demo prints; without matplotlib if plain."""
    known = dict(cwd=folder, capture_output=True, text=True, timeout=120)
    done = subprocess.run(command(*arguments, plain=plain), **known)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "" or not plain
    return done.stdout


def table(printed, names):
    """The confusion matrix that was printed."""
    rows = re.findall(r"^(\S.{0,11}?) +((?: +(?:\d+|\.)){10})$", printed, re.M)
    assert [name for name, _ in rows] == list(names)
    return np.array([[int(n.replace(".", "0")) for n in row.split()] for _, row in rows])


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """A folder where the demo ran as it is, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, run(folder=folder, plain=False)


def test_it_learns_the_digits(usual):
    _, printed = usual
    for part in ("1,437 images to learn", "360 to test", "conv2d_1 (Conv2D)", "params: 21,386"):
        assert part in printed
    assert re.search(r"^Epoch 20/20 - 21/21 .* steps/s - accuracy: .* - val_loss: ", printed, re.M)
    accuracy, wrong = re.search(r"test accuracy (\d+\.\d\d)%, (\d+) of 360 wrong", printed).groups()
    assert float(accuracy) >= 97
    assert float(accuracy) == pytest.approx(100 - int(wrong) / 3.6, abs=0.006)
    matrix = table(printed, "0123456789")
    assert matrix.sum() == 360 and np.trace(matrix) == 360 - int(wrong)
    assert float(re.search(r"step of 64 images took (\d+\.\d\d) ms", printed)[1]) > 0


def test_it_draws_a_picture(usual):
    image = pytest.importorskip("matplotlib.image", reason="matplotlib is not installed")
    folder, printed = usual
    assert printed.endswith("picture: demo_digits.png\n")
    pixels = image.imread(folder / "demo_digits.png")[..., :3]
    assert pixels.shape == (880, 1430, 3)
    halves = [
        half for side in np.array_split(pixels, 2) for half in np.array_split(side, 2, axis=1)
    ]
    assert all(half.std() > 0.05 for half in halves)


def test_without_matplotlib_it_says_so(tmp_path):
    printed = run("--epochs", 1, folder=tmp_path)
    assert printed.count("matplotlib") == 2 and "pip install matplotlib\n" in printed
    assert "picture:" not in printed and list(tmp_path.iterdir()) == []


def test_it_writes_for_tensorboard(tmp_path):
    printed = run("--epochs", 1, "--tensorboard", "logs/a", folder=tmp_path)
    assert printed.endswith("curves and histograms: tensorboard --logdir logs/a\n")
    [file] = (tmp_path / "logs/a/validation").iterdir()
    assert "epoch_accuracy" in {event[1] for event in events(file)}
    [file] = (tmp_path / "logs/a/train").iterdir()
    assert {"graph", "scalars", "histograms"} == {event[0] for event in events(file)}


def test_it_is_reproducible(tmp_path):
    def lines(seed):
        printed = run("--epochs", 1, "--seed", seed, folder=tmp_path)
        return re.sub(r".* ms$|- \d+s - [\d.,]+ steps/s -", "", printed, flags=re.M)

    assert lines(5) == lines(5) != lines(6)


def test_clothes_have_names(monkeypatch, capsys):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (120, 28, 28), "uint8")
    labels = np.arange(120, dtype="uint8") % 10
    pairs = (images[:100], labels[:100]), (images[100:], labels[100:])
    monkeypatch.setattr(fashion_mnist, "load_data", lambda: pairs)
    accuracy = demo.run("fashion_mnist", epochs=1)
    printed = capsys.readouterr().out
    assert "(None, 26, 26, 32)" in printed and "conv2d" in printed
    matrix = table(printed, fashion_mnist.CLASSES)
    assert np.trace(matrix) == round(20 * accuracy)
    assert (matrix.sum(axis=1) == 2).all()
    assert "T-shi Trous Pullo Dress  Coat Sanda Shirt Sneak   Bag Ankle\n" in printed


def test_what_the_picture_shows():
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    model = demo.build((8, 8, 1), 16)
    images = np.arange(3 * 64, dtype="uint8").reshape(3, 8, 8, 1)
    probabilities = np.array([[0.4, 0.6], [0.9, 0.1], [0.2, 0.8]])
    history = {name: [1, 0.5] for name in ("loss", "val_loss", "accuracy", "val_accuracy")}
    labels = np.array([0, 0, 0])
    figure = demo_picture.draw("cats", history, model, images, labels, probabilities, "ab")
    pictures = [axes for axes in figure.axes if axes.images]
    assert len(pictures) == 32 + 2  # the second image is right
    assert [axes.get_title() for axes in pictures[32:]] == ["a\n→ b", "a\n→ b"]
    surest = pictures[32].images[0].get_array()
    np.testing.assert_array_equal(surest, images[2, :, :, 0])
    kernel = model.layers[1].kernel.numpy()
    np.testing.assert_array_equal(pictures[5].images[0].get_array(), kernel[:, :, 0, 5])
    assert [len(axes.lines) for axes in figure.axes[:2]] == [2, 2]
    assert [axes.get_ylabel() for axes in figure.axes[:2]] == ["loss", "accuracy"]


# What goes wrong


@pytest.mark.parametrize(
    "arguments, message",
    [
        ("--epochs 0", "--epochs must be at least 1"),
        ("--batch-size -3", "--batch-size must be at least 1"),
        ("--epochs many", "invalid int value: 'many'"),
        ("--seed -1", "--seed must be 0 .. 2^63 - 1"),
        (f"--seed {2**63}", "--seed must be 0 .. 2^63 - 1"),
        ("--rate 1", "unrecognized arguments: --rate 1"),
        ("--dataset cifar10", "invalid choice: 'cifar10' (choose from"),
        ("--picture a.pdf", "--picture is a.pdf; the name of a .png file is wanted"),
        ("--picture nowhere/a.png", "nowhere/a.png, but there is no folder nowhere"),
    ],
)
def test_wrong_arguments(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["demo", *arguments.split()])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def failure(capsys, *arguments):
    with pytest.raises(SystemExit) as stopped:
        main(["demo", *arguments])
    assert stopped.value.code == 1
    return capsys.readouterr().err


def test_without_data_it_names_the_places(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(mnist, "ADDRESS", "file:///nowhere/")
    monkeypatch.setenv("FASTNN_HOME", str(tmp_path / "home"))
    cache = f"{tmp_path}/home/datasets/mnist"
    monkeypatch.setenv("FASTNN_DATA", "")
    assert f"images-idx3-ubyte.gz is not in {cache}. " in failure(capsys, "--dataset", "mnist")
    monkeypatch.setenv("FASTNN_DATA", str(tmp_path))
    said = failure(capsys, "--dataset", "mnist")
    assert said.startswith("python -m fastnn demo: mnist.load_data: ")
    assert f"is not in {tmp_path}/mnist or {cache}. " in said and "FASTNN_DATA" in said


def test_a_picture_that_cannot_be_written(monkeypatch, capsys):
    def full(*arguments):
        raise OSError(28, "No space left on device", "a.png")

    monkeypatch.setattr(demo, "run", full)
    assert "No space left on device: 'a.png'" in failure(capsys, "--picture", "a.png")


def test_a_folder_that_cannot_be_written(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    said = failure(capsys, "--epochs", "1", "--tensorboard", "file")
    assert "Give a path that can be written" in said and "file" in said


def test_ctrl_c_ends_it_with_a_sentence(tmp_path):
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    with subprocess.Popen(command("--epochs", 10_000), **pipes) as process:
        try:
            while "Epoch 2/" not in process.stdout.readline():
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert said == "\npython -m fastnn demo: ended by Ctrl-C; nothing was saved\n"
    assert process.returncode == 130
