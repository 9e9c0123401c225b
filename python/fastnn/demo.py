"""The demo: a convolutional network learns to tell digits or clothes apart, as a user would write
it. ``python -m fastnn demo`` runs it.
"""

import math
from importlib.util import find_spec
from time import perf_counter

import fastnn
from fastnn import datasets, ops
from fastnn.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Rescaling
from fastnn.optimizers import Adam
from fastnn.optimizers.schedules import CosineDecay

EPOCHS = {"digits": 20, "mnist": 5, "fashion_mnist": 10}  # enough for each data set
VALIDATION = 0.1  # of the training images: the curves need others, and test images are for the end
# Of learning, at first; it falls to 0 along a cosine. After 10 epochs of clothes 91.7% of the
# validation images are right, and 90.4% with a constant 0.001, as Adam has by itself.
RATE = 0.003


def load(dataset):
    """((x, y) to learn, (x, y) to test, the classes' names); x is (n, rows, columns, 1)."""
    module = getattr(datasets, dataset)
    (x, y), (x_test, y_test) = module.load_data()
    return (x[..., None], y), (x_test[..., None], y_test), getattr(module, "CLASSES", "0123456789")


def build(shape, brightest):
    """The network, for pictures of a shape with pixels from 0 to the brightest."""
    padding = "same" if shape[0] == 8 else "valid"  # of 8x8 pixels none may be lost at the border
    return fastnn.Sequential(
        [
            fastnn.Input(shape),
            Rescaling(1 / brightest),
            Conv2D(32, 3, padding=padding, activation="relu"),
            MaxPooling2D(),
            Conv2D(64, 3, padding=padding, activation="relu"),
            MaxPooling2D(),
            Dropout(0.25),
            Flatten(),
            Dense(10, activation="softmax"),
        ]
    )


class StepTime(fastnn.callbacks.Callback):
    """The seconds of a training step: the mean of the fastest epoch, without its validation."""

    seconds = math.inf

    def on_epoch_begin(self, epoch, logs=None):
        self.began = perf_counter()

    def on_test_begin(self, logs=None):
        self.seconds = min(self.seconds, (perf_counter() - self.began) / self.params["steps"])


def run(dataset="digits", epochs=None, batch_size=64, seed=0, picture=None, tensorboard=None):
    """Train, test, and draw a picture of it.

    Args:
        dataset: "digits", "mnist" or "fashion_mnist".
        epochs: passes over the training images; None: as many as are enough.
        batch_size: images a step.
        seed: of the initial weights, dropout and the order of the images.
        picture: the PNG file to write; None: none. It takes matplotlib.
        tensorboard: the folder for event files, which TensorBoard shows; None: none.

    Returns:
        The test accuracy.
    """
    fastnn.utils.set_random_seed(seed)
    (x, y), (x_test, y_test), names = load(dataset)
    print(
        f"{dataset}: {len(x):,} images to learn, {VALIDATION:.0%} of them for validation, and "
        f"{len(x_test):,} to test; fastnn {fastnn.__version__}, {fastnn.get_num_threads()} threads"
    )
    if picture and not find_spec("matplotlib"):
        print("No picture will be drawn: it takes matplotlib. pip install matplotlib")
        picture = None

    model = build(x.shape[1:], brightest=int(x.max()))
    model.summary()
    epochs = epochs or EPOCHS[dataset]
    steps = epochs * math.ceil((1 - VALIDATION) * len(x) / batch_size)
    optimizer = Adam(CosineDecay(RATE, steps))
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    clock = StepTime()
    callbacks = [clock]
    if tensorboard:
        callbacks.append(fastnn.callbacks.TensorBoard(tensorboard, histogram_freq=1))
    history = model.fit(
        x,
        y,
        batch_size=batch_size,
        epochs=epochs,
        validation_split=VALIDATION,
        callbacks=callbacks,
    )

    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    probabilities = model.predict(x_test, verbose=0)
    classes = probabilities.argmax(axis=1)
    wrong = (classes != y_test).sum()
    print(f"test accuracy {accuracy:.2%}, {wrong} of {len(y_test):,} wrong; loss {loss:.4f}")
    show(ops.confusion_matrix(y_test, classes, len(names)).numpy(), names)
    size = min(batch_size, len(x))
    print(f"a training step of {size} images took {clock.seconds * 1e3:.2f} ms")

    if picture:
        from .demo_picture import draw

        title = f"{dataset}: test accuracy {accuracy:.2%}"
        figure = draw(title, history.history, model, x_test, y_test, probabilities, names)
        figure.savefig(picture, format="png")
        print(f"picture: {picture}")
    if tensorboard:
        print(f"curves and histograms: tensorboard --logdir {tensorboard}")
    return accuracy


def show(matrix, names):
    """Print a confusion matrix.

    >>> show([[9, 0], [11, 1200]], ["cat", "wildcat"])
    how often the class of a row was taken for that of a column
                cat wildc
    cat           9     .
    wildcat      11  1200
    """
    width = max(map(len, names)) + 1
    print("how often the class of a row was taken for that of a column")
    print(" " * width + "".join(f" {name[:5]:>5}" for name in names))
    for name, row in zip(names, matrix, strict=True):
        print(f"{name:{width}}" + "".join(f" {n or '.':>5}" for n in row))
