"""A variational autoencoder: digits from two numbers, and a map of all digits.

    python examples/variational_autoencoder.py [--latent 2] [--small] [--seed 0] [--picture FILE]

To see a model of one's own. The encoder says for a digit where in the plane it may lie (the mean
and the variance of a normal distribution), Sampling draws a point there, the decoder draws a digit
from it. What training makes large is a bound of the log-likelihood of the digits (evidence lower
bound, ELBO): that of the pixels, less the divergence of the encoder's distribution from a standard
normal one, which Sampling adds to the loss. Source: D. Kingma and M. Welling, Auto-Encoding
Variational Bayes (2014).

ELBO of the test digits, seed 0, 20 epochs: -142.0 nats with 2 numbers, -80.9 with --latent 16.

Data: MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0), each pixel black or white.
"""

import fastnn
import helpers
import numpy as np
from fastnn import layers, losses, ops


class Sampling(layers.Layer):
    """A point from a normal distribution of a given mean and logarithm of the variance."""

    def build(self, input_shape):
        self.state = fastnn.Variable(np.array(fastnn.utils.draw_seed()), trainable=False)

    def call(self, inputs):
        mean, log_variance = inputs
        divergence = 0.5 * (ops.square(mean) + ops.exp(log_variance) - log_variance - 1)
        self.add_loss(ops.mean(ops.sum(divergence, axis=1)))
        return mean + ops.exp(0.5 * log_variance) * ops.normal(mean.shape, self.state)


class Autoencoder(fastnn.Model):
    def __init__(self, latent):
        super().__init__()
        self.hidden = layers.Dense(512, activation="relu")
        self.mean, self.log_variance = layers.Dense(latent), layers.Dense(latent)
        self.sampling = Sampling()
        self.decoder = fastnn.Sequential(
            [
                fastnn.Input((latent,)),
                layers.Dense(256, activation="relu"),
                layers.Dense(512, activation="relu"),
                layers.Dense(784),
            ]
        )

    def encode(self, x):
        hidden = self.hidden(x)
        return self.mean(hidden), self.log_variance(hidden)

    def call(self, x):
        return self.decoder(self.sampling(self.encode(x)))


def minus_log_likelihood(x, logits):
    """Of each digit: the sum over its pixels. Keras's loss is their mean."""
    return 784 * losses.binary_crossentropy(x, logits, from_logits=True)


def draw_map(file, decoder, side=15):
    """Digits decoded from a grid of points between -2 and 2."""
    points = np.linspace(-2, 2, side)
    z = np.stack(np.meshgrid(points, points), axis=-1).reshape(-1, 2)
    pixels = 1 / (1 + np.exp(-decoder.predict(z, verbose=0)))
    helpers.draw(file, pixels.reshape(side, side, 28, 28))


def main():
    parser = helpers.parser(__doc__, picture="the map of digits, where --latent is 2")
    parser.add_argument("--latent", type=int, default=2, help="numbers that make a digit")
    given = parser.parse_args()
    fastnn.utils.set_random_seed(given.seed)
    (x, _), (x_test, _) = helpers.pictures("mnist", given.small)
    x, x_test = ((a.reshape(-1, 784) > 127).astype("float32") for a in (x, x_test))

    model = Autoencoder(given.latent)
    epochs, batch_size = 2 if given.small else 20, 128
    rate = fastnn.optimizers.schedules.CosineDecay(0.002, epochs * len(x) // batch_size)
    model.compile(fastnn.optimizers.Adam(rate), minus_log_likelihood)
    model.fit(x, x, batch_size=batch_size, epochs=epochs, verbose=2)
    print(
        f"{given.latent} latent numbers: ELBO {-model.evaluate(x, x, verbose=0):.1f} nats a digit "
        f"of training, {-model.evaluate(x_test, x_test, verbose=0):.1f} of the test"
    )
    if given.picture and given.latent == 2:
        draw_map(given.picture, model.decoder)


if __name__ == "__main__":
    main()
