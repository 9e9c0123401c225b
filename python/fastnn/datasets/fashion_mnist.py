"""Fashion-MNIST: 70,000 pictures of clothes, 28x28 pixels, in MNIST's format.

Data: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
Learning Algorithms", https://arxiv.org/abs/1708.07747, MIT licence.
"""

from ._idx import load

ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
DEBIAN = "/usr/share/datasets/fashion-mnist"  # of the package dataset-fashion-mnist
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
FILES = {  # name: (shape, SHA-256 of the .gz, CRC-32 of what is in it)
    "train-images-idx3-ubyte": (
        (60_000, 28, 28),
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        0xB4F29F28,
    ),
    "train-labels-idx1-ubyte": (
        (60_000,),
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        0x741A4657,
    ),
    "t10k-images-idx3-ubyte": (
        (10_000, 28, 28),
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        0x678FE0B1,
    ),
    "t10k-labels-idx1-ubyte": (
        (10_000,),
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        0x80142C1F,
    ),
}


def load_data():
    """Returns `(x_train, y_train), (x_test, y_test)`.

    `x_train` is (60000, 28, 28) and `x_test` (10000, 28, 28), uint8 from 0 to 255; `y_train` is
    (60000,) and `y_test` (10000,), uint8 from 0 to 9, which `CLASSES` names. All are fresh arrays.

    The four files are taken from the folder fashion_mnist in the folder that the environment
    variable FASTNN_DATA names, with or without .gz; or from Debian's package dataset-fashion-mnist;
    or from the cache, where they are downloaded to (31 MB) the first time; `fastnn.utils.get_file`
    says where it is.

    Raises:
        ValueError: if a file is not the original: cut, damaged, or of another data set.
        ConnectionError: if the files are nowhere and cannot be downloaded.

    Example, skipped where it would have to download:
        >>> from fastnn.datasets import fashion_mnist
        >>> (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()  # doctest: +SKIP
        >>> x_train.shape, [fashion_mnist.CLASSES[y] for y in y_train[:2]]  # doctest: +SKIP
        ((60000, 28, 28), ['Ankle boot', 'T-shirt/top'])
    """
    return load("fashion_mnist", ADDRESS, FILES, (DEBIAN,))
