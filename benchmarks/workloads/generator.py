"""The generator of a DCGAN (Radford et al. 2015) for pictures of 28x28 pixels."""

from benchmarks.workloads.workload import Workload, convolution, dense


def generator_keras(k):
    L = k.layers
    return k.Sequential(
        [
            k.Input((100,)),
            L.Dense(7 * 7 * 128),
            L.LeakyReLU(negative_slope=0.2),
            L.Reshape((7, 7, 128)),
            L.Conv2DTranspose(128, 4, 2, padding="same"),
            L.LeakyReLU(negative_slope=0.2),
            L.Conv2DTranspose(128, 4, 2, padding="same"),
            L.LeakyReLU(negative_slope=0.2),
            L.Conv2D(1, 7, padding="same", activation="tanh"),
        ]
    )


def generator_torch(nn):
    return nn.Sequential(
        nn.Linear(100, 7 * 7 * 128),
        nn.LeakyReLU(0.2),
        nn.Unflatten(1, (128, 7, 7)),
        nn.ConvTranspose2d(128, 128, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(128, 128, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(128, 1, 7, padding=3),
        nn.Tanh(),
    )


GENERATOR = Workload(
    "convt_gen_b64",
    (100,),
    (28, 28, 1),
    64,
    generator_keras,
    generator_torch,
    (
        *dense(100, 7 * 7 * 128),
        convolution(7, 7, 16, 128, 128),
        convolution(14, 14, 16, 128, 128),
        convolution(28, 28, 49, 128, 1),
    ),
)
