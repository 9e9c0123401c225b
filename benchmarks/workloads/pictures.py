"""Convolutional networks that classify small pictures, and windows of sensors' signals."""

from benchmarks.workloads.workload import Workload, convolution, dense


def lenet_keras(k):
    Conv2D, Dense = k.layers.Conv2D, k.layers.Dense
    return k.Sequential(
        [
            k.Input((28, 28, 1)),
            Conv2D(8, 3, padding="same", activation="relu"),
            k.layers.MaxPooling2D(),
            Conv2D(16, 5, activation="relu"),
            k.layers.MaxPooling2D(),
            k.layers.Flatten(),
            Dense(120, activation="relu"),
            Dense(84, activation="relu"),
            Dense(10),
        ]
    )


def lenet_torch(nn):
    return nn.Sequential(
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
    )


LENET = Workload(
    "lenet_b64",
    (28, 28, 1),
    10,
    64,
    lenet_keras,
    lenet_torch,
    (convolution(28, 28, 9, 1, 8), convolution(10, 10, 25, 8, 16), *dense(400, 120, 84, 10)),
)


def cnn_fashion_keras(k):
    return k.Sequential(
        [
            k.Input((28, 28, 1)),
            k.layers.Conv2D(32, 3, activation="relu"),
            k.layers.MaxPooling2D(),
            k.layers.Conv2D(64, 3, activation="relu"),
            k.layers.MaxPooling2D(),
            k.layers.Flatten(),
            k.layers.Dropout(0.5),
            k.layers.Dense(10),
        ]
    )


def cnn_fashion_torch(nn):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(1600, 10),
    )


CNN_FASHION = Workload(
    "cnn_fashion_b128",
    (28, 28, 1),
    10,
    128,
    cnn_fashion_keras,
    cnn_fashion_torch,
    (convolution(26, 26, 9, 1, 32), convolution(11, 11, 9, 32, 64), *dense(1600, 10)),
)


def har_keras(k):
    return k.Sequential(
        [
            k.Input((128, 9, 1)),
            k.layers.Conv2D(18, 2, activation="relu"),
            k.layers.MaxPooling2D(),
            k.layers.Dropout(0.25),
            k.layers.Conv2D(64, 3, activation="relu"),
            k.layers.MaxPooling2D((2, 1)),
            k.layers.Dropout(0.25),
            k.layers.Flatten(),
            k.layers.Dense(256, activation="relu"),
            k.layers.Dropout(0.5),
            k.layers.Dense(6),
        ]
    )


def har_torch(nn):
    return nn.Sequential(
        nn.Conv2d(1, 18, 2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Conv2d(18, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d((2, 1)),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(30 * 2 * 64, 256),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(256, 6),
    )


HAR = Workload(
    "har_b64",
    (128, 9, 1),
    6,
    64,
    har_keras,
    har_torch,
    (convolution(127, 8, 4, 1, 18), convolution(61, 2, 9, 18, 64), *dense(30 * 2 * 64, 256, 6)),
)


def cnn_flowers_keras(k):
    layers = []
    for filters in (32, 64, 128, 128):
        layers.append(k.layers.Conv2D(filters, 3, padding="same", activation="relu"))
        layers.append(k.layers.MaxPooling2D())
    top = [k.layers.Dense(256, activation="relu"), k.layers.Dropout(0.5), k.layers.Dense(5)]
    return k.Sequential([k.Input((128, 128, 3)), *layers, k.layers.Flatten(), *top])


def cnn_flowers_torch(nn):
    modules = []
    for channels, filters in ((3, 32), (32, 64), (64, 128), (128, 128)):
        modules += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    top = [nn.Linear(8 * 8 * 128, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 5)]
    return nn.Sequential(*modules, nn.Flatten(), *top)


CNN_FLOWERS = Workload(
    "cnn_flowers_b32",
    (128, 128, 3),
    5,
    32,
    cnn_flowers_keras,
    cnn_flowers_torch,
    (
        convolution(128, 128, 9, 3, 32),
        convolution(64, 64, 9, 32, 64),
        convolution(32, 32, 9, 64, 128),
        convolution(16, 16, 9, 128, 128),
        *dense(8 * 8 * 128, 256, 5),
    ),
)
