"""Run the parity cases with Keras on JAX, in float64, and store what it answers.

    python tests/record_parity.py [--folder FOLDER] [stem ...]

Needs pip install keras==3.15.1 jax==0.10.2. Without stems all are run; answers go to tests/parity.
"""

import argparse
import os
import warnings
from pathlib import Path

os.environ |= {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1"}

import keras
import numpy as np
import parity
from keras.src import backend
from keras.src.backend.common import dtypes

keras.config.set_floatx("float64")
keras.utils.set_random_seed(0)
warnings.simplefilter("ignore")


def result_type(*types, known=dtypes.result_type):
    """Keras's own gives float32 for float64 and float32, and takes every mean in that."""
    return "float64" if "float64" in map(str, types) else known(*types)


dtypes.result_type = backend.result_type = result_type


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stems", nargs="*", default=parity.STEMS)
    parser.add_argument("--folder", default=Path(parity.__file__).parent)
    given = parser.parse_args()
    for stem in given.stems:
        answers = {}
        for name, run in parity.cases(stem).items():
            keras.backend.clear_session()
            try:
                found = run(keras)
            except Exception as error:
                raise RuntimeError(f"case {name} of {stem}") from error
            answers |= {f"{name}/{key}": np.asarray(value) for key, value in found.items()}
        np.savez_compressed(Path(given.folder, f"{stem}.npz"), **answers)
        print(f"{stem}: {len(answers)} arrays")


if __name__ == "__main__":
    main()
