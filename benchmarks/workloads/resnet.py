"""ResNet-20 for CIFAR-10 (He et al. 2016, section 4.2); 1x1 convolutions where shapes change."""

from benchmarks.workloads.workload import Workload, convolution, dense

# Filters and stride of the blocks.
BLOCKS = ((16, 1), (16, 1), (16, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1))


def resnet_keras(k):
    L = k.layers

    def normalized(x, filters, size, stride=1):
        x = L.Conv2D(filters, size, stride, padding="same", use_bias=False)(x)
        return L.BatchNormalization()(x)

    def block(x, filters, stride):
        y = L.ReLU()(normalized(x, filters, 3, stride))
        y = normalized(y, filters, 3)
        if x.shape[-1] != filters or stride != 1:
            x = normalized(x, filters, 1, stride)
        return L.ReLU()(L.Add()([x, y]))

    inputs = k.Input((32, 32, 3))
    x = L.ReLU()(normalized(inputs, 16, 3))
    for filters, stride in BLOCKS:
        x = block(x, filters, stride)
    return k.Model(inputs, L.Dense(10)(L.GlobalAveragePooling2D()(x)))


def resnet_torch(nn):
    def normalized(channels, filters, size, stride=1):
        convolution = nn.Conv2d(channels, filters, size, stride, size // 2, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(filters))

    class Block(nn.Module):
        def __init__(self, channels, filters, stride):
            super().__init__()
            first = normalized(channels, filters, 3, stride)
            self.body = nn.Sequential(first, nn.ReLU(inplace=True), normalized(filters, filters, 3))
            self.short = nn.Identity()
            if channels != filters or stride != 1:
                self.short = normalized(channels, filters, 1, stride)
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            return self.relu(self.body(x) + self.short(x))

    modules, channels = [normalized(3, 16, 3), nn.ReLU(inplace=True)], 16
    for filters, stride in BLOCKS:
        modules.append(Block(channels, filters, stride))
        channels = filters
    return nn.Sequential(*modules, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def resnet_flops():
    flops, channels, side = [convolution(32, 32, 9, 3, 16)], 16, 32
    for filters, stride in BLOCKS:
        side //= stride
        flops += [convolution(side, side, 9, c, filters) for c in (channels, filters)]
        if channels != filters:
            flops.append(convolution(side, side, 1, channels, filters))
        channels = filters
    return (*flops, *dense(64, 10))


RESNET = Workload(
    "resnet_cifar_b64", (32, 32, 3), 10, 64, resnet_keras, resnet_torch, resnet_flops()
)
