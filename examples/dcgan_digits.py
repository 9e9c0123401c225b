"""Two networks against each other: one draws digits, the other tells them from real ones (DCGAN).

    python examples/dcgan_digits.py [--small] [--seed 0] [--picture FILE]

To see a training loop of one's own with two optimizers in one compiled step. The generator makes a
picture from 64 random numbers and the digit that it should be; the discriminator has a number for
each digit, positive where a picture is a real one of it; the generator learns what makes it err.
Sources: A. Radford, L. Metz, S. Chintala, Unsupervised Representation Learning with Deep
Convolutional Generative Adversarial Networks (2015); M. Mirza, S. Osindero, Conditional Generative
Adversarial Nets (2014).

How good are the digits? A classifier that was trained on MNIST, and never saw a made one, looks at
1,000 of them: of good ones it is sure, and takes them for what they were to be.

Seed 0, after 6 epochs: sure (over 90 %) of 97.7 %, and 99.7 % are what they were to be.

Data: MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0).
"""

import fastnn
import helpers
import mnist_cnn
import numpy as np
from fastnn import layers, ops
from fastnn.optimizers import Adam
from fastnn.optimizers.schedules import CosineDecay

LATENT = 64


def build_generator():
    return fastnn.Sequential(
        [
            fastnn.Input((LATENT + 10,)),
            layers.Dense(7 * 7 * 64, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Reshape((7, 7, 64)),
            layers.Conv2DTranspose(32, 4, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
        ]
    )


def build_discriminator():
    return fastnn.Sequential(
        [
            fastnn.Input((28, 28, 1)),
            layers.Conv2D(32, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(64, 4, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )


def build_step(generator, discriminator, steps):
    """A function of real pictures and random numbers that trains both: (their losses)."""
    rate = CosineDecay(5e-4, steps)  # to 0, so that the two come to rest
    generator_optimizer, discriminator_optimizer = Adam(rate, beta_1=0.5), Adam(rate, beta_1=0.5)

    def judged(pictures, digits):
        """Of the discriminator's ten numbers the one for the digit that the picture should be."""
        return ops.sum(discriminator(pictures, training=True) * digits, axis=1)

    @fastnn.compile
    def step(real, digits, z):
        made = generator(ops.concatenate((z, digits), axis=1), training=True)
        # -log sigmoid(x) = softplus(-x); made.detach(): the generator is not meant here.
        right = ops.mean(ops.softplus(-judged(real, digits)))
        wrong = ops.mean(ops.softplus(judged(made.detach(), digits)))
        weights = discriminator.trainable_weights
        discriminator_optimizer.apply(fastnn.gradients(right + wrong, weights), weights)

        loss = ops.mean(ops.softplus(-judged(made, digits)))
        weights = generator.trainable_weights
        generator_optimizer.apply(fastnn.gradients(loss, weights), weights)
        return loss, right + wrong

    return step


def trained_classifier(x, y, epochs):
    model = mnist_cnn.build()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=64, epochs=epochs, verbose=0)
    return model


def main():
    parser = helpers.parser(__doc__, picture="digits that were made")
    given = parser.parse_args()
    fastnn.utils.set_random_seed(given.seed)
    random = np.random.default_rng(given.seed)
    (x, y), _ = helpers.pictures("mnist", given.small)
    one_hot = np.eye(10, dtype="float32")
    real = x.astype("float32") / 127.5 - 1  # -1 .. 1, as tanh gives

    generator, discriminator = build_generator(), build_discriminator()
    epochs, batch_size = 1 if given.small else 6, 64
    step = build_step(generator, discriminator, epochs * len(x) // batch_size)
    for epoch in range(epochs):
        losses = []
        order = random.permutation(len(x))
        for i in range(0, len(x) - batch_size + 1, batch_size):
            batch = order[i : i + batch_size]
            z = random.standard_normal((batch_size, LATENT), "float32")
            losses.append(step(real[batch], one_hot[y[batch]], z))
        generators, discriminators = np.mean([[float(a), float(b)] for a, b in losses], axis=0)
        print(f"epoch {epoch + 1}: generator {generators:.3f}, discriminator {discriminators:.3f}")

    digits = np.arange(1000) % 10
    z = random.standard_normal((1000, LATENT), "float32")
    made = generator.predict(np.hstack((z, one_hot[digits])), verbose=0)
    classifier = trained_classifier(x, y, epochs=1 if given.small else 2)
    said = classifier.predict(127.5 * (made + 1), verbose=0)
    sure, right = said.max(axis=1) > 0.9, said.argmax(axis=1) == digits
    print(
        f"of 1,000 digits the classifier is over 90 % sure of {sure.mean():.1%}, and takes "
        f"{right.mean():.1%} for what they were to be; {(sure & right).mean():.1%} both"
    )
    if given.picture:
        helpers.draw(given.picture, [(made[digits == digit][:16] + 1) / 2 for digit in range(10)])


if __name__ == "__main__":
    main()
