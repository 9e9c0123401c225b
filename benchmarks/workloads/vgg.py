"""VGG16 (Simonyan and Zisserman 2015, configuration D): 138 million weights, one picture."""

from benchmarks.workloads.workload import Workload, convolution, dense

# Filters of the convolutions between one pooling and the next.
STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def vgg_keras(k):
    L = k.layers
    layers = []
    for stage in STAGES:
        layers += [L.Conv2D(n, 3, padding="same", activation="relu") for n in stage]
        layers.append(L.MaxPooling2D())
    top = [L.Dense(4096, activation="relu"), L.Dense(4096, activation="relu"), L.Dense(1000)]
    return k.Sequential([k.Input((224, 224, 3)), *layers, L.Flatten(), *top])


def vgg_torch(nn):
    modules, channels = [], 3
    for stage in STAGES:
        for filters in stage:
            modules += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(inplace=True)]
            channels = filters
        modules.append(nn.MaxPool2d(2))
    top = [nn.Linear(7 * 7 * 512, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU()]
    return nn.Sequential(*modules, nn.Flatten(), *top, nn.Linear(4096, 1000))


def vgg_flops():
    flops, channels, side = [], 3, 224
    for stage in STAGES:
        for filters in stage:
            flops.append(convolution(side, side, 9, channels, filters))
            channels = filters
        side //= 2
    return (*flops, *dense(7 * 7 * 512, 4096, 4096, 1000))


VGG16 = Workload(
    "vgg16_b1", (224, 224, 3), 1000, 1, vgg_keras, vgg_torch, vgg_flops(), trains=False
)
