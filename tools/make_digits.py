"""Writes python/fastnn/datasets/digits.npz from scikit-learn's copy of the UCI 8x8 digits.

    pip install scikit-learn && python tools/make_digits.py

The file in scikit-learn's wheel, datasets/data/digits.csv.gz, has a row of 64 pixels and a label
for each image, in the order of the 13 writers. The archive keeps that order and adds a permutation,
drawn once with seed 0 and never tried again: in the permuted order the first 1,437 images are for
training, the last 360 for testing. Stored as uint8, without the pickle format, and the same bytes
at every run.
"""

from pathlib import Path

import numpy as np
import sklearn.datasets

SOURCE = Path(sklearn.datasets.__file__).parent / "data" / "digits.csv.gz"
TARGET = Path(__file__).parents[1] / "python" / "fastnn" / "datasets" / "digits.npz"

table = np.loadtxt(SOURCE, delimiter=",")
assert table.shape == (1797, 65)
assert (table == table.astype(np.uint8)).all()
np.savez_compressed(
    TARGET,
    images=table[:, :64].astype(np.uint8).reshape(-1, 8, 8),
    labels=table[:, 64].astype(np.uint8),
    permutation=np.random.default_rng(0).permutation(len(table)).astype(np.uint16),
)
print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")
