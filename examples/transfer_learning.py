"""Transfer learning: what a network learnt of digits helps it with clothes, where labels are few.

    python examples/transfer_learning.py [--small] [--seed 0]

To see how a trained network is taken apart and used again. The network of mnist_cnn.py learns the
60,000 digits. Then it is given few pictures of clothes (Fashion-MNIST), in three ways:

    frozen       its convolutions stay as they are, only a new last layer is trained;
    fine-tuned   after that all is trained a little, with a small learning rate;
    from scratch the same network learns clothes alone, from random weights.

Data: MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0), Fashion-MNIST (Zalando Research; MIT).
"""

import fastnn
import helpers
import mnist_cnn
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


def main():
    given = helpers.parser(__doc__).parse_args()
    fastnn.utils.set_random_seed(given.seed)
    (x, y), _ = helpers.pictures("mnist", given.small)
    digits = mnist_cnn.build()
    train(digits, x, y, steps=10 if given.small else 3000, rate=0.001)
    weights = digits.get_weights()

    (x, y), (x_test, y_test) = helpers.pictures("fashion_mnist", given.small)
    steps = 10 if given.small else 400
    print("pictures  frozen  fine-tuned  from scratch   (test accuracy)")
    for n in (100, 300) if given.small else (100, 300, 1000, 3000):
        digits.set_weights(weights)  # fine-tuning has changed them
        base, model = with_new_head(digits)
        train(model, x[:n], y[:n], steps, rate=0.001)
        frozen = model.evaluate(x_test, y_test, verbose=0)[1]

        base.trainable = True
        train(model, x[:n], y[:n], steps, rate=0.0001)
        tuned = model.evaluate(x_test, y_test, verbose=0)[1]

        fresh = mnist_cnn.build()
        train(fresh, x[:n], y[:n], 2 * steps, rate=0.001)
        scratch = fresh.evaluate(x_test, y_test, verbose=0)[1]
        print(f"{n:8,}  {frozen:6.1%}  {tuned:10.1%}  {scratch:12.1%}")


if __name__ == "__main__":
    main()
