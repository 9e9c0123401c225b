"""MNIST: 70,000 handwritten digits, 28x28 pixels.

Data: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", CC BY-SA 3.0.
"""

from ._idx import load

ADDRESS = "https://storage.googleapis.com/cvdf-datasets/mnist/"
FILES = {  # name: (shape, SHA-256 of the .gz, CRC-32 of what is in it)
    "train-images-idx3-ubyte": (
        (60_000, 28, 28),
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        0xE9F4D8B3,
    ),
    "train-labels-idx1-ubyte": (
        (60_000,),
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        0xE0CB4AD2,
    ),
    "t10k-images-idx3-ubyte": (
        (10_000, 28, 28),
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        0x91373BDF,
    ),
    "t10k-labels-idx1-ubyte": (
        (10_000,),
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        0x4AB9EFF9,
    ),
}


def load_data():
    """Returns `(x_train, y_train), (x_test, y_test)`.

    `x_train` is (60000, 28, 28) and `x_test` (10000, 28, 28), uint8 from 0 (paper) to 255 (ink);
    `y_train` is (60000,) and `y_test` (10000,), uint8 from 0 to 9. All are fresh arrays.

    The four files are taken from the folder mnist in the folder that the environment variable
    FASTNN_DATA names, with or without .gz, or else from the cache, where they are downloaded to
    (12 MB) the first time; `fastnn.utils.get_file` says where it is.

    Raises:
        ValueError: if a file is not the original: cut, damaged, or of another data set.
        ConnectionError: if the files are nowhere and cannot be downloaded.

    Example, skipped where it would have to download:
        >>> from fastnn.datasets import mnist
        >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_train[:5].tolist()  # doctest: +SKIP
        ((60000, 28, 28), [5, 0, 4, 1, 9])
    """
    return load("mnist", ADDRESS, FILES)
