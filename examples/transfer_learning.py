"""Transfer learning: does what a network learnt of digits help it with clothes?

    python examples/transfer_learning.py [--source fashion_mnist] [--small] [--seed 0]

To see how a trained network is taken apart and used again. The network of mnist_cnn.py learns the
source, 48,000 digits (or clothes). Then it is given few pictures of the other kind, in three ways:

    frozen       its convolutions stay as they are, only a new last layer is trained;
    fine-tuned   after that all is trained, with a smaller learning rate;
    from scratch the same network learns the few pictures alone, from random weights.

Test accuracy, seed 0, mean of five draws of the few pictures:

    pictures      digits, then clothes             clothes, then digits
              frozen  fine-tuned  scratch      frozen  fine-tuned  scratch
          30  54.4 %      56.8 %   55.1 %      58.7 %      62.3 %   58.1 %
         100  67.2 %      71.2 %   71.5 %      77.3 %      82.2 %   79.9 %
         300  73.9 %      78.8 %   78.1 %      85.6 %      91.3 %   89.8 %
       1,000  74.9 %      82.1 %   83.0 %      86.7 %      94.2 %   94.3 %

Clothes teach something of digits, as long as these are few; digits next to nothing of clothes.

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
    base.trainable = False  # batch normalisation too keeps the statistics of the source
    head = [layers.Dropout(0.4), layers.Dense(10, activation="softmax")]
    return base, fastnn.Sequential([fastnn.Input((28, 28, 1)), base, *head])


def accuracies(trained, x, y, x_test, y_test, steps):
    """Of the three ways, for these few pictures."""

    def accuracy(model):
        return model.evaluate(x_test, y_test, verbose=0)[1]

    weights = trained.get_weights()
    base, model = with_new_head(trained)
    train(model, x, y, steps // 3, rate=0.001)
    frozen = accuracy(model)

    base.trainable = True
    train(model, x, y, steps - steps // 3, rate=0.0005)
    tuned = accuracy(model)
    trained.set_weights(weights)  # which were among those that were tuned

    fresh = mnist_cnn.build()
    train(fresh, x, y, steps, rate=0.001)
    return frozen, tuned, accuracy(fresh)


def main():
    parser = helpers.parser(__doc__)
    parser.add_argument("--source", choices=("mnist", "fashion_mnist"), default="mnist")
    given = parser.parse_args()
    fastnn.utils.set_random_seed(given.seed)
    random = np.random.default_rng(given.seed)
    (x, y), _ = helpers.pictures(given.source, given.small)
    trained = mnist_cnn.build()
    train(trained, x, y, steps=30 if given.small else 1500, rate=0.001)

    target = "fashion_mnist" if given.source == "mnist" else "mnist"
    (x, y), (x_test, y_test) = helpers.pictures(target, given.small)
    x_test, y_test = x_test[:2000], y_test[:2000]  # what is drawn below varies more than they do
    draws, steps, sizes = (1, 30, (30, 100)) if given.small else (5, 300, (30, 100, 300, 1000))
    print(f"pictures  frozen  fine-tuned  from scratch   (test accuracy, mean of {draws} draws)")
    for n in sizes:
        chosen = [random.choice(len(x), n, replace=False) for _ in range(draws)]
        reached = [accuracies(trained, x[i], y[i], x_test, y_test, steps) for i in chosen]
        frozen, tuned, scratch = np.mean(reached, axis=0)
        print(f"{n:8,}  {frozen:6.1%}  {tuned:10.1%}  {scratch:12.1%}", flush=True)


if __name__ == "__main__":
    main()
