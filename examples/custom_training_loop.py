"""Training by hand: what `fit` does, written out, in Python and as a compiled step.

    python examples/custom_training_loop.py [--small] [--seed 0]

To see what lies below `compile` and `fit`: the gradients by loss.backward(), the optimizer, the
evaluation under no_grad. Then the same step under fastnn.compile, which records it once and replays
it without Python: the same weights, bit for bit, in less time, since the network is so small that
Python takes longer than the arithmetic.

Test accuracy after 50 epochs, seeds 0, 1, 2: 98.33, 99.44, 99.17 %. Replayed, a step took a seventh
to a ninth of the time (two busy cores of an AVX-512 machine).

Data: the 8 x 8 digits that come with fastnn (Alpaydin, Kaynak; UCI; CC BY 4.0).
"""

from time import perf_counter

import fastnn
import helpers
import numpy as np
from fastnn import layers, ops
from fastnn.datasets import digits

BATCH = 32


def build():
    return fastnn.Sequential(
        [
            fastnn.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(10),
        ]
    )


def train(x, y, epochs, seed, compiled):
    """A network that was trained by hand, and the seconds of a step."""
    fastnn.utils.set_random_seed(seed)
    model = build()
    optimizer = fastnn.optimizers.Adam(0.002)
    loss_of = fastnn.losses.SparseCategoricalCrossentropy(from_logits=True)
    weights = model.trainable_weights

    def step(images, labels):
        loss = loss_of(labels, model(images, training=True))
        model.zero_grad()  # backward() adds to what is there
        loss.backward()
        optimizer.apply([w.grad for w in weights], weights)
        return loss

    if compiled:
        step = fastnn.compile(step)
    random = np.random.default_rng(seed)
    batches = len(x) // BATCH  # a short last batch is left out; the order changes each epoch
    began = perf_counter()
    for epoch in range(epochs):
        order = random.permutation(len(x))[: batches * BATCH].reshape(batches, BATCH)
        loss = sum(float(step(x[i], y[i])) for i in order) / batches
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {loss:.4f}")
    return model, (perf_counter() - began) / (epochs * batches)


def accuracy(model, x, y):
    with fastnn.no_grad():  # nothing is kept for gradients
        classes = ops.argmax(model(x, training=False), axis=1)
    return np.mean(classes.numpy() == y)


def main():
    given = helpers.parser(__doc__).parse_args()
    (x, y), (x_test, y_test) = digits.load_data()
    x, x_test = (a.reshape(-1, 64).astype("float32") / 16 for a in (x, x_test))
    y, y_test = y.astype("int32"), y_test.astype("int32")

    epochs = 10 if given.small else 50
    by_hand, slow = train(x, y, epochs, given.seed, compiled=False)
    replayed, fast = train(x, y, epochs, given.seed, compiled=True)
    pairs = zip(by_hand.get_weights(), replayed.get_weights(), strict=True)
    same = all((a == b).all() for a, b in pairs)
    print(f"test accuracy {accuracy(replayed, x_test, y_test):.2%}, seed {given.seed}")
    print(f"a step: {slow * 1e6:.0f} us in Python, {fast * 1e6:.0f} us replayed; ", end="")
    print("the weights are the same bits" if same else "the weights differ")


if __name__ == "__main__":
    main()
