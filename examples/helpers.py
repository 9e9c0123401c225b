"""What the examples share: their options, where their data are, how they end without, pictures."""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

SKIPPED = 77  # the exit status where something that an example needs is missing


def parser(text, picture=None):
    """The options that all examples have; `text` is the docstring, `picture` says what is drawn."""
    made = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--small", action="store_true", help="little data, few steps: a try-out")
    made.add_argument("--seed", type=int, default=0, help="of all that is random")
    if picture:
        made.add_argument("--picture", metavar="FILE", help=f"draw {picture} (needs matplotlib)")
    return made


def skip(reason):
    """End the script, since something is missing on this machine."""
    print(f"{Path(sys.argv[0]).stem}: skipped. {reason}")
    sys.exit(SKIPPED)


def data_file(name):
    """The path of a file or folder of data in the folder that FASTNN_DATA names."""
    folder = os.environ.get("FASTNN_DATA")
    if not folder:
        skip(f"FASTNN_DATA is not set to the folder of the data; {name} is wanted from there.")
    path = Path(folder).expanduser() / name
    if not path.exists():
        skip(f"{path} is not there: FASTNN_DATA must name the folder of the data.")
    return path


def pictures(dataset, small=False):
    """((x, y), (x_test, y_test)) of "mnist" or "fashion_mnist"; x is (n, 28, 28, 1), bytes."""
    from fastnn import datasets

    try:
        (x, y), (x_test, y_test) = getattr(datasets, dataset).load_data()
    except ConnectionError as error:
        skip(error)
    n = 1000 if small else len(x)
    return (x[:n, ..., None], y[:n]), (x_test[:n, ..., None], y_test[:n])


def scikit_learn():
    """scikit-learn, or the end of the script."""
    try:
        import sklearn
    except ImportError:
        skip('scikit-learn is missing: pip install "fastnn[examples]"')
    return sklearn


def pyplot():
    """Matplotlib's, which draws into files; or the end of the script."""
    try:
        import matplotlib
    except ImportError:
        skip('matplotlib is missing: pip install "fastnn[plot]"')
    matplotlib.use("agg")
    from matplotlib import pyplot

    return pyplot


def draw(file, rows, zoom=2):
    """Write one picture of many, side by side in rows; each is (height, width), or (height, width,
    1 or 3 colours), from 0 (white, where there is one colour) to 1."""
    pictures = np.stack([np.stack(list(row)) for row in rows]).astype(float)
    if pictures.shape[-1] == 1:
        pictures = pictures[..., 0]
    line = ((0, 0), (0, 0), (0, 1), (0, 1), (0, 0))[: pictures.ndim]
    pictures = np.pad(pictures, line, constant_values=0.3).swapaxes(1, 2)
    high, wide = pictures.shape[0] * pictures.shape[1], pictures.shape[2] * pictures.shape[3]
    whole = pictures.reshape(high, wide, *pictures.shape[4:]).repeat(zoom, 0).repeat(zoom, 1)
    pyplot().imsave(file, whole, cmap="gray_r", vmin=0, vmax=1)
    print(f"picture: {file}")
