"""Convolutional networks on pictures of 28x28 pixels."""

from benchmarks.workloads.workload import Workload


def convolution(height, width, taps, channels, filters):
    """Multiplications and additions of a convolution, of its output's height and width."""
    return 2 * height * width * taps * channels * filters


def training(first, *others):
    """FLOPs of a step: the first layer's inputs need no gradient."""
    return 2 * first + 3 * sum(others)


def lenet_keras(k):
    Conv2D, Dense = k.layers.Conv2D, k.layers.Dense
    return [
        Conv2D(8, 3, padding="same", activation="relu"),
        k.layers.MaxPooling2D(),
        Conv2D(16, 5, activation="relu"),
        k.layers.MaxPooling2D(),
        k.layers.Flatten(),
        Dense(120, activation="relu"),
        Dense(84, activation="relu"),
        Dense(10),
    ]


def lenet_torch(nn):
    return [
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    ]


LENET = Workload(
    "lenet_b64",
    (28, 28, 1),
    10,
    64,
    lenet_keras,
    lenet_torch,
    training(
        convolution(28, 28, 9, 1, 8),
        convolution(10, 10, 25, 8, 16),
        2 * 400 * 120,
        2 * 120 * 84,
        2 * 84 * 10,
    ),
)


def cnn_fashion_keras(k):
    return [
        k.layers.Conv2D(32, 3, activation="relu"),
        k.layers.MaxPooling2D(),
        k.layers.Conv2D(64, 3, activation="relu"),
        k.layers.MaxPooling2D(),
        k.layers.Flatten(),
        k.layers.Dropout(0.5),
        k.layers.Dense(10),
    ]


def cnn_fashion_torch(nn):
    return [
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(1600, 10),
    ]


CNN_FASHION = Workload(
    "cnn_fashion_b128",
    (28, 28, 1),
    10,
    128,
    cnn_fashion_keras,
    cnn_fashion_torch,
    training(convolution(26, 26, 9, 1, 32), convolution(11, 11, 9, 32, 64), 2 * 1600 * 10),
)
