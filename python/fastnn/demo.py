"""The demo: a 64-128-64-10 network with dropout learns the 8x8 digits, as a user would write it."""

import sys
import time

import numpy as np

import fastnn
from fastnn.layers import Dense, Dropout

HIDDEN = (128, 64)
RATE = 0.2


def build():
    """The network, on pixels scaled to 0 .. 1, with logits as output."""
    return fastnn.Sequential(
        [
            fastnn.Input((64,)),
            Dense(HIDDEN[0], activation="relu"),
            Dropout(RATE),
            Dense(HIDDEN[1], activation="relu"),
            Dropout(RATE),
            Dense(10),
        ]
    )


def make_step(model, optimizer):
    """One training step on a batch, compiled."""
    loss_function = fastnn.losses.SparseCategoricalCrossentropy(from_logits=True)
    weights = model.trainable_weights

    @fastnn.compile
    def step(images, labels):
        loss = loss_function(labels, model(images, training=True))
        optimizer.apply(fastnn.gradients(loss, weights), weights)
        return loss

    return step


def load():
    """(x, y) for training and for testing: float32 (n, 64) in 0 .. 1, int32 (n,)."""
    from fastnn.datasets import digits

    return tuple(
        ((x.reshape(len(x), 64) / np.float32(16)).astype("float32"), y.astype("int32"))
        for x, y in digits.load_data()
    )


def predict(model, x):
    """The most likely class of each row."""
    with fastnn.no_grad():
        return model(x).numpy().argmax(axis=1)


def confusion_matrix(labels, predictions):
    """How often class i (row) was taken for class j (column)."""
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (labels, predictions), 1)
    return matrix


class Progress:
    """One line that renews itself on a terminal, and a line now and then in a log file."""

    def __init__(self, epochs):
        self.epochs = epochs
        self.live = sys.stdout.isatty()

    def show(self, epoch, loss, rate):
        last = epoch == self.epochs
        line = f"epoch {epoch:3d}/{self.epochs}  loss {loss:.4f}  {rate:8.0f} steps/s"
        if self.live:
            print("\r" + line, end="\n" if last else "", flush=True)
        elif last or epoch == 1 or epoch % 10 == 0:
            print(line, flush=True)


def train(step, x, y, epochs, batch_size, seed):
    """Trains; gives back the seconds a step took, the best epoch counted."""
    rng = np.random.default_rng(seed)
    progress = Progress(epochs)
    best = float("inf")
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(x)).astype("int32")
        batches = [order[i : i + batch_size] for i in range(0, len(x), batch_size)]
        total, began = 0.0, time.perf_counter()
        for rows in batches:
            images, labels = fastnn.ops.gather(x, rows), fastnn.ops.gather(y, rows)
            total += step(images, labels).item() * len(rows)
        seconds = time.perf_counter() - began
        best = min(best, seconds / len(batches))
        progress.show(epoch, total / len(x), len(batches) / seconds)
    return best


class NumpyNetwork:
    """The same network, loss and Adam in plain NumPy, for comparison."""

    def __init__(self, weights, seed):
        self.w = [w.copy() for w in weights]
        self.m = [np.zeros_like(w) for w in weights]
        self.v = [np.zeros_like(w) for w in weights]
        self.t = 0
        self.rng = np.random.default_rng(seed)

    def step(self, x, labels, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        activations, masks = [x], []
        for i in (0, 2):
            h = np.maximum(activations[-1] @ self.w[i] + self.w[i + 1], 0)
            mask = (self.rng.random(h.shape, dtype="float32") >= RATE) / np.float32(1 - RATE)
            masks.append((mask, h > 0))
            activations.append(h * mask)
        z = activations[-1] @ self.w[4] + self.w[5]
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(axis=1, keepdims=True)
        rows = np.arange(len(x))
        loss = -np.log(p[rows, labels]).mean()
        d = p
        d[rows, labels] -= 1
        d /= len(x)
        gradients = [None] * 6
        for layer in (2, 1, 0):
            gradients[2 * layer] = activations[layer].T @ d
            gradients[2 * layer + 1] = d.sum(axis=0)
            if layer:
                mask, positive = masks[layer - 1]
                d = (d @ self.w[2 * layer].T) * mask * positive
        self.t += 1
        alpha = rate * np.sqrt(1 - beta_2**self.t) / (1 - beta_1**self.t)
        for w, m, v, g in zip(self.w, self.m, self.v, gradients, strict=True):
            m += (g - m) * (1 - beta_1)
            v += (g * g - v) * (1 - beta_2)
            w -= alpha * m / (np.sqrt(v) + epsilon)
        return loss


def best_time(step, rounds=30, steps=20):
    """Seconds a step, the best of several rounds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(steps):
            step()
        times.append((time.perf_counter() - began) / steps)
    return min(times)


def run(epochs=40, batch_size=32, seed=0):
    """Trains, tests, and compares the time of a step with NumPy's. Gives back the test accuracy."""
    fastnn.utils.set_random_seed(seed)
    (x, y), (x_test, y_test) = load()
    model = build()
    initial = model.get_weights()
    step = make_step(model, fastnn.optimizers.Adam())
    print(
        f"fastnn {fastnn.__version__}: {model.count_params():,} parameters, {len(x):,} images to "
        f"learn, {len(x_test)} to test, {fastnn.get_num_threads()} threads"
    )
    train(step, x, y, epochs, batch_size, seed)
    predictions = predict(model, x_test)
    accuracy = float((predictions == y_test).mean())
    print(f"test accuracy {accuracy:.2%}")
    print("confusion matrix (row: the digit, column: what it was taken for)")
    for digit, row in enumerate(confusion_matrix(y_test, predictions)):
        print(f"{digit}  " + " ".join(f"{n:3d}" if n else "  ." for n in row))
    batch, labels = x[:batch_size], y[:batch_size]
    network = NumpyNetwork(initial, seed)
    plain = best_time(lambda: network.step(batch, labels))
    ours = best_time(lambda: step(batch, labels))
    print(
        f"one training step of {len(batch)} images: fastnn {ours * 1e6:.0f} us, "
        f"NumPy {plain * 1e6:.0f} us ({plain / ours:.1f} times as long)"
    )
    return accuracy
