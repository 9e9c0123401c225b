"""Transfer learning: what a network learnt of digits helps it with clothes, where labels are few.

    python examples/transfer_learning.py [--small] [--seed 0]

To see how a trained network is taken apart and used again. The network of mnist_cnn.py learns the
60,000 digits. Then it is given few pictures of clothes (Fashion-MNIST), in three ways:

    frozen       its convolutions stay as they are, only a new last layer is trained;
    fine-tuned   after that all is trained a little, with a small learning rate;
    from scratch the same network learns clothes alone, from random weights.

@TL@

Data: MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0), Fashion-MNIST (Zalando Research; MIT).
"""

import fastnn
import helpers
import mnist_cnn
import numpy as np
from fastnn import layers
from fastnn.optimizers import Adam

BATCH = 32


def train(model, x, y, steps, rate):
    model.compile(Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    epochs = max(1, round(steps * BATCH / len(x)))  # as many steps for few pictures as for many
    model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)


def with_new_head(trained):
    """(the trained network up to its features, frozen; the same with an untrained last layer)."""
    flat = next(layer for layer in trained.layers if isinstance(layer, layers.Flatten))
    base = fastnn.Model(trained.input, flat.output)
    base.trainable = False  # batch normalisation too keeps the statistics of the digits
    head = [layers.Dropout(0.4), layers.Dense(10, activation="softmax")]
    return base, fastnn.Sequential([fastnn.Input((28, 28, 1)), base, *head])


def accuracies(digits, x, y, x_test, y_test, steps):
    """Of the three ways, for these few pictures of clothes."""

    def accuracy(model):
        return model.evaluate(x_test, y_test, verbose=0)[1]

    weights = digits.get_weights()
    base, model = with_new_head(digits)
    train(model, x, y, steps // 3, rate=0.001)
    frozen = accuracy(model)

    base.trainable = True
    train(model, x, y, steps - steps // 3, rate=0.0005)
    tuned = accuracy(model)
    digits.set_weights(weights)  # which were among those that were tuned

    fresh = mnist_cnn.build()
    train(fresh, x, y, steps, rate=0.001)
    return frozen, tuned, accuracy(fresh)


def main():
    given = helpers.parser(__doc__).parse_args()
    fastnn.utils.set_random_seed(given.seed)
    random = np.random.default_rng(given.seed)
    (x, y), _ = helpers.pictures("mnist", given.small)
    digits = mnist_cnn.build()
    train(digits, x, y, steps=30 if given.small else 1500, rate=0.001)

    (x, y), (x_test, y_test) = helpers.pictures("fashion_mnist", given.small)
    x_test, y_test = x_test[:2000], y_test[:2000]  # what is drawn below varies more than they do
    draws, steps, sizes = (1, 30, (30, 100)) if given.small else (5, 300, (30, 100, 300, 1000))
    print(f"pictures  frozen  fine-tuned  from scratch   (test accuracy, mean of {draws} draws)")
    for n in sizes:
        chosen = [random.choice(len(x), n, replace=False) for _ in range(draws)]
        reached = [accuracies(digits, x[i], y[i], x_test, y_test, steps) for i in chosen]
        frozen, tuned, scratch = np.mean(reached, axis=0)
        print(f"{n:8,}  {frozen:6.1%}  {tuned:10.1%}  {scratch:12.1%}", flush=True)


if __name__ == "__main__":
    main()
